import { FanfareClient, type ClientStats, type EventMap } from "../client.js";
import type { Line, LineListener } from "../connector.js";
import { failed, mayFailUnseen } from "../deferred.js";
import { closedError } from "../errors.js";
import type { Notices } from "../notices.js";
import { atLeast, milliseconds, type ClientOptions } from "../options.js";
import type { Ending } from "../state.js";
import { Calls, type Ack } from "./calls.js";
import { writeFrame } from "./frames.js";
import { Memberships, type JoinAnswer } from "./memberships.js";
import { Session, type JoinedNotice } from "./session.js";
import type { WebSocketConstructor } from "./web-socket.js";

/** What a rooms client can be told. All times are milliseconds. */
export interface RoomsClientOptions extends ClientOptions {
  /** The WebSocket to use. Default: the global one; Node 20 has none: hand in that of the package `ws`. */
  readonly webSocket?: WebSocketConstructor;
  /** How many calls may wait for the line; the next one fails at once. Default 1,000. */
  readonly queueSize?: number;
  /** How long a call with `ack` waits, in the queue and for its answer. Default 30,000. */
  readonly ackMs?: number;
  /** After this time without a frame the client asks whether the server is there. Default 25,000. */
  readonly pingMs?: number;
  /** When nothing comes for this time more, the line is given up. Default 20,000. */
  readonly pongMs?: number;
}

/** What a rooms client tells about itself. */
export interface RoomsNotices extends Notices {
  joined: JoinedNotice;
}

/** How a call is made. */
export interface SendOptions {
  /**
   * Whether the server shall answer. Such a call is sent again after a broken line until it is answered: at least once.
   * Without it a call is done when an open line has taken it.
   */
  readonly ack?: boolean;
  /** How long it may take from now on, waiting for the line included. Default with `ack`: `ackMs`; without: as long as it takes. */
  readonly timeoutMs?: number;
}

/** How an event is emitted. */
export interface EmitOptions extends SendOptions {
  /** Dropped, not queued, when the client is not connected. */
  readonly volatile?: boolean;
}

const ofTheWire = new Set(["authenticate", "refresh", "join", "leave", "ping"]);

/**
 * Rooms over the plain JSON wire on a WebSocket.
 *
 * A lost line is opened again; rooms are joined again with the position reached, so that missed events come, each once and
 * in order, or a `reset` notice says that they cannot; calls made meanwhile wait in a bounded queue.
 *
 * @typeParam Events - the values of the events by name, for typed handlers.
 */
export class RoomsClient<Events extends object = EventMap> extends FanfareClient<Events, RoomsNotices> {
  readonly #url: string;
  readonly #webSocket: WebSocketConstructor;
  readonly #ackMs: number;
  readonly #pingMs: number;
  readonly #pongMs: number;
  readonly #calls: Calls;
  readonly #memberships = new Memberships();
  #session: Session | undefined;

  /**
   * @param url - the endpoint, `ws:` or `wss:` (`http:` and `https:` are taken for them); in browsers also relative to the page.
   * @throws TypeError when the URL is none, or no WebSocket is there; RangeError when an option is out of range.
   */
  constructor(url: string | URL, options: RoomsClientOptions = {}) {
    super(options);
    const webSocket = options.webSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
    if (webSocket === undefined) {
      throw new TypeError("This platform has no WebSocket: hand one in with the option 'webSocket' (in Node the package 'ws').");
    }
    this.#url = resolveUrl(url);
    this.#webSocket = webSocket;
    this.#ackMs = milliseconds("ackMs", options.ackMs, 30_000);
    this.#pingMs = milliseconds("pingMs", options.pingMs, 25_000);
    this.#pongMs = milliseconds("pongMs", options.pongMs, 20_000);
    const queueSize = options.queueSize === undefined ? 1_000 : atLeast("queueSize", options.queueSize, 0);
    this.#calls = new Calls(queueSize, this.options.timers);
  }

  override get stats(): ClientStats {
    return {
      state: this.state,
      handlers: this.handlers.count,
      queued: this.#calls.queued,
      rooms: this.#memberships.names,
      cursor: this.#memberships.position ?? null,
    };
  }

  /**
   * Wants to be in the room, now and after every reconnect; before `Connected` the join goes out on the way there.
   * @returns the server's answer.
   * @throws FanfareError `refused` (the room is then no longer wanted), or `closed`.
   */
  join(room: string): Promise<JoinAnswer> {
    checkRoom(room);
    const closed = this.#whenClosed<JoinAnswer>();
    if (closed !== undefined) return closed;
    const answer = this.#memberships.want(room);
    const wanted = this.#memberships.get(room);
    if (wanted !== undefined) this.#session?.join(wanted);
    return answer;
  }

  /**
   * Leaves the room and wants it no more; before `Connected` that is all.
   * @throws FanfareError `refused`, or `closed`.
   */
  leave(room: string): Promise<void> {
    checkRoom(room);
    const closed = this.#whenClosed<void>();
    if (closed !== undefined) return closed;
    this.#memberships.unwant(room);
    return this.#session?.leave(room) ?? Promise.resolve();
  }

  /**
   * Sends a message to a room that was joined. While the client is not connected it waits in the queue.
   * @returns with `ack` the message's position, else nothing.
   * @throws FanfareError `queue-full`, `timed-out`, `refused`, or `closed`; TypeError, at once, when the content is no JSON.
   */
  send(room: string, content: unknown, options: SendOptions = {}): Promise<{ cursor?: string }> {
    checkRoom(room);
    const answer = this.#call(options, (ref) => writeFrame({ type: "message", room, content, ref }));
    return mayFailUnseen(answer.then(({ cursor }) => (cursor === undefined ? {} : { cursor })));
  }

  /**
   * Emits an event to the server's handler of that name. While the client is not connected it waits in the queue, unless `volatile`.
   * @param args - the handler's arguments.
   * @returns with `ack` what the handler acked, else nothing.
   * @throws FanfareError and TypeError as `send`; TypeError too for a type that belongs to the wire (`authenticate`, `refresh`, `join`, `leave`, `ping`).
   */
  emit(type: string, args: readonly unknown[] = [], options: EmitOptions = {}): Promise<unknown> {
    if (ofTheWire.has(type)) throw new TypeError(`'${type}' belongs to the wire; it cannot be emitted.`);
    const answer = this.#call(options, (ref) => writeFrame({ type, args, ref }));
    return mayFailUnseen(answer.then(({ data }) => data));
  }

  /** @internal */
  protected override openLine(token: string | undefined, listener: LineListener): Line {
    const session = new Session(
      {
        webSocket: this.#webSocket,
        url: this.#url,
        token,
        timers: this.options.timers,
        backoff: this.backoff,
        pingMs: this.#pingMs,
        pongMs: this.#pongMs,
        calls: this.#calls,
        memberships: this.#memberships,
      },
      {
        ready: listener.ready,
        ended: listener.ended,
        event: (meta) => this.deliver(meta),
        joined: (notice) => this.notices.raise("joined", notice),
        reset: (notice) => this.notices.raise("reset", notice),
        error: (notice) => this.notices.raise("error", notice),
      },
    );
    this.#session = session;
    return session;
  }

  /** @internal */
  protected override lineEnded(): void {
    this.#session = undefined;
    this.#calls.waitAgain();
    this.#memberships.lineEnded();
  }

  /** @internal */
  protected override connected(): void {
    this.#flush();
  }

  /** @internal */
  protected override closed(ending: Ending): void {
    this.#session = undefined;
    this.#calls.close(ending);
    this.#memberships.close(ending);
  }

  #call(options: EmitOptions, frame: (ref: number | undefined) => string): Promise<Ack> {
    const closed = this.#whenClosed<Ack>();
    if (closed !== undefined) return closed;
    const open = this.state === "Connected" && this.#session?.open === true;
    if (options.volatile === true && !open) return Promise.resolve({});
    const ack = options.ack === true;
    const timeoutMs = options.timeoutMs ?? (ack ? this.#ackMs : undefined);
    const answer = this.#calls.add({ frame, ack, timeoutMs, volatile: options.volatile === true }, !open);
    if (open) this.#flush();
    return answer;
  }

  #flush(): void {
    const session = this.#session;
    if (session !== undefined) this.#calls.flush((frame) => session.send(frame));
  }

  #whenClosed<T>(): Promise<T> | undefined {
    const { ending } = this.connector;
    return ending === undefined ? undefined : failed<T>(closedError(ending));
  }
}

function checkRoom(room: unknown): void {
  if (typeof room !== "string") throw new TypeError("A room's name must be a text.");
}

function resolveUrl(url: string | URL): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const resolved = new URL(url, page);
  resolved.protocol = resolved.protocol.replace("http", "ws");
  if (resolved.protocol !== "ws:" && resolved.protocol !== "wss:") throw new TypeError(`'${resolved.protocol}' is no protocol of a WebSocket.`);
  resolved.hash = "";
  return resolved.href;
}
