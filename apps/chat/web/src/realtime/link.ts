import type { ClientOptions, Ending, FanfareClient } from 'fanfare-client';
import { watchNetwork } from './network';
import type { ConnectionState, TokenSource } from './types';

/** What a link tells. */
export interface LinkListener {
  up?(): void;
  down?(): void;
  /** The state may have changed. */
  changed(): void;
  /** The server will not have us here, whatever the token: the link has stopped. */
  refused?(): void;
}

/** Options for a new client: where the one before stood is its `cursor`. */
export type LinkOptions = ClientOptions & { readonly cursor?: string };

const BaseMs = 400;
const CapMs = 5000;
/** After an end that the client takes for final. */
const AnewMs = 1500;

/**
 * Keeps one client of our package alive for as long as the sign-in lives. The client itself comes back after breaks; one
 * that has closed for good is replaced, and so is one that the browser's lack of a network made useless.
 */
export class Link<C extends FanfareClient> {
  readonly #make: (options: LinkOptions) => C;
  readonly #tokens: TokenSource;
  readonly #listener: LinkListener;
  #client: C | undefined;
  #cursor: string | undefined;
  #running = false;
  #offline = false;
  #everUp = false;
  #signedOut = false;
  #token = '';
  #rejected: string | undefined;
  #anew: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  /** `cursor`: where to resume. */
  constructor(make: (options: LinkOptions) => C, tokens: TokenSource, listener: LinkListener, cursor?: string) {
    this.#make = make;
    this.#tokens = tokens;
    this.#listener = listener;
    this.#cursor = cursor;
  }

  /** The client, while it is connected. */
  get client(): C | undefined {
    return this.#client?.state === 'Connected' ? this.#client : undefined;
  }

  get cursor(): string | undefined {
    return this.#client?.stats.cursor ?? this.#cursor;
  }

  get state(): ConnectionState {
    if (!this.#running || this.#signedOut) return 'closed';
    if (this.#offline || !navigator.onLine) return 'offline';
    if (this.client) return 'connected';
    return this.#everUp ? 'reconnecting' : 'connecting';
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#offline = false;
    this.#signedOut = false;
    this.#unwatch = watchNetwork({
      online: () => this.#online(),
      offline: () => {
        this.#offline = true;
        this.#drop();
      },
      visible: () => {
        if (this.client || this.#signedOut) return;
        if (!this.#offline) this.#open();
        else if (navigator.onLine) this.#online();
      },
    });
    this.#open();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#unwatch?.();
    this.#drop();
  }

  #online(): void {
    this.#offline = false;
    if (!this.client) this.#open();
  }

  #open(): void {
    this.#drop();
    if (!this.#running || this.#offline || this.#signedOut) return;
    const client = this.#make({
      token: () => this.#giveToken(client),
      baseMs: BaseMs,
      capMs: CapMs,
      ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
    });
    this.#client = client;
    client.watch('retry', ({ reason }) => {
      if (reason === 'unauthorized') this.#rejected = this.#token;
    });
    client.watch('state', (change) => {
      if (this.#client !== client) return;
      if (change.to === 'Connected') {
        this.#everUp = true;
        this.#listener.up?.();
      } else if (change.from === 'Connected') {
        this.#listener.down?.();
      }
      if (change.to === 'Closed') this.#closed(change);
      this.#listener.changed();
    });
    client.connect().catch(() => undefined);
    this.#listener.changed();
  }

  #closed({ reason, code }: Partial<Ending>): void {
    this.#cursor = this.cursor;
    this.#client = undefined;
    if (reason === 'forbidden' && this.#listener.refused) {
      this.stop();
      this.#listener.refused();
      return;
    }
    // Who is put out may hold a token of a sign-in that has ended.
    if (reason === 'unauthorized' || code === 4403) this.#rejected = this.#token;
    this.#anew = setTimeout(() => this.#open(), AnewMs);
  }

  async #giveToken(client: C): Promise<string> {
    const token = await this.#tokens.get(this.#rejected);
    if (token === null) {
      // The sign-in has ended. Whoever owns it unmounts us.
      if (this.#client === client) {
        this.#signedOut = true;
        this.#drop();
      }
      throw new Error('Signed out.');
    }
    this.#token = token;
    this.#rejected = undefined;
    return token;
  }

  /** Lets the client go, if there is one. */
  #drop(): void {
    clearTimeout(this.#anew);
    const client = this.#client;
    if (client) {
      const wasUp = client.state === 'Connected';
      this.#cursor = this.cursor;
      this.#client = undefined;
      void client.disconnect();
      if (wasUp) this.#listener.down?.();
    }
    this.#listener.changed();
  }
}
