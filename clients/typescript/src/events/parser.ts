/** One event of a stream, as the HTML standard's parser dispatches it. */
export interface StreamEvent {
  /** The `event` field; `message` when there was none. */
  readonly type: string;
  /** The `data` lines, joined by line feeds; absent when there was none: such an event only moves the position. */
  readonly data?: string;
  /** The event's own `id` field, which may be empty; absent when it had none. */
  readonly id?: string;
}

/** What a stream says, block by block. */
export interface StreamListener {
  event(event: StreamEvent): void;
  /** A `retry` field: the delay that the server wants between attempts, in milliseconds. */
  retry(delayMs: number): void;
}

/**
 * The parser of `text/event-stream` (HTML standard, section 9.2.6), fed with decoded text in any portions.
 * What follows the last blank line is never dispatched.
 */
export class EventStreamParser {
  readonly #listener: StreamListener;
  #rest = "";
  #scanned = 0;
  #atStart = true;
  #afterCarriageReturn = false;
  #type = "";
  #data: string[] = [];
  #id: string | undefined;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  push(chunk: string): void {
    if (chunk === "") return;
    let text = chunk;
    if (this.#atStart) {
      this.#atStart = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    if (this.#afterCarriageReturn && text !== "") {
      // CR and LF of one line end came in two portions.
      this.#afterCarriageReturn = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    this.#rest += text;
    this.#readLines();
  }

  #readLines(): void {
    let start = 0;
    for (let at = this.#scanned; at < this.#rest.length; at++) {
      const code = this.#rest.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      this.#line(this.#rest.slice(start, at));
      if (code === 13) {
        if (at + 1 === this.#rest.length) this.#afterCarriageReturn = true;
        else if (this.#rest.charCodeAt(at + 1) === 10) at++;
      }
      start = at + 1;
    }
    this.#rest = this.#rest.slice(start);
    this.#scanned = this.#rest.length;
  }

  #line(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (name) {
      case "event":
        this.#type = value;
        break;
      case "data":
        this.#data.push(value);
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#listener.retry(Number(value));
        break;
    }
  }

  #dispatch(): void {
    const event: StreamEvent = {
      type: this.#type === "" ? "message" : this.#type,
      ...(this.#data.length > 0 && { data: this.#data.join("\n") }),
      ...(this.#id !== undefined && { id: this.#id }),
    };
    this.#type = "";
    this.#data = [];
    this.#id = undefined;
    if (event.data !== undefined || event.id !== undefined) this.#listener.event(event);
  }
}
