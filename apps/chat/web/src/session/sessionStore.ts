import * as auth from '../api/auth';
import { ApiError } from '../api/http';
import { openDatabase, type SessionDatabase, type StoredSession } from './database';
import { withSessionLock } from './lock';
import { ChannelName, renew } from './renewal';
import type { Renew } from './renewer';
import { isFresh, marginOf, withLife } from './tokenLife';

export type SessionState =
  | { readonly status: 'loading' }
  | { readonly status: 'signed-out' }
  | { readonly status: 'signed-in'; readonly userId: string; readonly userName: string };

const RetryMs = 3000;
/** Between two renewals that nobody asks for. */
const SoonestMs = 250;

/**
 * The sign-in of this browser, shared by its tabs. One tab at a time renews the tokens, under a lock, from what the
 * database holds; the others take what it wrote.
 */
export class SessionStore {
  #state: SessionState = { status: 'loading' };
  #session: StoredSession | null = null;
  readonly #stateListeners = new Set<() => void>();
  readonly #tokenListeners = new Set<(token: string) => void>();
  readonly #database: Promise<SessionDatabase>;
  readonly #channel: BroadcastChannel | undefined;
  #renewing: Promise<string | null> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A renewal that was under way when we signed out must not sign us in again. */
  #signingOut = false;
  #adoptions = 0;

  constructor(
    database: Promise<SessionDatabase> = openDatabase(),
    private readonly renewTokens: Renew = renew,
  ) {
    this.#database = database;
    this.#channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(ChannelName);
    this.#channel?.addEventListener('message', this.#reload);
    document.addEventListener('visibilitychange', this.#onVisible);
    void this.#reload();
  }

  readonly get = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  readonly onToken = (listener: (token: string) => void): (() => void) => {
    this.#tokenListeners.add(listener);
    return () => this.#tokenListeners.delete(listener);
  };

  signIn(name: string, password: string): Promise<void> {
    return this.#enter(() => auth.login(name, password));
  }

  register(name: string, password: string): Promise<void> {
    return this.#enter(() => auth.register(name, password));
  }

  /** Ends the sign-in in all tabs; here at once, at the server as soon as it hears of it. */
  async signOut(): Promise<void> {
    const database = await this.#database;
    this.#adopt(null);
    this.#signingOut = true;
    try {
      await withSessionLock(database, async () => {
        const stored = await database.read();
        await this.#keep(database, null);
        // Without a network the tokens are forgotten here, and end by themselves.
        if (stored) await auth.logout(stored.refreshToken).catch(() => undefined);
      });
    } finally {
      this.#signingOut = false;
    }
  }

  /**
   * The freshest access token, renewed if need be; `null` when the sign-in has ended. Throws when it has to be renewed
   * and that is not possible just now. `rejected`: a token that the server would not take.
   */
  readonly token = async (rejected?: string): Promise<string | null> => {
    const session = this.#session;
    if (session && session.accessToken !== rejected && isFresh(session, Date.now())) return session.accessToken;
    this.#renewing ??= this.#renew(rejected).finally(() => {
      this.#renewing = undefined;
    });
    const token = await this.#renewing;
    // A renewal that was under way may not have known of the refusal.
    return token !== null && token === rejected ? this.token(rejected) : token;
  };

  /** Ends timers and listeners. */
  close(): void {
    clearTimeout(this.#timer);
    this.#channel?.close();
    document.removeEventListener('visibilitychange', this.#onVisible);
  }

  async #renew(rejected?: string): Promise<string | null> {
    const { session, changed } = await this.renewTokens(await this.#database, rejected);
    this.#adopt(session);
    if (changed) this.#channel?.postMessage('changed');
    return session?.accessToken ?? null;
  }

  async #enter(ask: () => Promise<auth.SessionAnswer>): Promise<void> {
    const database = await this.#database;
    const answer = await ask();
    await withSessionLock(database, () => this.#keep(database, withLife(answer, Date.now())));
  }

  async #keep(database: SessionDatabase, session: StoredSession | null): Promise<void> {
    await database.write(session);
    this.#adopt(session);
    this.#channel?.postMessage('changed');
  }

  readonly #reload = async (): Promise<void> => {
    const database = await this.#database;
    const adoptions = this.#adoptions;
    const stored = await database.read();
    // What was read while a newer one was adopted may be the older one.
    if (adoptions === this.#adoptions) this.#adopt(stored);
  };

  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.#reload();
  };

  #adopt(session: StoredSession | null): void {
    if (session && this.#signingOut) return;
    this.#adoptions++;
    const before = this.#session;
    this.#session = session;
    this.#schedule();
    this.#show(session);
    if (session && session.accessToken !== before?.accessToken) {
      for (const listener of [...this.#tokenListeners]) listener(session.accessToken);
    }
  }

  #show(session: StoredSession | null): void {
    const next: SessionState = session
      ? { status: 'signed-in', userId: session.userId, userName: session.userName }
      : { status: 'signed-out' };
    const { status } = this.#state;
    const same =
      status === next.status &&
      (this.#state.status !== 'signed-in' || next.status !== 'signed-in' || this.#state.userId === next.userId);
    if (same) return;
    this.#state = next;
    for (const listener of [...this.#stateListeners]) listener();
  }

  /** Renews before the end, without being asked. */
  #schedule(delayMs?: number): void {
    clearTimeout(this.#timer);
    const session = this.#session;
    if (!session) return;
    const due = session.endsAt - marginOf(session) - Date.now();
    this.#timer = setTimeout(
      () => {
        this.token().catch((error: unknown) => {
          const seconds = error instanceof ApiError ? error.retryAfter : undefined;
          this.#schedule(seconds === undefined ? RetryMs : seconds * 1000);
        });
      },
      delayMs ?? Math.min(Math.max(due, SoonestMs), 2 ** 30),
    );
  }
}
