/** Waiting times between attempts: doubling up to a cap, each drawn at random so that a crowd does not return at once. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly baseMs = 400,
    private readonly capMs = 5000,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next waiting time in milliseconds: between half of and the whole current step. */
  next(): number {
    const step = Math.min(this.capMs, this.baseMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 16);
    return Math.round(step * (0.5 + this.random() / 2));
  }

  reset(): void {
    this.#attempts = 0;
  }
}
