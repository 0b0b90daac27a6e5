import { PersonalStreams } from './personalStreams';
import type { ConnectionState, TokenSource } from './types';

type Note =
  | { readonly kind: 'who' }
  | { readonly kind: 'state'; readonly state: ConnectionState }
  | { readonly kind: 'event'; readonly name: string; readonly data: unknown };

export interface SharedStreamsOptions {
  /** The streams' path. */
  readonly base: string;
  readonly userId: string;
  readonly tokens: TokenSource;
}

export interface SharedStreamsListener {
  event(name: string, data: unknown): void;
  changed(state: ConnectionState): void;
}

/**
 * The user's streams, opened by one tab and passed on to the others: a browser has six connections to a server over
 * HTTP/1.1, and each stream holds one. Where tabs cannot agree (no Web Locks without TLS) each has its own.
 */
export class SharedStreams {
  readonly #options: SharedStreamsOptions;
  readonly #listener: SharedStreamsListener;
  #own: PersonalStreams | undefined;
  #channel: BroadcastChannel | undefined;
  #leaving: AbortController | undefined;
  #release: (() => void) | undefined;
  #state: ConnectionState = 'closed';

  /** Whether tabs can agree on which of them opens the streams. */
  static get canShare(): boolean {
    return navigator.locks !== undefined && typeof BroadcastChannel !== 'undefined';
  }

  constructor(options: SharedStreamsOptions, listener: SharedStreamsListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#leaving) return;
    const leaving = new AbortController();
    this.#leaving = leaving;
    this.#become('connecting');
    if (!SharedStreams.canShare) {
      this.#open();
      return;
    }
    const name = `fanfare-streams-${this.#options.userId}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Note>) => this.#hear(data));
    this.#tell({ kind: 'who' });
    navigator.locks
      .request(name, { signal: leaving.signal }, () => {
        if (leaving.signal.aborted) return undefined;
        this.#open();
        return new Promise<void>((resolve) => (this.#release = resolve));
      })
      .catch(() => undefined);
  }

  stop(): void {
    if (!this.#leaving) return;
    this.#leaving.abort();
    this.#leaving = undefined;
    this.#own?.stop();
    this.#own = undefined;
    this.#release?.();
    this.#release = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    this.#become('closed');
  }

  #open(): void {
    const own = new PersonalStreams(
      this.#options.base,
      this.#options.tokens,
      (name, data) => {
        this.#tell({ kind: 'event', name, data });
        this.#listener.event(name, data);
      },
      () => {
        if (this.#own !== own) return;
        this.#tell({ kind: 'state', state: own.state });
        this.#become(own.state);
      },
    );
    this.#own = own;
    own.start();
  }

  #hear(note: Note): void {
    if (note.kind === 'who') {
      if (this.#own) this.#tell({ kind: 'state', state: this.#own.state });
    } else if (this.#own === undefined) {
      if (note.kind === 'state') this.#become(note.state);
      else this.#listener.event(note.name, note.data);
    }
  }

  #tell(note: Note): void {
    this.#channel?.postMessage(note);
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.changed(state);
  }
}
