import type { Ending, EndReason } from "./state.js";

/**
 * Why a call failed.
 *
 * - `closed`: the client is closed; `reason` tells why
 * - `queue-full`: as many calls wait as `queueSize` allows
 * - `timed-out`: no answer within `timeoutMs`
 * - `refused`: the server said no; `error` is its code
 */
export type FailureCode = "closed" | "queue-full" | "timed-out" | "refused";

/** The error that every failed call of a client rejects with. */
export class FanfareError extends Error {
  override readonly name = "FanfareError";
  readonly code: FailureCode;
  /** With `closed`: why the client closed. */
  declare readonly reason?: EndReason;
  /** With `refused`: the server's error code, such as `forbidden`; `left` when the room was left meanwhile. */
  declare readonly error?: string;

  constructor(code: FailureCode, message: string, detail: { reason?: EndReason; error?: string } = {}) {
    super(message);
    this.code = code;
    if (detail.reason !== undefined) this.reason = detail.reason;
    if (detail.error !== undefined) this.error = detail.error;
  }
}

export function closedError(ending: Ending): FanfareError {
  const why = ending.code === undefined ? ending.reason : `${ending.reason} ${ending.code}`;
  return new FanfareError("closed", `The client is closed (${why}).`, { reason: ending.reason });
}
