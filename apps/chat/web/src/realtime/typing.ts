import type { TypingUser } from './types';

/** Says that we type: at once, then again while we go on, but not with every key. */
export class TypingSignal {
  #startedAt: number | undefined;

  /** `repeatMs` must be shorter than the server's mark lives (5 s). */
  constructor(
    private readonly emit: (event: 'typing_start' | 'typing_stop') => void,
    private readonly repeatMs = 2500,
    private readonly markMs = 5000,
  ) {}

  start(): void {
    const now = Date.now();
    if (this.#startedAt !== undefined && now - this.#startedAt < this.repeatMs) return;
    this.#startedAt = now;
    this.emit('typing_start');
  }

  /** Ends the mark, if it still stands. */
  stop(): void {
    const live = this.#startedAt !== undefined && Date.now() - this.#startedAt < this.markMs;
    this.#startedAt = undefined;
    if (live) this.emit('typing_stop');
  }

  /** The server has forgotten the mark: nothing is to be ended. */
  reset(): void {
    this.#startedAt = undefined;
  }
}

/** Who else types in a room. A mark whose end we missed dies by itself. */
export class TypingUsers {
  #users: readonly TypingUser[] = [];
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly changed: (users: readonly TypingUser[]) => void,
    private readonly lifeMs = 6500,
  ) {}

  started(user: TypingUser): void {
    clearTimeout(this.#timers.get(user.userId));
    this.#timers.set(user.userId, setTimeout(() => this.stopped(user.userId), this.lifeMs));
    if (this.#users.some((other) => other.userId === user.userId)) return;
    this.#set([...this.#users, { userId: user.userId, userName: user.userName }]);
  }

  stopped(userId: string): void {
    clearTimeout(this.#timers.get(userId));
    this.#timers.delete(userId);
    if (this.#users.some((user) => user.userId === userId)) {
      this.#set(this.#users.filter((user) => user.userId !== userId));
    }
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    if (this.#users.length > 0) this.#set([]);
  }

  #set(users: readonly TypingUser[]): void {
    this.#users = users;
    this.changed(users);
  }
}
