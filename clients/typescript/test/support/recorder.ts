import { within } from "./waits.js";

/** A notice of either client. */
type AnyNotice = any;

/** Everything that a client tells about itself, in order. */
export class Recorder {
  readonly log: [name: string, notice: AnyNotice][] = [];
  readonly #waits: { name: string; test: (notice: AnyNotice) => boolean; resolve: (notice: AnyNotice) => void }[] = [];
  #read = 0;

  constructor(client: { watch(name: never, listener: (notice: AnyNotice) => void): () => void }) {
    for (const name of ["state", "retry", "gave-up", "reset", "error", "joined"]) {
      client.watch(name as never, (notice) => this.add(name, notice));
    }
  }

  add(name: string, notice: AnyNotice): void {
    this.log.push([name, notice]);
    const at = this.#waits.findIndex((wait) => wait.name === name && wait.test(notice));
    if (at < 0) return;
    this.#read = this.log.length;
    this.#waits.splice(at, 1)[0]?.resolve(notice);
  }

  /** The next notice of this name that no earlier wait has taken. */
  next(name: string, test: (notice: AnyNotice) => boolean = () => true): Promise<AnyNotice> {
    for (let at = this.#read; at < this.log.length; at++) {
      const [was, notice] = this.log[at]!;
      if (was !== name || !test(notice)) continue;
      this.#read = at + 1;
      return Promise.resolve(notice);
    }
    return within(new Promise((resolve) => this.#waits.push({ name, test, resolve })), `the notice '${name}'`);
  }

  to(state: string): Promise<AnyNotice> {
    return this.next("state", (change) => change.to === state);
  }

  of(name: string): AnyNotice[] {
    return this.log.filter(([was]) => was === name).map(([, notice]) => notice);
  }

  /** The moves of the state machine, as `from>to:reason`. */
  get moves(): string[] {
    return this.of("state").map(({ from, to, reason }) => `${from}>${to}${reason === undefined ? "" : `:${reason}`}`);
  }
}
