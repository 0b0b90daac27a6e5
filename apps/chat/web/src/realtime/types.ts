/** A stored message, as the server sends it. */
export interface ChatMessage {
  readonly id: string;
  readonly roomId: string;
  readonly userId: string;
  readonly userName: string;
  readonly content: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** The sender's own id for it, if one was given. */
  readonly clientId?: string | null;
}

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly ChatMessage[];
  readonly hasMore: boolean;
}

/** What a room shows: a stored message, or one of ours on its way. */
export interface RoomMessage extends ChatMessage {
  /** Stays the same while a message goes from `sending` to `sent`. */
  readonly key: string;
  readonly status: 'sent' | 'sending' | 'failed';
  /** Why it failed, when the server said so. */
  readonly error?: string;
}

export interface TypingUser {
  readonly userId: string;
  readonly userName: string;
}

/** Who we are on this connection. */
export interface Self {
  readonly userId: string;
  readonly userName: string;
}

/** Where the connection takes its token from. */
export interface TokenSource {
  /**
   * The freshest token; `null` when the sign-in has ended. A token that the server refused is passed as
   * `rejected` and never given again. Throws when no token can be had just now (no network).
   */
  get(rejected?: string): Promise<string | null>;
  /** Told of each renewed token. Returns the function that ends the subscription. */
  subscribe(listener: (token: string) => void): () => void;
}

/** Loads older messages over HTTP: the newest `limit` before the message `before`. */
export type LoadMessages = (roomId: string, before: string, limit: number) => Promise<MessagePage>;

/** The HTTP routes that a wire without a way back needs. */
export interface RoomsHttp {
  /** The rooms that the user may see. */
  rooms(): Promise<readonly { readonly id: string; readonly role: string | null }[]>;
  /** The newest 50 messages, oldest first. */
  newest(roomId: string): Promise<readonly ChatMessage[]>;
  /** Stores a message; `later`: the server could not be asked just now. */
  post(message: { roomId: string; content: string; clientId: string }): Promise<ChatMessage | { readonly error: string } | 'later'>;
  /** Moves the read mark; answers the new number of unread messages. */
  markRead(roomId: string, messageId: string): Promise<number>;
}

export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'closed';
