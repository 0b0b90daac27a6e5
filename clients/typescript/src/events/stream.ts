import type { Line, LineEnding } from "../connector.js";
import { SilenceWatch } from "../silence.js";
import type { Timers } from "../timers.js";
import { isEventStream } from "./answers.js";
import { EventStreamParser, type StreamListener as ParserListener } from "./parser.js";

/** The function `fetch` of browsers and Node. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a stream tells its user. */
export interface StreamListener extends ParserListener {
  opened(): void;
  /** The answer was no stream. */
  answered(response: Response): void;
  ended(ending: LineEnding): void;
}

/** What a stream needs. */
export interface StreamParts {
  readonly fetch: Fetch;
  readonly url: string;
  readonly headers: Headers;
  readonly timers: Timers;
  readonly idleMs: number;
}

/** One request for a stream, and its body until it ends. */
export class Stream implements Line {
  static readonly #closeMs = 1_500;

  readonly #parts: StreamParts;
  readonly #listener: StreamListener;
  readonly #aborting = new AbortController();
  readonly #watch: SilenceWatch;
  readonly #run: Promise<void>;
  #closed = false;

  constructor(parts: StreamParts, listener: StreamListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#watch = new SilenceWatch(parts.timers, parts.idleMs, () => this.#end({ reason: "silent", final: false }));
    // Not within the constructor: nothing is told before the line is known.
    this.#run = Promise.resolve().then(() => this.#read());
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#watch.stop();
      this.#aborting.abort();
    }
    // A `fetch` that does not listen to its signal does not hold the client up.
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = this.#parts.timers.setTimeout(resolve, Stream.#closeMs);
    });
    await Promise.race([this.#run, late]);
    this.#parts.timers.clearTimeout(timer);
  }

  #end(ending: LineEnding): void {
    if (!this.#closed) this.#listener.ended(ending);
  }

  async #read(): Promise<void> {
    try {
      const { fetch, url, headers } = this.#parts;
      const response = await fetch(url, { headers, cache: "no-store", signal: this.#aborting.signal });
      if (this.#closed) {
        await response.body?.cancel();
        return;
      }
      if (!isEventStream(response)) {
        this.#listener.answered(response);
        return;
      }
      this.#watch.start();
      this.#listener.opened();
      if (response.body !== null) await this.#readBody(response.body);
      this.#end({ reason: "lost", text: "the stream ended", final: false });
    } catch (error) {
      this.#end({ reason: "lost", text: error instanceof Error ? error.message : String(error), final: false });
    }
  }

  async #readBody(body: ReadableStream<Uint8Array>): Promise<void> {
    // The parser takes the BOM itself, so that only one at the very start is taken.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const parser = new EventStreamParser({
      event: (event) => this.#whileOpen(() => this.#listener.event(event)),
      retry: (delayMs) => this.#whileOpen(() => this.#listener.retry(delayMs)),
    });
    const reader = body.getReader();
    for (let portion = await reader.read(); !portion.done && !this.#closed; portion = await reader.read()) {
      this.#watch.heard();
      parser.push(decoder.decode(portion.value, { stream: true }));
    }
    if (this.#closed) await reader.cancel();
  }

  #whileOpen(act: () => void): void {
    if (!this.#closed) act();
  }
}
