import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { listen } from "./rooms-server.js";
import { Inbox, within } from "./waits.js";

/** One request for a stream: the test plays the server. */
export class Exchange {
  readonly #closed: Promise<void>;

  constructor(readonly request: IncomingMessage, readonly response: ServerResponse) {
    this.#closed = new Promise((resolve) => response.on("close", () => resolve()));
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return value === undefined ? undefined : String(value);
  }

  open(type = "text/event-stream; charset=utf-8"): this {
    this.response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
    this.response.flushHeaders();
    return this;
  }

  write(text: string | Uint8Array): this {
    this.response.write(text);
    return this;
  }

  answer(status: number, headers: Record<string, string> = {}): void {
    this.response.writeHead(status, headers).end();
  }

  closed(): Promise<void> {
    return within(this.#closed, "the request to end");
  }
}

export class EventsServer {
  readonly #exchanges = new Inbox<Exchange>();
  #http!: Server;
  requests = 0;

  static async start(): Promise<EventsServer> {
    const server = new EventsServer();
    server.#http = await listen((request, response) => {
      server.requests += 1;
      server.#exchanges.put(new Exchange(request, response));
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/events`;
  }

  exchange(): Promise<Exchange> {
    return this.#exchanges.next("a request");
  }
}
