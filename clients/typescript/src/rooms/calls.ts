import { Deferred, failed } from "../deferred.js";
import { closedError, FanfareError } from "../errors.js";
import type { Ending } from "../state.js";
import type { Timers } from "../timers.js";

/** What a call asks for. */
export interface CallRequest {
  /** The frame, given the `ref` that an answer repeats (none without `ack`). */
  frame(ref: number | undefined): string;
  ack: boolean;
  timeoutMs: number | undefined;
  volatile: boolean;
}

/** What the server's ack brought. */
export interface Ack {
  readonly cursor?: string;
  readonly data?: unknown;
}

interface Call {
  readonly ref: string | undefined;
  readonly frame: string;
  readonly volatile: boolean;
  readonly deferred: Deferred<Ack>;
  timer: unknown;
}

/** The calls of one client that wait: for the line, in order, or for their ack. */
export class Calls {
  readonly #limit: number;
  readonly #timers: Timers;
  #lastRef = 0;
  /** On a line, without an answer; in the order of the calls, as are both lists below. */
  readonly #unanswered = new Map<string, Call>();
  /** Were on a line that broke: they go out before the queue and do not count against its bound. */
  #again: Call[] = [];
  #queue: Call[] = [];

  constructor(limit: number, timers: Timers) {
    this.#limit = limit;
    this.#timers = timers;
  }

  get queued(): number {
    return this.#again.length + this.#queue.length;
  }

  /** A number for a frame that wants an answer; never given twice. */
  nextRef(): number {
    this.#lastRef += 1;
    return this.#lastRef;
  }

  /** Puts a call behind all others; `bounded` when no line is there to take it at once. */
  add(request: CallRequest, bounded: boolean): Promise<Ack> {
    if (bounded && this.#queue.length >= this.#limit) {
      return failed(new FanfareError("queue-full", `${this.#limit} calls wait for the line already.`));
    }
    const ref = request.ack ? this.nextRef() : undefined;
    const call: Call = {
      ref: ref === undefined ? undefined : String(ref),
      frame: request.frame(ref),
      volatile: request.volatile,
      deferred: new Deferred<Ack>(),
      timer: undefined,
    };
    const { timeoutMs } = request;
    if (timeoutMs !== undefined) call.timer = this.#timers.setTimeout(() => this.#timedOut(call, timeoutMs), timeoutMs);
    this.#queue.push(call);
    return call.deferred.promise;
  }

  /** Hands the queue to the line, in order, until the line takes no more. */
  flush(send: (frame: string) => boolean): void {
    const next = (): Call | undefined => this.#again[0] ?? this.#queue[0];
    for (let call = next(); call !== undefined && send(call.frame); call = next()) {
      (this.#again.length > 0 ? this.#again : this.#queue).shift();
      if (call.ref === undefined) this.#settle(call, () => call.deferred.resolve({}));
      else this.#unanswered.set(call.ref, call);
    }
  }

  /** Whether `ref` was a call's that waited for this. */
  answered(ref: string, ack: Ack): boolean {
    return this.#take(ref, (call) => call.deferred.resolve(ack));
  }

  /** Whether `ref` was a call's that waited for this. */
  refused(ref: string, error: FanfareError): boolean {
    return this.#take(ref, (call) => call.deferred.reject(error));
  }

  /** The line broke: what has no ack yet waits again, in its old place, before all later calls. */
  waitAgain(): void {
    const unanswered = [...this.#unanswered.values()];
    this.#unanswered.clear();
    this.#again.unshift(...unanswered.filter((call) => !call.volatile));
    for (const call of unanswered) {
      if (call.volatile) this.#settle(call, () => call.deferred.resolve({}));
    }
  }

  /** Fails everything that waits. */
  close(ending: Ending): void {
    const waiting = [...this.#unanswered.values(), ...this.#again, ...this.#queue];
    this.#unanswered.clear();
    this.#again = [];
    this.#queue = [];
    for (const call of waiting) this.#settle(call, () => call.deferred.reject(closedError(ending)));
  }

  #take(ref: string, act: (call: Call) => void): boolean {
    const call = this.#unanswered.get(ref);
    if (call === undefined) return false;
    this.#unanswered.delete(ref);
    this.#settle(call, () => act(call));
    return true;
  }

  #timedOut(call: Call, timeoutMs: number): void {
    this.#again = this.#again.filter((other) => other !== call);
    this.#queue = this.#queue.filter((other) => other !== call);
    if (call.ref !== undefined) this.#unanswered.delete(call.ref);
    call.deferred.reject(new FanfareError("timed-out", `No answer came within ${timeoutMs} ms.`));
  }

  #settle(call: Call, act: () => void): void {
    this.#timers.clearTimeout(call.timer);
    act();
  }
}
