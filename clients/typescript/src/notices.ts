import { callSafely } from "./handlers.js";
import type { EndReason, StateChange } from "./state.js";

/** A delay before the next attempt has started. */
export interface RetryNotice {
  /** The number of the attempt that follows, since `connect` or the last `Connected`; the first is 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: EndReason;
  readonly code?: number;
  readonly text?: string;
}

/** As many attempts as `limit` allows have failed; `Closed` follows. */
export interface GaveUpNotice {
  readonly attempts: number;
}

/** Something was missed and will not come: load the state anew. */
export interface ResetNotice {
  /** The server's reason: `expired`, `trimmed`, `epoch`, `forbidden`, or an error code. */
  readonly reason: string;
  /** The position from which events are complete again. */
  readonly cursor?: string;
  /** The room concerned; without it everything is. */
  readonly room?: string;
}

/** Something went wrong that ends neither the line nor the client. */
export interface ErrorNotice {
  /** `handler` (a handler threw), `bad-frame` (something unreadable came), or the code of an error that the server sent. */
  readonly code: string;
  readonly message: string;
  /** With `handler`: what was thrown. */
  readonly cause?: unknown;
}

/** What a client tells about itself, by name, for `watch`. */
export interface Notices {
  state: StateChange;
  retry: RetryNotice;
  "gave-up": GaveUpNotice;
  reset: ResetNotice;
  error: ErrorNotice;
}

interface Watcher {
  readonly name: string;
  readonly listener: (notice: never) => unknown;
}

/** Hands each notice to its watchers. One raised while another is handed out waits, so all watchers see one order. */
export class NoticeBoard<N extends Notices> {
  #watchers: readonly Watcher[] = [];
  readonly #waiting: { name: string; notice: unknown }[] = [];
  #handingOut = false;
  #sealed = false;

  watch<K extends keyof N & string>(name: K, listener: (notice: N[K]) => unknown): () => void {
    if (typeof listener !== "function") throw new TypeError("A listener must be a function.");
    const watcher: Watcher = { name, listener };
    this.#watchers = [...this.#watchers, watcher];
    return () => {
      this.#watchers = this.#watchers.filter((other) => other !== watcher);
    };
  }

  raise<K extends keyof N & string>(name: K, notice: N[K]): void {
    if (this.#sealed) return;
    this.#waiting.push({ name, notice });
    if (this.#handingOut) return;
    this.#handingOut = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#handOut(next.name, next.notice);
    }
    this.#handingOut = false;
  }

  /** Raises the last notice: none follows. */
  raiseLast<K extends keyof N & string>(name: K, notice: N[K]): void {
    this.raise(name, notice);
    this.#sealed = true;
  }

  #handOut(name: string, notice: unknown): void {
    for (const watcher of this.#watchers) {
      if (watcher.name !== name || !this.#watchers.includes(watcher)) continue;
      callSafely(() => watcher.listener(notice as never), (error) => this.#watcherThrew(name, error));
    }
  }

  #watcherThrew(name: string, error: unknown): void {
    if (name === "error") {
      // A watcher of errors that throws cannot be told to itself again.
      console.error(error);
      return;
    }
    this.raise("error", handlerError(error) as N["error"]);
  }
}

export function handlerError(error: unknown): ErrorNotice {
  return { code: "handler", message: error instanceof Error ? error.message : String(error), cause: error };
}
