/** The cursors that came last, so that a repeat is dropped: by equality, never by size. */
export class RecentCursors {
  static readonly #limit = 1_000;
  readonly #seen = new Set<string>();

  /** Whether `cursor` is new; remembers it. */
  add(cursor: string): boolean {
    if (this.#seen.has(cursor)) return false;
    this.#seen.add(cursor);
    if (this.#seen.size > RecentCursors.#limit) {
      // A set keeps the order of insertion: its first is the oldest.
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }
}
