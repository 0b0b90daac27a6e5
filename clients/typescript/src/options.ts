import { systemTimers, type Timers } from "./timers.js";

/** Gives a token; asked before every attempt. When it throws, the attempt has failed and the next one asks again. */
export type TokenSource = () => string | Promise<string>;

/** What every client can be told. All times are milliseconds. */
export interface ClientOptions {
  /** The span of the first delay between attempts; doubled each time. Default 1,000. */
  readonly baseMs?: number;
  /** The longest span of a delay between attempts. Default 30,000. */
  readonly capMs?: number;
  /** How many attempts may fail, since `connect` or the last `Connected`, before the client gives up. Default: it never does. */
  readonly limit?: number;
  /** An attempt that is not `Connected` after this time has failed. Default 10,000. */
  readonly openMs?: number;
  /** Gives the token that is shown at each attempt. Without it the client does not authenticate. */
  readonly token?: TokenSource;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers;
  /** A number in [0, 1), for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** The options as the client uses them, every default in place. */
export interface ResolvedOptions {
  readonly baseMs: number;
  readonly capMs: number;
  readonly limit: number;
  readonly openMs: number;
  readonly token: TokenSource | undefined;
  readonly timers: Timers;
  readonly random: () => number;
}

export function resolveOptions(options: ClientOptions): ResolvedOptions {
  return {
    baseMs: milliseconds("baseMs", options.baseMs, 1_000),
    capMs: milliseconds("capMs", options.capMs, 30_000),
    limit: options.limit === undefined ? Number.POSITIVE_INFINITY : atLeast("limit", options.limit, 1),
    openMs: milliseconds("openMs", options.openMs, 10_000),
    token: options.token,
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
  };
}

export function milliseconds(name: string, value: number | undefined, byDefault: number): number {
  return value === undefined ? byDefault : atLeast(name, value, 0);
}

export function atLeast(name: string, value: number, least: number): number {
  if (typeof value !== "number" || Number.isNaN(value) || value < least) {
    throw new RangeError(`${name} is ${value}; it must be a number of at least ${least}.`);
  }
  return value;
}
