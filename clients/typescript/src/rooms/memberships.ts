import { Deferred } from "../deferred.js";
import { closedError, FanfareError } from "../errors.js";
import type { Ending } from "../state.js";

/** The server's answer to a join. */
export interface JoinAnswer {
  /** The room's position at the join. */
  readonly cursor?: string;
  /** After a re-join: whether all that was missed has come. */
  readonly recovered?: boolean;
  /** With `recovered: false`: why not. */
  readonly reason?: string;
}

/** A room that the client wants to be in. */
export interface WantedRoom {
  readonly name: string;
  /** Whether a join was answered once: the next one shows a position. */
  joined: boolean;
  /** Calls of `join` that no line has taken yet. */
  waiting: Deferred<JoinAnswer>[];
}

/** The rooms that one client wants, and the position that it reached in all of them. */
export class Memberships {
  readonly #rooms = new Map<string, WantedRoom>();
  readonly #leaving = new Map<string, { room: string; call: Deferred<void> }>();
  /** The cursor that is shown at a re-join. */
  position: string | undefined;

  get names(): string[] {
    return [...this.#rooms.keys()];
  }

  get wanted(): WantedRoom[] {
    return [...this.#rooms.values()];
  }

  get(name: string): WantedRoom | undefined {
    return this.#rooms.get(name);
  }

  /** Wants the room; the promise is answered by the server. */
  want(name: string): Promise<JoinAnswer> {
    let room = this.#rooms.get(name);
    if (room === undefined) {
      room = { name, joined: false, waiting: [] };
      this.#rooms.set(name, room);
    }
    const call = new Deferred<JoinAnswer>();
    room.waiting.push(call);
    return call.promise;
  }

  /** Wants it no more; calls of `join` that still wait for a line are told so. */
  unwant(name: string): void {
    const room = this.#rooms.get(name);
    this.#rooms.delete(name);
    for (const call of room?.waiting ?? []) call.reject(leftError(name));
  }

  /** A line ended before it answered these calls: they wait for the next, if the room is still wanted. */
  waitAgain(name: string, calls: readonly Deferred<JoinAnswer>[]): void {
    const room = this.#rooms.get(name);
    if (room !== undefined) room.waiting.unshift(...calls);
    else for (const call of calls) call.reject(leftError(name));
  }

  /** A `leave` is on the line under this `ref`. */
  leaving(ref: string, room: string): Promise<void> {
    const call = new Deferred<void>();
    this.#leaving.set(ref, { room, call });
    return call.promise;
  }

  /** The server answered: by `ref`, or with the room's name only. */
  left(ref: string | undefined, room: unknown): void {
    for (const [key, leave] of this.#leaving) {
      if (ref === undefined ? leave.room !== room : ref !== key) continue;
      this.#leaving.delete(key);
      leave.call.resolve();
      return;
    }
  }

  /** Whether `ref` was that of a `leave`. */
  leaveRefused(ref: string, error: FanfareError): boolean {
    const leave = this.#leaving.get(ref);
    this.#leaving.delete(ref);
    leave?.call.reject(error);
    return leave !== undefined;
  }

  /** The line ended: whoever is gone has left. */
  lineEnded(): void {
    for (const { call } of this.#leaving.values()) call.resolve();
    this.#leaving.clear();
  }

  close(ending: Ending): void {
    for (const { call } of this.#leaving.values()) call.reject(closedError(ending));
    this.#leaving.clear();
    for (const room of this.#rooms.values()) {
      for (const call of room.waiting) call.reject(closedError(ending));
      room.waiting = [];
    }
  }
}

function leftError(name: string): FanfareError {
  return new FanfareError("refused", `The room '${name}' was left before the join was answered.`, { error: "left" });
}
