import type { OutboxItem } from './outbox';
import { Store } from './store';
import { mergeMessages, overlaps } from './timeline';
import { TypingUsers } from './typing';
import type { ChatMessage, LoadMessages, RoomMessage, Self, TypingUser } from './types';

export interface RoomState {
  /** `joining` until the first join is answered and again after each break; `refused`: no access, or removed. */
  readonly status: 'idle' | 'joining' | 'joined' | 'refused';
  /** Why the room refused us. */
  readonly error: string | null;
  /** Oldest first; ours that are still on their way come last. */
  readonly messages: readonly RoomMessage[];
  readonly typingUsers: readonly TypingUser[];
  /** Whether messages have come at all since the room was first opened. */
  readonly loaded: boolean;
  /** Whether there are older messages than those here. */
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
}

/** The join answers with this many messages; fewer means that there are no older ones. */
const HistorySize = 50;
const PageSize = 50;
const GapPageSize = 100;
/** A gap longer than this many pages is not closed: the older part is dropped and can be loaded again. */
const GapPages = 20;
/** What a room that is not open keeps. */
const IdleMessages = 100;

const initial: RoomState = {
  status: 'idle',
  error: null,
  messages: [],
  typingUsers: [],
  loaded: false,
  hasMore: false,
  loadingMore: false,
};

/** What we know of one room: its messages in the server's order without gaps or repeats, and who types. */
export class Room {
  readonly state = new Store<RoomState>(initial);
  readonly #typing: TypingUsers;
  #stored: readonly ChatMessage[] = [];
  #pending: readonly OutboxItem[] = [];
  #closingGap: Promise<void> | undefined;
  /** Whether the oldest stored message is known to be the room's first. */
  #fromStart = false;

  constructor(
    readonly id: string,
    private readonly self: Self,
    private readonly load: LoadMessages,
  ) {
    this.#typing = new TypingUsers((typingUsers) => this.#patch({ typingUsers }));
  }

  /** The newest stored message. */
  get newest(): ChatMessage | undefined {
    return this.#stored[this.#stored.length - 1];
  }

  joining(): void {
    this.#patch({ status: 'joining', error: null });
  }

  joined(): void {
    this.#patch({ status: 'joined', error: null, loaded: true });
  }

  /** No access (any more): nothing of the room stays. */
  refused(error: string): void {
    this.#stored = [];
    this.#fromStart = false;
    this.#pending = [];
    this.#typing.clear();
    this.state.set({ ...initial, status: 'refused', error });
  }

  /** The connection broke: joined no longer, and typing marks are not told while we are away. */
  disconnected(): void {
    this.#typing.clear();
    if (this.state.get().status === 'joined') this.#patch({ status: 'joining' });
  }

  /** Nobody shows the room any more. */
  released(): void {
    this.#typing.clear();
    const trimmed = this.#stored.length > IdleMessages;
    if (trimmed) {
      this.#stored = this.#stored.slice(-IdleMessages);
      this.#fromStart = false;
    }
    this.#show({ status: 'idle', error: null, ...(trimmed ? { hasMore: true } : {}) });
  }

  /** The newest messages, as the server sends them at each join. */
  history(messages: readonly ChatMessage[]): void {
    const known = this.#stored;
    const complete = messages.length < HistorySize;
    if (known.length === 0 || complete || overlaps(known, messages)) {
      // Into what is known also when it is all there is: what was stored since it was read is known already.
      this.#stored = mergeMessages(known, messages);
      this.#fromStart ||= complete;
      this.#show({ loaded: true, ...(complete ? { hasMore: false } : {}) });
      if (!complete && known.length === 0) void this.#lookFurtherBack(messages[0]!);
      return;
    }
    const knownFromStart = this.#fromStart;
    // More was said while we were away than the history holds. Show the new end at once, then close the gap.
    this.#stored = messages;
    this.#fromStart = false;
    this.#show({ loaded: true, hasMore: true });
    this.#closingGap = this.#closeGap(known, knownFromStart, messages[0]!);
  }

  message(message: ChatMessage): void {
    this.#typing.stopped(message.userId);
    const oldest = this.#stored[0];
    const olderThanShown =
      oldest !== undefined && this.state.get().hasMore && Date.parse(message.timestamp) < Date.parse(oldest.timestamp);
    if (!olderThanShown) this.#stored = mergeMessages(this.#stored, [message]);
    this.#show({});
  }

  pending(items: readonly OutboxItem[]): void {
    this.#pending = items;
    this.#show({});
  }

  typingStarted(user: TypingUser): void {
    if (user.userId !== this.self.userId) this.#typing.started(user);
  }

  typingStopped(userId: string): void {
    this.#typing.stopped(userId);
  }

  /** Loads the page before the oldest message. Rejects when it cannot be had. */
  async loadMore(): Promise<void> {
    await this.#closingGap;
    const { hasMore, loadingMore } = this.state.get();
    const oldest = this.#stored[0];
    if (!hasMore || loadingMore || !oldest) return;
    this.#patch({ loadingMore: true });
    try {
      const page = await this.load(this.id, oldest.id, PageSize);
      // Dropped meanwhile (refused, or replaced by a later history): the page no longer joins on.
      if (this.#stored[0]?.id !== oldest.id) return;
      this.#stored = mergeMessages(this.#stored, page.messages);
      this.#fromStart = !page.hasMore;
      this.#show({ hasMore: page.hasMore });
    } finally {
      this.#patch({ loadingMore: false });
    }
  }

  /** A full history does not tell whether there is more before it. */
  async #lookFurtherBack(oldest: ChatMessage): Promise<void> {
    let hasMore = true;
    try {
      hasMore = (await this.load(this.id, oldest.id, 1)).messages.length > 0;
    } catch {
      // Asking for more will tell.
    }
    if (this.#stored[0]?.id !== oldest.id) return;
    this.#fromStart = !hasMore;
    this.#show({ hasMore });
  }

  async #closeGap(known: readonly ChatMessage[], knownFromStart: boolean, from: ChatMessage): Promise<void> {
    let between: readonly ChatMessage[] = [];
    let before = from;
    try {
      for (let page = 0; page < GapPages; page++) {
        const { messages, hasMore } = await this.load(this.id, before.id, GapPageSize);
        // Another history has taken this one's place.
        if (this.#stored[0]?.id !== from.id) return;
        between = [...messages, ...between];
        const oldest = messages[0];
        if (hasMore && oldest && !overlaps(known, messages)) {
          before = oldest;
          continue;
        }
        const older = hasMore ? mergeMessages(known, between) : between;
        this.#stored = mergeMessages(this.#stored, older);
        this.#fromStart = !hasMore || knownFromStart;
        this.#show({ hasMore: !this.#fromStart });
        return;
      }
    } catch {
      // What was read so far joins on to the new end; the rest can be loaded by hand.
    }
    if (this.#stored[0]?.id === from.id) {
      this.#stored = mergeMessages(this.#stored, between);
      this.#show({});
    }
  }

  #show(change: Partial<RoomState>): void {
    this.state.set({ ...this.state.get(), ...change, messages: this.#view() });
  }

  #patch(change: Partial<RoomState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }

  #view(): readonly RoomMessage[] {
    const shown = new Map(this.state.get().messages.map((message) => [message.key, message]));
    const stored = this.#stored.map((message): RoomMessage => {
      const key = message.clientId == null ? message.id : `${message.userId}:${message.clientId}`;
      // The same object for the same message, so that only what changed is drawn again.
      const before = shown.get(key);
      return before?.status === 'sent' && before.id === message.id ? before : { ...message, key, status: 'sent' };
    });
    const keys = new Set(stored.map((message) => message.key));
    const pending = this.#pending
      .map(({ clientId, content, createdAt, status, error }): RoomMessage => ({
        id: clientId,
        key: `${this.self.userId}:${clientId}`,
        roomId: this.id,
        userId: this.self.userId,
        userName: this.self.userName,
        content,
        timestamp: createdAt,
        clientId,
        status,
        ...(error === undefined ? {} : { error }),
      }))
      .filter((message) => !keys.has(message.key));
    return [...stored, ...pending];
  }
}
