import { Connection, type ConnectionOptions } from './connection';
import { Outbox, type OutboxStorage } from './outbox';
import { Room } from './room';
import type { ChatMessage, LoadMessages, Self, TypingUser } from './types';

export interface ChatClientOptions extends ConnectionOptions {
  loadMessages: LoadMessages;
  outboxStorage?: OutboxStorage;
}

/** Rooms that are not open but whose messages are kept, so that going back shows them at once. */
const IdleRooms = 30;

// The shapes of events are the server's contract.
type Listener = (data: any) => void;

/**
 * The rooms of one connection. A room is joined while somebody shows it or messages of ours wait for it; it is joined
 * anew after every break, recovered or not, and only then what is unsent goes out.
 */
export class ChatClient {
  readonly connection: Connection;
  readonly self: Self;
  readonly #rooms = new Map<string, Room>();
  readonly #users = new Map<string, number>();
  /** Rooms that the present connection has joined. */
  readonly #joined = new Set<string>();
  /** Rooms that a recovered connection would be in again. */
  readonly #recoverable = new Set<string>();
  /** Rooms whose join the present connection has asked for. */
  readonly #joining = new Set<string>();
  readonly #outbox: Outbox;
  readonly #loadMessages: LoadMessages;
  /** Counts connections: answers of earlier ones are late. */
  #generation = 0;
  #running = false;
  #unlisten: (() => void)[] = [];

  constructor(options: ChatClientOptions) {
    this.connection = new Connection(options);
    this.self = options.self;
    this.#loadMessages = options.loadMessages;
    this.#outbox = new Outbox({
      ready: (roomId) => this.#joined.has(roomId),
      send: (item, answer) => this.connection.wire?.send(item, answer),
      stored: (message) => this.#rooms.get(message.roomId)?.message(message),
      changed: (roomId) => this.#outboxChanged(roomId),
      ...(options.outboxStorage ? { storage: options.outboxStorage } : {}),
    });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unlisten = [
      this.connection.on('up', this.#onUp),
      this.connection.on('down', this.#onDown),
      ...[...this.#listeners].map(([event, listener]) => this.connection.on(event, listener)),
    ];
    this.#outbox.start();
    this.connection.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.connection.stop();
    for (const unlisten of this.#unlisten) unlisten();
    this.#outbox.stop();
    for (const room of this.#rooms.values()) room.disconnected();
  }

  /** The room, for reading; nothing is joined by this. */
  room(roomId: string): Room {
    let room = this.#rooms.get(roomId);
    if (!room) {
      room = new Room(roomId, this.self, this.#loadMessages);
      this.#rooms.set(roomId, room);
      room.pending(this.#outbox.itemsOf(roomId));
    }
    return room;
  }

  /** Somebody shows the room from now on. Returns the function that ends it. */
  open(roomId: string): () => void {
    const room = this.room(roomId);
    this.#users.set(roomId, (this.#users.get(roomId) ?? 0) + 1);
    if (!this.#joined.has(roomId)) room.joining();
    this.#join(roomId);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#users.set(roomId, (this.#users.get(roomId) ?? 1) - 1);
      // Not at once: a view that is only mounted anew must not leave and join.
      setTimeout(() => this.#leaveUnwanted(roomId), 0);
    };
  }

  send(roomId: string, content: string): void {
    this.#outbox.add(roomId, content);
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  /** Sends typing marks of ours, if the room is joined just now; they are never sent later. */
  typing(event: 'typing_start' | 'typing_stop', roomId: string): void {
    if (this.#joined.has(roomId)) this.connection.wire?.typing(event, roomId);
  }

  /** Moves our read mark to the message. `told` is given the new number of unread messages. */
  markRead(roomId: string, messageId: string, told: (unread: number) => void): void {
    if (this.#joined.has(roomId)) this.connection.wire?.markRead(roomId, messageId, told);
  }

  /** Asks a room that refused us again: we may have become a member. */
  rejoin(roomId: string): void {
    if ((this.#users.get(roomId) ?? 0) === 0 || this.#joined.has(roomId)) return;
    this.room(roomId).joining();
    this.#join(roomId);
  }

  readonly #onUp = (): void => {
    this.#forgetConnection();
    const wanted = new Set(this.#outbox.rooms());
    for (const [roomId, users] of this.#users) {
      // Not where we were refused or removed: joining a public room again would make us a member again.
      if (users > 0 && this.room(roomId).state.get().status !== 'refused') wanted.add(roomId);
    }
    const { wire } = this.connection;
    if (wire?.recovered) {
      // Left while we were away: the server has put us into it again.
      for (const roomId of this.#recoverable) {
        if (!wanted.has(roomId)) wire.leave(roomId);
      }
    }
    this.#recoverable.clear();
    for (const roomId of wanted) this.#join(roomId);
  };

  readonly #onDown = (): void => {
    this.#forgetConnection();
    for (const room of this.#rooms.values()) room.disconnected();
  };

  #forgetConnection(): void {
    this.#generation++;
    for (const roomId of this.#joined) this.#recoverable.add(roomId);
    this.#joined.clear();
    this.#joining.clear();
    this.#outbox.disconnected();
  }

  #join(roomId: string): void {
    const { wire } = this.connection;
    if (!wire || this.#joining.has(roomId) || this.#joined.has(roomId)) return;
    const generation = this.#generation;
    this.#joining.add(roomId);
    wire.join(roomId, (refusal) => {
      if (generation !== this.#generation) return;
      this.#joining.delete(roomId);
      if (refusal !== null) {
        this.#refused(roomId, refusal);
        return;
      }
      this.#joined.add(roomId);
      this.room(roomId).joined();
      this.#outbox.joined(roomId);
      this.#leaveUnwanted(roomId);
    });
  }

  #leaveUnwanted(roomId: string): void {
    if (this.#wants(roomId)) return;
    if (this.#joined.delete(roomId)) this.connection.wire?.leave(roomId);
    if ((this.#users.get(roomId) ?? 0) > 0) return;
    this.#users.delete(roomId);
    // Anew at the end: the room left last is forgotten last.
    const room = this.#rooms.get(roomId);
    if (!room) return;
    this.#rooms.delete(roomId);
    this.#rooms.set(roomId, room);
    room.released();
    const idle = [...this.#rooms.keys()].filter((id) => !this.#wants(id) && this.#outbox.itemsOf(id).length === 0);
    for (const id of idle.slice(0, Math.max(0, idle.length - IdleRooms))) this.#rooms.delete(id);
  }

  #wants(roomId: string): boolean {
    return (this.#users.get(roomId) ?? 0) > 0 || this.#outbox.wants(roomId);
  }

  #refused(roomId: string, error: string): void {
    this.#joined.delete(roomId);
    this.room(roomId).refused(error);
    this.#outbox.refused(roomId, error);
  }

  #outboxChanged(roomId: string): void {
    this.room(roomId).pending(this.#outbox.itemsOf(roomId));
    if ((this.#users.get(roomId) ?? 0) === 0) this.#leaveUnwanted(roomId);
  }

  readonly #listeners: ReadonlyMap<string, Listener> = new Map<string, Listener>([
    [
      'room_history',
      ({ roomId, messages }: { roomId: string; messages: readonly ChatMessage[] }) => {
        this.room(roomId).history(messages);
        for (const message of messages) this.#confirm(message);
      },
    ],
    [
      'message',
      (message: ChatMessage) => {
        // First into the room, then off the way: it is never missing in between.
        this.#rooms.get(message.roomId)?.message(message);
        this.#confirm(message);
      },
    ],
    ['user_typing', (user: TypingUser & { roomId: string }) => this.#rooms.get(user.roomId)?.typingStarted(user)],
    [
      'user_stopped_typing',
      ({ roomId, userId }: { roomId: string; userId: string }) => this.#rooms.get(roomId)?.typingStopped(userId),
    ],
    [
      'user_left',
      ({ roomId, userId }: { roomId: string; userId: string }) => this.#rooms.get(roomId)?.typingStopped(userId),
    ],
    ['removed', ({ roomId }: { roomId: string }) => this.#refused(roomId, 'Access denied')],
  ]);

  #confirm(message: ChatMessage): void {
    if (message.userId === this.self.userId) this.#outbox.confirm(message);
  }
}
