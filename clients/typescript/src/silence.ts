import type { Timers } from "./timers.js";

/** Tells when nothing was heard for a while. A sound costs a clock reading, not a timer. */
export class SilenceWatch {
  readonly #timers: Timers;
  readonly #limitMs: number;
  readonly #silent: () => void;
  #heardAt = 0;
  #timer: unknown;

  constructor(timers: Timers, limitMs: number, silent: () => void) {
    this.#timers = timers;
    this.#limitMs = limitMs;
    this.#silent = silent;
  }

  /** Starts, or starts again, from now. */
  start(): void {
    this.stop();
    this.#heardAt = this.#timers.now();
    this.#wait(this.#limitMs);
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  heard(): void {
    this.#heardAt = this.#timers.now();
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(delayMs: number): void {
    this.#timer = this.#timers.setTimeout(() => {
      const leftMs = Math.ceil(this.#heardAt + this.#limitMs - this.#timers.now());
      if (leftMs > 0) {
        this.#wait(leftMs);
        return;
      }
      this.#timer = undefined;
      this.#silent();
    }, delayMs);
  }
}
