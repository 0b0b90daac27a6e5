import { FanfareClient, type ClientStats, type EventMap } from "../client.js";
import type { Line, LineListener } from "../connector.js";
import { milliseconds, type ClientOptions } from "../options.js";
import { endingOf, retryAfterMs } from "./answers.js";
import { eventOf, resetOf } from "./events.js";
import type { StreamEvent } from "./parser.js";
import { Stream, type Fetch } from "./stream.js";

/** What an event-stream client can be told. All times are milliseconds. */
export interface EventStreamClientOptions extends ClientOptions {
  /** When no byte comes for this time, the stream is given up. Default 75,000: two and a half of the server's comments. */
  readonly idleMs?: number;
  /** The position to resume from at the first attempt, on this wire or any other. */
  readonly lastEventId?: string;
  /** Headers of every request, beside `Accept`, `Authorization` and `Last-Event-ID`, which the client sets. */
  readonly headers?: Record<string, string>;
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: Fetch;
}

/**
 * A `text/event-stream` with resume. Unlike the browser's `EventSource` it shows a token in the `Authorization` header,
 * asks for a new one when the old has expired, and tells what was missed.
 *
 * @typeParam Events - the values of the events by name, for typed handlers.
 */
export class EventStreamClient<Events extends object = EventMap> extends FanfareClient<Events> {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #headers: Record<string, string>;
  readonly #idleMs: number;
  #position: string;
  #unauthorizedInARow = 0;

  /**
   * @param url - the endpoint; in browsers also relative to the page.
   * @throws TypeError when the URL or a header is none; RangeError when an option is out of range.
   */
  constructor(url: string | URL, options: EventStreamClientOptions = {}) {
    super(options);
    this.#url = new URL(url, (globalThis as { location?: { href: string } }).location?.href).href;
    this.#fetch = options.fetch ?? ((target, init) => fetch(target, init));
    this.#headers = { ...options.headers };
    new Headers(this.#headers); // a header that is none is told now, not at every attempt
    this.#idleMs = milliseconds("idleMs", options.idleMs, 75_000);
    this.#position = options.lastEventId ?? "";
  }

  override get stats(): ClientStats {
    return {
      state: this.state,
      handlers: this.handlers.count,
      queued: 0,
      rooms: [],
      cursor: this.#position === "" ? null : this.#position,
    };
  }

  /** @internal */
  protected override openLine(token: string | undefined, listener: LineListener): Line {
    return new Stream(
      { fetch: this.#fetch, url: this.#url, headers: this.#requestHeaders(token), timers: this.options.timers, idleMs: this.#idleMs },
      {
        opened: () => {
          this.#unauthorizedInARow = 0;
          listener.ready();
        },
        answered: (response) => this.#answered(response, listener),
        ended: (ending) => {
          this.#unauthorizedInARow = 0;
          listener.ended(ending);
        },
        event: (event) => this.#event(event),
        retry: (delayMs) => this.backoff.keepFloor(delayMs),
      },
    );
  }

  #requestHeaders(token: string | undefined): Headers {
    const headers = new Headers(this.#headers);
    headers.set("accept", "text/event-stream");
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (this.#position !== "") headers.set("last-event-id", utf8Header(this.#position));
    return headers;
  }

  #answered(response: Response, listener: LineListener): void {
    const ending = endingOf(response);
    const floorMs = retryAfterMs(response);
    if (floorMs !== undefined) this.backoff.floorOnce(floorMs);
    this.#unauthorizedInARow = ending.reason === "unauthorized" ? this.#unauthorizedInARow + 1 : 0;
    // The token may just have expired: the next attempt asks for another.
    const mayAskAgain = this.#unauthorizedInARow === 1 && this.options.token !== undefined;
    listener.ended(mayAskAgain ? { ...ending, final: false } : ending);
  }

  #event(event: StreamEvent): void {
    if (event.id !== undefined) this.#position = event.id;
    if (event.data === undefined || event.type === "connected") return;
    if (event.type === "reset") {
      this.notices.raise("reset", resetOf(event, event.data));
      return;
    }
    this.deliver(eventOf(event, event.data));
  }
}

/** The text's UTF-8 bytes as a header's characters, as the HTML standard sends `Last-Event-ID`. */
function utf8Header(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
