/** What comes with an event beside its value. */
export interface EventMeta {
  /** The event's name; in a `*` handler this tells which event it was. */
  readonly type: string;
  /** Every argument of the event; the first is also the handler's first parameter. */
  readonly args: readonly unknown[];
  /** The event's position, when it is kept: show it on any wire to get what came after. */
  readonly cursor?: string;
  /** The room it was sent to, when the wire names one. */
  readonly room?: string;
  /** On streams: the text of the event as it was parsed. */
  readonly data?: string;
}

/**
 * Takes one event: its first argument (an object, for most), and what else is known.
 * One that throws, or whose promise fails, is reported as an `error` notice with code `handler`; the others still run.
 */
export type EventHandler<T> = (value: T, meta: EventMeta) => unknown;

interface Registration {
  readonly type: string;
  readonly handler: EventHandler<never>;
  active: boolean;
}

/** The handlers of one client, called in the order in which they were added. */
export class Handlers {
  // Replaced, never changed: a dispatch that is under way keeps its own list.
  #registrations: readonly Registration[] = [];

  get count(): number {
    return this.#registrations.length;
  }

  add(type: string, handler: EventHandler<never>): () => void {
    if (typeof handler !== "function") throw new TypeError("A handler must be a function.");
    const registration: Registration = { type, handler, active: true };
    this.#registrations = [...this.#registrations, registration];
    return () => {
      registration.active = false;
      this.#registrations = this.#registrations.filter((other) => other !== registration);
    };
  }

  /** Calls each handler of the event's type and each `*` handler once, as long as `open` says so. */
  dispatch(meta: EventMeta, open: () => boolean, threw: (error: unknown) => void): void {
    const value = meta.args[0] as never;
    for (const registration of this.#registrations) {
      if (registration.type !== meta.type && registration.type !== "*") continue;
      if (!open()) return;
      if (!registration.active) continue;
      callSafely(() => registration.handler(value, meta), threw);
    }
  }
}

/** Runs code of the application: neither what it throws nor a promise of it that fails gets further than `threw`. */
export function callSafely(call: () => unknown, threw: (error: unknown) => void): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(threw);
  } catch (error) {
    threw(error);
  }
}
