import type { Timers } from "../../src/index.js";

interface Timer {
  at: number;
  callback: () => void;
}

/** A clock that stands still until it is moved. It starts at a random instant, so that nothing relies on zero. */
export class FakeTimers implements Timers {
  #now = Math.floor(Math.random() * 1e9);
  readonly #timers = new Set<Timer>();

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.at;
      this.#timers.delete(next);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
