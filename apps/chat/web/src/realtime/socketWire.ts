import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { Backoff } from './backoff';
import { watchNetwork } from './network';
import type { ConnectionState, TokenSource } from './types';
import { JoinRetryMs, JoinTimeoutMs, refusalOf, sendAnswerOf, type OutgoingMessage, type Wire, type WireListener } from './wire';

export interface SocketWireOptions {
  /** Address of the namespace. */
  url: string;
  tokens: TokenSource;
  /** Further options of `socket.io-client`; reconnection, `auth` and `autoConnect` are the wire's own. */
  socketOptions?: Partial<ManagerOptions & SocketOptions> | undefined;
}

/** A connection that has not come up after this long is given up and tried anew. */
const ConnectTimeoutMs = 12_000;
const WebSocketFirst = ['websocket', 'polling'];
const PollingFirst = ['polling', 'websocket'];
const RefreshTimeoutMs = 10_000;
/** A connection counts as good, and the waiting times start afresh, after this long. */
const StableMs = 3000;

/**
 * Socket.IO, by its official client. It connects again for ever, with a fresh token each time, whoever ended it. The reconnection of `socket.io-client` is off: it gives up on a server's DISCONNECT and
 * on a refused token, and knows nothing of the browser's network.
 */
export class SocketWire implements Wire {
  readonly #socket: Socket;
  readonly #listener: WireListener;
  readonly #tokens: TokenSource;
  readonly #backoff = new Backoff();
  #running = false;
  #everConnected = false;
  #attempting = false;
  #offline = false;
  /** Failed attempts since the last connection. */
  #failures = 0;
  readonly #ownTransports: boolean;
  #token = '';
  #cursor: string | undefined;
  /** Renewed while a connection with the one before was coming up. */
  #newer: string | undefined;
  /** The token that the server would not take. */
  #rejected: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #stable: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: SocketWireOptions, listener: WireListener) {
    this.#listener = listener;
    this.#tokens = options.tokens;
    this.#ownTransports = options.socketOptions?.transports !== undefined;
    this.#socket = io(options.url, {
      transports: [...WebSocketFirst],
      tryAllTransports: true,
      timeout: ConnectTimeoutMs,
      ...options.socketOptions,
      autoConnect: false,
      reconnection: false,
      // Each wire has its own connection: closing one must not close another's.
      forceNew: true,
      auth: (give: (auth: object) => void) => give({ token: this.#token }),
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  get recovered(): boolean {
    return this.#socket.recovered;
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Connects and stays connected until `stop`. May be called again after it. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#offline = false;
    this.#socket.on('connect', this.#onConnect);
    this.#socket.on('disconnect', this.#onDisconnect);
    this.#socket.on('connect_error', this.#onConnectError);
    this.#unsubscribe = this.#tokens.subscribe((token) => this.#renewed(token));
    this.#socket.onAny(this.#onEvent);
    this.#unwatch = watchNetwork({ online: this.#onOnline, offline: this.#onOffline, visible: this.#onVisible });
    this.#showState();
    void this.#attempt();
  }

  /** Ends the connection; no timer and no listener of ours is left. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#clearTimers();
    this.#unsubscribe?.();
    this.#unwatch?.();
    const wasConnected = this.#socket.connected;
    this.#socket.disconnect();
    this.#socket.off('connect', this.#onConnect);
    this.#socket.off('disconnect', this.#onDisconnect);
    this.#socket.off('connect_error', this.#onConnectError);
    this.#socket.offAny(this.#onEvent);
    this.#everConnected = false;
    this.#backoff.reset();
    if (wasConnected) this.#listener.down();
    this.#listener.state('closed');
  }

  join(roomId: string, answer: (refusal: string | null) => void): void {
    const sid = this.#socket.id;
    this.#socket.timeout(JoinTimeoutMs).emit('join_room', roomId, (error: unknown, data: unknown) => {
      if (!this.#socket.connected || this.#socket.id !== sid) return;
      if (error === null || error === undefined) answer(refusalOf(data));
      else setTimeout(() => this.#socket.connected && this.#socket.id === sid && this.join(roomId, answer), JoinRetryMs);
    });
  }

  leave(roomId: string): void {
    this.#socket.emit('leave_room', roomId);
  }

  send({ roomId, content, clientId }: OutgoingMessage, answer: Parameters<Wire['send']>[1]): void {
    this.#socket.emit('message', { roomId, content, clientId }, (data: unknown) => answer(sendAnswerOf(data)));
  }

  typing(event: 'typing_start' | 'typing_stop', roomId: string): void {
    this.#socket.emit(event, roomId);
  }

  markRead(roomId: string, messageId: string, told: (unread: number) => void): void {
    this.#socket.emit('mark_read', { roomId, messageId }, (data?: { unread?: unknown }) => {
      if (typeof data?.unread === 'number') told(data.unread);
    });
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (!this.#running || this.#attempting || this.#offline || this.#socket.connected) return;
    this.#attempting = true;
    try {
      const token = await this.#tokens.get(this.#rejected);
      if (!this.#running) return;
      if (token === null) {
        // The sign-in has ended. Whoever owns it unmounts us.
        this.#listener.state('closed');
        return;
      }
      this.#token = token;
      this.#newer = undefined;
      this.#rejected = undefined;
    } catch {
      this.#schedule();
      return;
    } finally {
      this.#attempting = false;
    }
    if (this.#offline) return;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#reset(), ConnectTimeoutMs + 2000);
    // Some proxies let a WebSocket open and close it at once: every other attempt begins with polling.
    if (!this.#ownTransports) this.#socket.io.opts.transports = this.#failures % 2 === 0 ? WebSocketFirst : PollingFirst;
    this.#socket.connect();
    // The manager does not hear of an engine that closes before it has opened.
    this.#socket.io.engine?.once('close', () => {
      if (!this.#running || this.#socket.connected || this.#retry !== undefined) return;
      this.#failures++;
      this.#reset();
    });
  }

  #schedule(delayMs = this.#backoff.next()): void {
    if (!this.#running || this.#offline) return;
    this.#showState();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#attempt(), delayMs);
  }

  /** Drops a connection that hangs and tries anew. */
  #reset(): void {
    clearTimeout(this.#watchdog);
    if (this.#socket.active || this.#socket.connected) this.#socket.disconnect();
    this.#schedule();
  }

  readonly #onConnect = (): void => {
    clearTimeout(this.#watchdog);
    this.#everConnected = true;
    this.#failures = 0;
    this.#stable = setTimeout(() => this.#backoff.reset(), StableMs);
    this.#showState();
    this.#listener.up();
    if (this.#newer !== undefined) this.#renewed(this.#newer);
  };

  /** The event's own argument; with recovery the server appends the position to what it keeps. */
  readonly #onEvent = (event: string, data: unknown, cursor?: unknown): void => {
    if (typeof cursor === 'string') this.#cursor = cursor;
    this.#listener.event(event, data);
  };

  readonly #onDisconnect = (reason: string): void => {
    clearTimeout(this.#stable);
    clearTimeout(this.#watchdog);
    if (!this.#running) return;
    this.#showState();
    this.#listener.down();
    // Our own `disconnect()` is followed by what its caller wants.
    if (reason !== 'io client disconnect') this.#schedule();
  };

  readonly #onConnectError = (error: Error): void => {
    clearTimeout(this.#watchdog);
    if (!this.#running) return;
    if (error.message === 'unauthorized') this.#rejected = this.#token;
    else this.#failures++;
    this.#schedule();
  };

  /** A newer token: the live connection goes on with it, so that it does not end when the old one does. */
  #renewed(token: string): void {
    this.#newer = this.#socket.connected ? undefined : token;
    if (!this.#socket.connected || token === this.#token) return;
    this.#token = token;
    this.#socket.timeout(RefreshTimeoutMs).emit('refresh', { token }, (error: unknown, answer?: { error?: string }) => {
      if (!this.#running || !this.#socket.connected || this.#token !== token) return;
      if (error === null && answer?.error === undefined) return;
      if (answer?.error !== undefined) this.#rejected = token;
      this.#reset();
    });
  }

  readonly #onOnline = (): void => {
    if (!this.#offline && this.#socket.connected) return;
    this.#offline = false;
    this.#backoff.reset();
    this.#showState();
    void this.#attempt();
  };

  readonly #onOffline = (): void => {
    this.#offline = true;
    this.#clearTimers();
    // Without a network the transport would notice only at the next missed heartbeat. Not a `disconnect()`:
    // the server keeps a session that was merely lost, and gives it back.
    if (this.#socket.connected) this.#socket.io.engine?.close();
    // An attempt under way is only freed by this.
    else this.#socket.disconnect();
    this.#showState();
  };

  /** Timers of hidden pages are slow, and an `online` event may have been missed while asleep. */
  readonly #onVisible = (): void => {
    if (this.#socket.connected) return;
    if (this.#offline && navigator.onLine) this.#onOnline();
    else if (this.#retry !== undefined) void this.#attempt();
  };

  #showState(): void {
    if (this.#running) this.#listener.state(this.#state());
  }

  #state(): ConnectionState {
    if (this.#socket.connected && !this.#offline) return 'connected';
    if (this.#offline || !navigator.onLine) return 'offline';
    return this.#everConnected ? 'reconnecting' : 'connecting';
  }

  #clearTimers(): void {
    for (const timer of [this.#retry, this.#watchdog, this.#stable]) clearTimeout(timer);
    this.#retry = undefined;
  }
}
