/**
 * Keeps back what comes live while a history is being read: the history may have been taken before it, and shows it as
 * missing. On the other wires the server itself sends the history first.
 */
export class HistoryFirst {
  #reading = 0;
  #kept: (() => void)[] = [];

  /** Tells an event now, or after the history. */
  live(tell: () => void): void {
    if (this.#reading === 0) tell();
    else this.#kept.push(tell);
  }

  async history(read: () => Promise<void>): Promise<void> {
    this.#reading++;
    try {
      await read();
    } finally {
      this.#reading--;
      if (this.#reading === 0) {
        const kept = this.#kept;
        this.#kept = [];
        for (const tell of kept) tell();
      }
    }
  }
}
