/**
 * The clock that a client lives by. Tests hand in their own; everyone else leaves the default.
 * All times are milliseconds.
 */
export interface Timers {
  /** A clock that never goes back; its zero is arbitrary. */
  now(): number;
  /** Calls back once after `delayMs`; gives what {@link clearTimeout} takes. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Takes a timer back; one that has fired is ignored. */
  clearTimeout(timer: unknown): void;
}

/** The longest delay that `setTimeout` keeps; above it browsers and Node fire at once. */
export const longestDelayMs = 2_147_483_647;

/** The timers of the platform, looked up at each call. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, longestDelayMs)),
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};
