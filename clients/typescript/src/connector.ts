import type { Backoff } from "./backoff.js";
import { Deferred, failed } from "./deferred.js";
import { closedError } from "./errors.js";
import type { GaveUpNotice, RetryNotice } from "./notices.js";
import type { ResolvedOptions } from "./options.js";
import type { ClientState, Ending, StateChange } from "./state.js";

/** How a line ended; a `final` ending allows no further attempt. */
export interface LineEnding extends Ending {
  readonly final: boolean;
}

/** One attempt's connection. After `close` it tells its listener nothing more. */
export interface Line {
  /** Ends it, politely or (`abruptly`) at once; resolves when it is gone, within 2 s whatever the peer does. May be called again. */
  close(abruptly: boolean): Promise<void>;
}

/** What a line tells, never from within the call that opens it. */
export interface LineListener {
  ready(): void;
  ended(ending: LineEnding): void;
}

/** What the state machine needs of the client that it drives. */
export interface ConnectorHost {
  openLine(token: string | undefined, listener: LineListener): Line;
  /** The line has ended, another may follow; the notices of it come next. */
  lineEnded(): void;
  /** `Connected` was announced. */
  connected(): void;
  /** The client is closed; the last notice follows. */
  closed(ending: Ending): void;
  stateChanged(change: StateChange): void;
  retrying(notice: RetryNotice): void;
  gaveUp(notice: GaveUpNotice): void;
}

/** The state machine of every client: attempts, delays, and the one way to `Closed`. */
export class Connector {
  readonly #host: ConnectorHost;
  readonly #options: ResolvedOptions;
  readonly #backoff: Backoff;
  readonly #closing = new Set<Promise<void>>();
  #waiters: Deferred<void>[] = [];
  #state: ClientState = "Idle";
  #ending: Ending | undefined;
  #attempt: object | undefined;
  #line: Line | undefined;
  #failedAttempts = 0;
  #timer: unknown;

  constructor(host: ConnectorHost, options: ResolvedOptions, backoff: Backoff) {
    this.#host = host;
    this.#options = options;
    this.#backoff = backoff;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** How the client ended, once it is `Closed`. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  connect(): Promise<void> {
    if (this.#ending !== undefined) return failed(closedError(this.#ending));
    if (this.#state === "Connected") return Promise.resolve();
    const waiter = new Deferred<void>();
    this.#waiters.push(waiter);
    if (this.#state === "Idle") {
      this.#move("Connecting");
      this.#begin();
    }
    return waiter.promise;
  }

  async disconnect(): Promise<void> {
    this.#close({ reason: "disconnect" });
    await Promise.all(this.#closing);
  }

  #begin(): void {
    if (this.#state !== "Connecting" && this.#state !== "Reconnecting") return;
    const attempt = {};
    this.#attempt = attempt;
    this.#timer = this.#options.timers.setTimeout(() => this.#ended({ reason: "silent", final: false }), this.#options.openMs);
    void this.#open(attempt);
  }

  async #open(attempt: object): Promise<void> {
    try {
      const token = this.#options.token === undefined ? undefined : await this.#askForToken(this.#options.token);
      if (this.#attempt !== attempt) return;
      const whileCurrent = (act: () => void): void => {
        if (this.#attempt === attempt) act();
      };
      this.#line = this.#host.openLine(token, {
        ready: () => whileCurrent(() => this.#ready()),
        ended: (ending) => whileCurrent(() => this.#ended(ending)),
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (this.#attempt === attempt) this.#ended({ reason: "lost", text, final: false });
    }
  }

  async #askForToken(source: () => string | Promise<string>): Promise<string> {
    const token = await source();
    if (typeof token !== "string") throw new TypeError("The token source gave no text.");
    return token;
  }

  #ready(): void {
    this.#options.timers.clearTimeout(this.#timer);
    this.#failedAttempts = 0;
    this.#backoff.reset();
    const attempt = this.#attempt;
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#move("Connected");
    for (const waiter of waiters) waiter.resolve();
    // A watcher of the state may have closed the client.
    if (this.#attempt === attempt) this.#host.connected();
  }

  #ended(ending: LineEnding): void {
    this.#retireLine(ending.reason === "silent");
    const { final, ...told } = ending;
    if (final) {
      this.#close(told);
      return;
    }
    this.#host.lineEnded();
    if (this.#state === "Connected") {
      this.#move("Reconnecting", told);
    } else {
      this.#failedAttempts += 1;
      if (this.#failedAttempts >= this.#options.limit) {
        this.#host.gaveUp({ attempts: this.#failedAttempts });
        this.#close({ reason: "gave-up" });
        return;
      }
    }
    this.#retry(told);
  }

  #retry(ending: Ending): void {
    // A watcher of the state may have closed the client.
    if (this.#state === "Closed") return;
    const delayMs = this.#backoff.nextMs();
    this.#timer = this.#options.timers.setTimeout(() => this.#begin(), delayMs);
    this.#host.retrying({ attempt: this.#failedAttempts + 1, delayMs, ...ending });
  }

  #close(ending: Ending): void {
    if (this.#state === "Closed") return;
    this.#retireLine(false);
    this.#ending = ending;
    const from = this.#state;
    this.#state = "Closed";
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(closedError(ending));
    this.#host.closed(ending);
    this.#host.stateChanged({ from, to: "Closed", ...ending });
  }

  /** Forgets the attempt and its timer, and lets its line go. */
  #retireLine(abruptly: boolean): void {
    this.#attempt = undefined;
    this.#options.timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    const line = this.#line;
    if (line === undefined) return;
    this.#line = undefined;
    const gone = line.close(abruptly);
    this.#closing.add(gone);
    void gone.then(() => this.#closing.delete(gone));
  }

  #move(to: ClientState, ending?: Ending): void {
    const from = this.#state;
    this.#state = to;
    this.#host.stateChanged({ from, to, ...ending });
  }
}
