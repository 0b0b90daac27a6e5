import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { PlainWire } from './plainWire';
import { SocketWire } from './socketWire';
import { Store } from './store';
import { StreamWire } from './streamWire';
import type { ConnectionState, RoomsHttp, Self, TokenSource } from './types';
import type { Transport, Wire, WireListener } from './wire';

export interface ConnectionOptions {
  self: Self;
  tokens: TokenSource;
  http: RoomsHttp;
  /** What carries the chat at first. Default `socket.io`. */
  transport?: Transport;
  /** Further options of `socket.io-client`. */
  socketOptions?: Partial<ManagerOptions & SocketOptions>;
}

type Listener = (data: never) => void;

/** The connection to the server, over whichever wire is chosen just now; another may be chosen at any time. */
export class Connection {
  readonly state = new Store<ConnectionState>('connecting');
  readonly transport: Store<Transport>;
  readonly #options: ConnectionOptions;
  readonly #listeners = new Map<string, Set<Listener>>();
  #wire: Wire | undefined;
  #cursor: string | undefined;
  #running = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.transport = new Store<Transport>(options.transport ?? 'socket.io');
  }

  /** The wire, while it is connected. */
  get wire(): Wire | undefined {
    return this.#wire?.connected ? this.#wire : undefined;
  }

  /** Connects and stays connected until `stop`. May be called again after it. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#begin();
  }

  /** Ends the connection; no timer and no listener of ours is left. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#end();
    this.state.set('closed');
  }

  /** Goes on over another wire, from the position that this one has reached. */
  switchTo(transport: Transport): void {
    if (transport === this.transport.get()) return;
    if (this.#running) this.#end();
    this.transport.set(transport);
    if (this.#running) this.#begin();
  }

  /** Listens to an event of the server, or to `up` and `down`. Returns the function that ends it. */
  on<T>(event: string, listener: (data: T) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  #begin(): void {
    const wire: Wire = this.#make({
      up: () => this.#wire === wire && this.#raise('up'),
      down: () => this.#wire === wire && this.#raise('down'),
      state: (state) => this.#wire === wire && this.state.set(state),
      event: (name, data) => this.#wire === wire && this.#raise(name, data),
    });
    this.#wire = wire;
    wire.start();
  }

  #end(): void {
    const wire = this.#wire;
    if (!wire) return;
    this.#cursor = wire.cursor ?? this.#cursor;
    wire.stop();
    this.#wire = undefined;
    this.state.set('reconnecting');
  }

  #make(listener: WireListener): Wire {
    const { self, tokens, http, socketOptions } = this.#options;
    switch (this.transport.get()) {
      case 'socket.io':
        return new SocketWire({ url: '/chat', tokens, socketOptions }, listener);
      case 'websocket':
        return new PlainWire('/ws', tokens, listener);
      case 'event-stream':
        return new StreamWire({ events: '/events', rooms: '/ws', userId: self.userId, tokens, http, cursor: this.#cursor }, listener);
    }
  }

  #raise(event: string, data?: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(data as never);
  }
}
