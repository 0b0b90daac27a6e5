import type { LineEnding } from "../connector.js";
import { Deferred } from "../deferred.js";
import type { Timers } from "../timers.js";

/**
 * The part of the browser's `WebSocket` that a rooms client uses; `ws` for Node has it too, and `terminate` besides.
 * Every implementation has event classes of its own, hence `any`.
 */
export interface WebSocketLike {
  readonly readyState: number;
  binaryType: string;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Ends the connection without a closing handshake (`ws`). */
  terminate?(): void;
}

/** Makes a WebSocket: the global `WebSocket` of browsers and Node 22, or that of the package `ws`. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** What a socket tells its user. */
export interface SocketListener {
  message(data: unknown): void;
  ended(ending: LineEnding & { retryAfterMs?: number }): void;
}

/** A WebSocket whose end is told once and whose closing is bounded. */
export class ClientSocket {
  static readonly #open = 1;
  static readonly #closeMs = 1_000;
  static readonly #terminateMs = 500;

  readonly #socket: WebSocketLike;
  readonly #timers: Timers;
  readonly #gone = new Deferred<void>();
  #listener: SocketListener | undefined;
  #closingTimer: unknown;
  #closed = false;
  /** What went wrong on this side; no close code counts then. */
  #failure: string | undefined;
  #retryAfterMs: number | undefined;

  constructor(webSocket: WebSocketConstructor, url: string, timers: Timers, listener: SocketListener) {
    this.#timers = timers;
    this.#listener = listener;
    this.#socket = new webSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = (event: { data: unknown }) => this.#listener?.message(event.data);
    // Stays until the end: `ws` throws an error that has no listener.
    this.#socket.onerror = (event: { message?: string } | undefined) => {
      this.#failure ??= event?.message ?? "the connection failed";
    };
    this.#socket.onclose = (event: { code: number; reason: string }) => this.#closedBy(event.code, event.reason);
    this.#readRefusal();
  }

  /** Whether it takes frames: no longer once the server began to close it. */
  get open(): boolean {
    return this.#listener !== undefined && this.#socket.readyState === ClientSocket.#open;
  }

  /** Sends when the line is open; tells whether it did. */
  send(frame: string): boolean {
    if (!this.open) return false;
    try {
      this.#socket.send(frame);
      return true;
    } catch {
      // Closed in between: its end is told by `onclose`.
      return false;
    }
  }

  /** Ends it, politely or at once; its listener hears nothing more. Resolves when it is gone. */
  close(abruptly: boolean): Promise<void> {
    this.#listener = undefined;
    if (this.#closed) return this.#gone.promise;
    if (this.#closingTimer === undefined) {
      this.#closingTimer = this.#timers.setTimeout(() => this.#terminate(), ClientSocket.#closeMs);
      this.#attempt(() => this.#socket.close(1000));
    }
    if (abruptly) this.#terminate();
    return this.#gone.promise;
  }

  /** Where there is no `terminate`, as in browsers, the socket is left to the platform, which closes it in its own time. */
  #terminate(): void {
    if (this.#closed) return;
    this.#timers.clearTimeout(this.#closingTimer);
    this.#closingTimer = this.#timers.setTimeout(() => this.#finish(), ClientSocket.#terminateMs);
    if (this.#socket.terminate !== undefined) this.#attempt(() => this.#socket.terminate?.());
    else this.#finish();
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch {
      // A socket that cannot be closed any more is closed.
    }
  }

  #finish(): void {
    this.#closed = true;
    this.#timers.clearTimeout(this.#closingTimer);
    this.#gone.resolve();
  }

  #closedBy(code: number, reason: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#finish();
    listener?.ended({
      // A socket that failed by itself (a frame too large, bytes that are no text) names a code too, but no server sent it.
      ...(this.#failure === undefined ? endingOf(code, reason) : { reason: "lost", text: this.#failure, final: false }),
      ...(this.#retryAfterMs !== undefined && { retryAfterMs: this.#retryAfterMs }),
    });
  }

  /** `ws` shows the answer to a refused request; browsers do not. */
  #readRefusal(): void {
    const socket = this.#socket as WebSocketLike & {
      once?(event: string, listener: (request: unknown, response: Refusal) => void): void;
    };
    if (socket.once === undefined || socket.terminate === undefined) return;
    socket.once("unexpected-response", (_request, response) => {
      this.#failure = `the request was answered with ${response.statusCode}`;
      const seconds = response.headers["retry-after"];
      if (seconds !== undefined && /^[0-9]+$/.test(seconds)) this.#retryAfterMs = Number(seconds) * 1_000;
      socket.terminate?.();
    });
  }
}

interface Refusal {
  readonly statusCode: number;
  readonly headers: Record<string, string | undefined>;
}

/** What a close code means: stop, come back with a new token, or come back. */
function endingOf(code: number, reason: string): LineEnding {
  switch (code) {
    case 1003:
    case 1007:
    case 1009:
    case 4400:
    case 4403:
    case 4409:
      return { reason: "server", code, text: reason, final: true };
    case 4401:
      return { reason: "expired", code, text: reason, final: false };
    case 1006: // no close frame came
      return { reason: "lost", final: false };
    default:
      return { reason: "server", code, text: reason, final: false };
  }
}
