import { longestDelayMs, type Timers } from "./timers.js";

/**
 * The delay before the next attempt: exponential with full jitter and a cap, plus the floor that a server asked for.
 * Full jitter spreads the clients of a restarted server over the whole span instead of in waves.
 */
export class Backoff {
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #random: () => number;
  readonly #timers: Timers;
  #step = 0;
  #standingFloorMs = 0;
  #floorMs = 0;
  #floorUntil = Number.NEGATIVE_INFINITY;

  constructor(options: { baseMs: number; capMs: number; random: () => number; timers: Timers }) {
    this.#baseMs = options.baseMs;
    this.#capMs = options.capMs;
    this.#random = options.random;
    this.#timers = options.timers;
  }

  /** Every later delay is at least this long, until another floor of this kind comes (`retry:` of a stream). */
  keepFloor(delayMs: number): void {
    this.#standingFloorMs = delayMs;
  }

  /** The next delay is at least this long (`Retry-After`). */
  floorOnce(delayMs: number): void {
    this.#floorMs = Math.max(this.#floorMs, delayMs);
  }

  /** The next delay does not end before `delayMs` from now (a `reconnect` frame). */
  floorFromNow(delayMs: number): void {
    this.#floorUntil = this.#timers.now() + delayMs;
  }

  /** The next delay is at least as long as the cap (close code 4429). */
  floorAtCap(): void {
    this.floorOnce(this.#capMs);
  }

  /** Starts again from the base: the client is connected. Floors that the server asked for stay. */
  reset(): void {
    this.#step = 0;
  }

  /** The delay before the next attempt; uses up what counts once. */
  nextMs(): number {
    const spanMs = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(this.#step, 60));
    this.#step += 1;
    const leftMs = Math.ceil(this.#floorUntil - this.#timers.now());
    const floorMs = Math.max(this.#standingFloorMs, this.#floorMs, leftMs);
    this.#floorMs = 0;
    this.#floorUntil = Number.NEGATIVE_INFINITY;
    return Math.min(Math.round(this.#random() * spanMs) + floorMs, longestDelayMs);
  }
}
