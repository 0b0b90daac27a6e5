/**
 * Where a client stands.
 *
 * - `Idle`: `connect` was not called yet.
 * - `Connecting`: on the way to the first `Connected`, retries included.
 * - `Connected`: events flow; a rooms client is greeted, authenticated and in every wanted room.
 * - `Reconnecting`: the line was lost after `Connected`; attempts go on.
 * - `Closed`: final. Nothing of this client follows: no attempt, timer, handler call or notice.
 */
export type ClientState = "Idle" | "Connecting" | "Connected" | "Reconnecting" | "Closed";

/**
 * Why a line or a client ended.
 *
 * - `lost`: the line broke, was refused or ended, or an attempt failed
 * - `silent`: a time limit of the client
 * - `server`: a close frame, with `code` and `text`
 * - `expired`: the token's time was over (close code 4401, or the answer to `authenticate`)
 * - `unauthorized`, `forbidden`: the token was refused, or the right is missing
 * - `refused`: another final answer, told in `text`
 * - `stopped`: the stream's server wants no further attempt (204)
 * - `gave-up`: the attempts allowed by `limit` have failed
 * - `disconnect`: `disconnect` was called
 */
export type EndReason =
  | "lost"
  | "silent"
  | "server"
  | "expired"
  | "unauthorized"
  | "forbidden"
  | "refused"
  | "stopped"
  | "gave-up"
  | "disconnect";

/** How something ended. */
export interface Ending {
  readonly reason: EndReason;
  /** The WebSocket close code, where there was one. */
  readonly code?: number;
  /** The close frame's text, or what else is known. */
  readonly text?: string;
}

/** A move of the state machine; `reason`, `code` and `text` tell of the line that ended. */
export interface StateChange extends Partial<Ending> {
  readonly from: ClientState;
  readonly to: ClientState;
}
