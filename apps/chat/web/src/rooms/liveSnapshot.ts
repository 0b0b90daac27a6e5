/**
 * A value that is fetched now and then and changed by events in between. Changes that come while a fetch is under way
 * are applied to what it brings, so that an older answer undoes nothing.
 */
export class LiveSnapshot<T> {
  #value: T;
  #fetches = 0;
  #latest = 0;
  #sinceFetch: ((value: T) => T)[] = [];

  constructor(
    initial: T,
    private readonly changed: (value: T) => void,
  ) {
    this.#value = initial;
  }

  apply(change: (value: T) => T): void {
    if (this.#fetches > 0) this.#sinceFetch.push(change);
    this.#set(change(this.#value));
  }

  /** Fetches anew. Of several fetches at a time the one begun last counts. Rejects when it fails. */
  async refresh(fetch: () => Promise<T>): Promise<void> {
    const mine = ++this.#latest;
    if (this.#fetches++ === 0) this.#sinceFetch = [];
    const from = this.#sinceFetch.length;
    try {
      const fetched = await fetch();
      if (mine === this.#latest) {
        this.#set(this.#sinceFetch.slice(from).reduce<T>((value, change) => change(value), fetched));
      }
    } finally {
      this.#fetches--;
    }
  }

  #set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.changed(value);
  }
}
