import type { Backoff } from "../backoff.js";
import type { Line, LineEnding, LineListener } from "../connector.js";
import type { Deferred } from "../deferred.js";
import { FanfareError } from "../errors.js";
import type { EventMeta } from "../handlers.js";
import type { ErrorNotice, ResetNotice } from "../notices.js";
import { SilenceWatch } from "../silence.js";
import type { Timers } from "../timers.js";
import type { Calls } from "./calls.js";
import { eventOf, isWireFrame, readFrame, refOf, text, writeFrame, type Frame } from "./frames.js";
import type { JoinAnswer, Memberships, WantedRoom } from "./memberships.js";
import { ClientSocket, type WebSocketConstructor } from "./web-socket.js";

/** A join was answered, the client's own re-joins included. */
export interface JoinedNotice extends JoinAnswer {
  readonly room: string;
}

/** What a session tells its client. */
export interface SessionListener extends LineListener {
  event(meta: EventMeta): void;
  joined(notice: JoinedNotice): void;
  reset(notice: ResetNotice): void;
  error(notice: ErrorNotice): void;
}

/** What a session needs. */
export interface SessionParts {
  readonly webSocket: WebSocketConstructor;
  readonly url: string;
  readonly token: string | undefined;
  readonly timers: Timers;
  readonly backoff: Backoff;
  readonly pingMs: number;
  readonly pongMs: number;
  readonly calls: Calls;
  readonly memberships: Memberships;
}

/** Where the session is on its way; what a later step sends never goes out before the answers to the earlier ones. */
type Phase = "greeting" | "authenticating" | "joining" | "live";

/** A `join` that is on the line. */
interface JoinRequest {
  readonly rejoin: boolean;
  readonly open: Map<string, Deferred<JoinAnswer>[]>;
}

/** One line of the plain wire: greeting, `authenticate`, `join` of every wanted room, and from then on calls and events. */
export class Session implements Line {
  readonly #parts: SessionParts;
  readonly #listener: SessionListener;
  readonly #socket: ClientSocket;
  readonly #pingWatch: SilenceWatch;
  readonly #pongWatch: SilenceWatch;
  readonly #joins = new Map<string, JoinRequest>();
  #phase: Phase = "greeting";
  #closed = false;
  #authenticateRef: string | undefined;
  /** While missed events are on their way the position stands: a re-join that breaks skips nothing. */
  #positionStands: boolean;
  #nextPosition: string | undefined;

  constructor(parts: SessionParts, listener: SessionListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#positionStands = parts.memberships.position !== undefined;
    this.#pongWatch = new SilenceWatch(parts.timers, parts.pongMs, () => this.#end({ reason: "silent", final: false }));
    this.#pingWatch = new SilenceWatch(parts.timers, parts.pingMs, () => this.#ping());
    this.#socket = new ClientSocket(parts.webSocket, parts.url, parts.timers, {
      message: (data) => this.#message(data),
      ended: ({ retryAfterMs, ...ending }) => {
        if (retryAfterMs !== undefined) parts.backoff.floorOnce(retryAfterMs);
        if (ending.code === 4429) parts.backoff.floorAtCap();
        this.#end(ending);
      },
    });
  }

  /** Whether the line takes calls. */
  get open(): boolean {
    return this.#phase === "live" && this.#socket.open;
  }

  /** Hands a call's frame to the line; tells whether the line took it. */
  send(frame: string): boolean {
    return this.open && this.#socket.send(frame);
  }

  /** Sends the join of a room that is wanted now, unless it goes out on the way anyway. */
  join(room: WantedRoom): void {
    if (this.#phase === "joining" || this.#phase === "live") this.#sendJoin([room], undefined);
  }

  /** Sends `leave`; the promise is settled by the server's answer, or by the end of the line. */
  leave(room: string): Promise<void> {
    if (this.#phase === "live") {
      const ref = this.#parts.calls.nextRef();
      const answer = this.#parts.memberships.leaving(String(ref), room);
      this.#sendFrame({ type: "leave", room, ref });
      return answer;
    }
    // On the way nobody waits for the answer, but a join that is out must not stand.
    if (this.#phase === "joining") this.#sendFrame({ type: "leave", room });
    return Promise.resolve();
  }

  close(abruptly: boolean): Promise<void> {
    this.#closed = true;
    this.#pingWatch.stop();
    this.#pongWatch.stop();
    for (const join of this.#joins.values()) {
      for (const [room, calls] of join.open) this.#parts.memberships.waitAgain(room, calls);
    }
    this.#joins.clear();
    return this.#socket.close(abruptly);
  }

  #end(ending: LineEnding): void {
    this.#listener.ended(ending);
  }

  #ping(): void {
    this.#sendFrame({ type: "ping" });
    this.#pongWatch.start();
  }

  #heard(): void {
    if (this.#pongWatch.running) {
      this.#pongWatch.stop();
      this.#pingWatch.start();
    } else {
      this.#pingWatch.heard();
    }
  }

  #sendFrame(frame: object): void {
    // A line that takes nothing has ended or is about to say so.
    this.#socket.send(writeFrame(frame));
  }

  #message(data: unknown): void {
    this.#heard();
    let frame: Frame;
    let event: EventMeta | undefined;
    try {
      frame = readFrame(data);
      event = isWireFrame(frame) ? undefined : eventOf(frame);
    } catch (error) {
      this.#listener.error({ code: "bad-frame", message: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (event !== undefined) {
      this.#reached(event.cursor);
      this.#listener.event(event);
      return;
    }
    switch (frame.type) {
      case "connected":
        if (this.#phase === "greeting") this.#greeted();
        break;
      case "authenticated":
        if (this.#phase === "authenticating") this.#authenticated(frame);
        break;
      case "joined":
        this.#joined(frame);
        break;
      case "left":
        this.#parts.memberships.left(refOf(frame), frame["room"]);
        break;
      case "ack":
        this.#acked(frame);
        break;
      case "error":
        this.#failed(frame);
        break;
      case "reset":
        this.#reset(frame);
        break;
      case "reconnect":
        this.#reconnect(frame);
        break;
    }
  }

  // ---- the way to 'live'

  #greeted(): void {
    const { token, calls, memberships } = this.#parts;
    if (token === undefined) {
      this.#joinAll();
      return;
    }
    this.#phase = "authenticating";
    const ref = calls.nextRef();
    this.#authenticateRef = String(ref);
    // With `since` comes first what the user's own room and emits to everyone brought meanwhile.
    this.#sendFrame({ type: "authenticate", token, since: memberships.position, ref });
  }

  #authenticated(frame: Frame): void {
    const cursor = text(frame, "cursor");
    this.#answerReached(cursor);
    if (frame["recovered"] === false) {
      this.#listener.reset({ reason: text(frame, "reason") ?? "unknown", ...(cursor !== undefined && { cursor }) });
    }
    this.#joinAll();
  }

  #joinAll(): void {
    // A watcher of the notices may have closed the client.
    if (this.#closed) return;
    this.#phase = "joining";
    const { wanted, position } = this.#parts.memberships;
    const again = wanted.filter((room) => room.joined && position !== undefined);
    // One request for all that were joined before: their missed events come in one order.
    if (again.length > 0) this.#sendJoin(again, position);
    for (const room of wanted) {
      if (!again.includes(room)) this.#sendJoin([room], undefined);
    }
    this.#liveWhenAnswered();
  }

  #sendJoin(rooms: readonly WantedRoom[], since: string | undefined): void {
    const ref = this.#parts.calls.nextRef();
    const open = new Map(rooms.map((room) => [room.name, room.waiting]));
    for (const room of rooms) room.waiting = [];
    this.#joins.set(String(ref), { rejoin: rooms.some((room) => room.joined), open });
    const names = rooms.map((room) => room.name);
    this.#sendFrame({ type: "join", ...(names.length === 1 ? { room: names[0] } : { rooms: names }), since, ref });
  }

  #liveWhenAnswered(): void {
    if (this.#closed || this.#phase !== "joining" || this.#joins.size > 0) return;
    this.#phase = "live";
    if (this.#nextPosition !== undefined) this.#parts.memberships.position = this.#nextPosition;
    this.#positionStands = false;
    this.#pingWatch.start();
    this.#listener.ready();
  }

  // ---- the position

  /** A frame with a cursor came: that is where the client is, unless missed events are on their way. */
  #reached(cursor: string | undefined): void {
    if (cursor !== undefined && !this.#positionStands) this.#parts.memberships.position = cursor;
  }

  /** An answer's cursor counts when the last one has come. */
  #answerReached(cursor: string | undefined): void {
    if (cursor !== undefined) this.#nextPosition = cursor;
    this.#reached(cursor);
  }

  // ---- answers

  #joined(frame: Frame): void {
    const name = text(frame, "room");
    const found = name === undefined ? undefined : this.#takeJoin(name, refOf(frame));
    if (name === undefined || found === undefined) return;
    const room = this.#parts.memberships.get(name);
    if (room !== undefined) room.joined = true;
    const cursor = text(frame, "cursor");
    const reason = text(frame, "reason");
    const recovered = frame["recovered"];
    const answer: JoinAnswer = {
      ...(cursor !== undefined && { cursor }),
      ...(typeof recovered === "boolean" && { recovered }),
      ...(reason !== undefined && { reason }),
    };
    this.#answerReached(cursor);
    for (const call of found.calls) call.resolve(answer);
    this.#listener.joined({ room: name, ...answer });
    if (recovered === false) {
      this.#listener.reset({ reason: reason ?? "unknown", room: name, ...(cursor !== undefined && { cursor }) });
    }
    this.#liveWhenAnswered();
  }

  #joinRefused(name: string, ref: string | undefined, error: FanfareError): boolean {
    const found = this.#takeJoin(name, ref);
    if (found === undefined) return false;
    this.#parts.memberships.unwant(name);
    for (const call of found.calls) call.reject(error);
    if (found.rejoin) this.#listener.reset({ reason: error.error ?? "refused", room: name });
    this.#liveWhenAnswered();
    return true;
  }

  /** Takes the room out of the request that `ref` names, or out of the oldest that waits for it. */
  #takeJoin(name: string, ref: string | undefined): { calls: Deferred<JoinAnswer>[]; rejoin: boolean } | undefined {
    for (const [key, request] of this.#joins) {
      const calls = ref === undefined || ref === key ? request.open.get(name) : undefined;
      if (calls === undefined) continue;
      request.open.delete(name);
      if (request.open.size === 0) this.#joins.delete(key);
      return { calls, rejoin: request.rejoin };
    }
    return undefined;
  }

  #acked(frame: Frame): void {
    const ref = refOf(frame);
    const cursor = text(frame, "cursor");
    this.#reached(cursor);
    if (ref === undefined) return;
    this.#parts.calls.answered(ref, {
      ...(cursor !== undefined && { cursor }),
      ...("data" in frame && { data: frame["data"] }),
    });
  }

  #failed(frame: Frame): void {
    const ref = refOf(frame);
    const code = text(frame, "code") ?? "unknown";
    const message = text(frame, "message") ?? code;
    const endsAttempt = ref === undefined ? code === "unauthorized" || code === "expired" : ref === this.#authenticateRef;
    if (this.#phase === "authenticating" && endsAttempt) {
      this.#authenticateRefused(code, message);
      return;
    }
    const error = new FanfareError("refused", message, { error: code });
    const rooms = this.#roomsOf(frame, ref);
    if (rooms.length > 0) {
      for (const room of rooms) this.#joinRefused(room, ref, error);
      return;
    }
    if (ref === undefined) {
      this.#listener.error({ code, message });
      return;
    }
    // What neither of them knows is an answer to nothing, such as one that came after its time.
    if (!this.#parts.memberships.leaveRefused(ref, error)) this.#parts.calls.refused(ref, error);
  }

  /** The rooms whose join an error answers: the one it names, or all of its request. */
  #roomsOf(frame: Frame, ref: string | undefined): string[] {
    const room = text(frame, "room");
    if (ref === undefined) {
      // Before 'live' nothing but joins is on the line.
      return this.#phase === "joining" && room !== undefined && this.#joinWaits(room) ? [room] : [];
    }
    const request = this.#joins.get(ref);
    if (request === undefined) return [];
    const open = [...request.open.keys()];
    return room === undefined ? open : open.filter((name) => name === room);
  }

  #joinWaits(room: string): boolean {
    return [...this.#joins.values()].some((request) => request.open.has(room));
  }

  #authenticateRefused(code: string, message: string): void {
    switch (code) {
      case "unauthorized":
        this.#end({ reason: "unauthorized", text: message, final: true });
        break;
      case "expired":
        this.#end({ reason: "expired", text: message, final: false });
        break;
      case "too_many":
      case "rate_limited":
        // The server closes now, and its code tells when to come back.
        this.#listener.error({ code, message });
        break;
      default:
        this.#listener.error({ code, message });
        this.#end({ reason: "lost", text: message, final: false });
    }
  }

  // ---- what the server says by itself

  #reset(frame: Frame): void {
    const cursor = text(frame, "cursor");
    const room = text(frame, "room");
    this.#answerReached(cursor);
    this.#listener.reset({
      reason: text(frame, "reason") ?? "unknown",
      ...(cursor !== undefined && { cursor }),
      ...(room !== undefined && { room }),
    });
  }

  #reconnect(frame: Frame): void {
    const afterMs = frame["afterMs"];
    if (typeof afterMs === "number" && afterMs > 0) this.#parts.backoff.floorFromNow(afterMs);
  }
}
