import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { afterwards, Inbox, within } from "./waits.js";

export interface SentFrame {
  type: string;
  ref?: number;
  room?: string;
  rooms?: string[];
  since?: string;
  token?: string;
  content?: unknown;
  args?: unknown[];
}

/** The server's end of one line: the test plays the server. */
export class Peer {
  readonly #frames = new Inbox<SentFrame>();
  readonly #closed: Promise<{ code: number; reason: string }>;
  readonly received: SentFrame[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as SentFrame;
      this.received.push(frame);
      this.#frames.put(frame);
    });
    socket.on("error", () => {});
    this.#closed = new Promise((resolve) => socket.on("close", (code, reason) => resolve({ code, reason: String(reason) })));
  }

  send(...frames: object[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** The next frame of the client, which must be of this type. */
  async next(type: string): Promise<SentFrame> {
    const frame = await this.#frames.next(`a frame '${type}'`);
    if (frame.type !== type) throw new Error(`expected '${type}', but the client sent ${JSON.stringify(frame)}`);
    return frame;
  }

  greet(): void {
    this.send({ type: "connected", clientId: "p1" });
  }

  async authenticate(more: object = {}): Promise<SentFrame> {
    const frame = await this.next("authenticate");
    this.send({ type: "authenticated", userId: "u1", expiresAt: 1e15, ref: frame.ref, ...more });
    return frame;
  }

  /** Answers the next join: one `joined` for each of its rooms, after the missed frames. */
  async join(cursor: string, more: object = {}, missed: object[] = []): Promise<SentFrame> {
    const frame = await this.next("join");
    this.send(...missed);
    for (const room of frame.rooms ?? [frame.room]) this.send({ type: "joined", room, cursor, ref: frame.ref, ...more });
    return frame;
  }

  /** Whatever the client has sent before this marker is read: shows that nothing else came. */
  async expectNothingBefore(marker: () => unknown, type: string): Promise<SentFrame> {
    marker();
    return await this.next(type);
  }

  closed(): Promise<{ code: number; reason: string }> {
    return within(this.#closed, "the line to close");
  }
}

/** A WebSocket server whose lines are played by the test. */
export class RoomsServer {
  readonly #peers = new Inbox<Peer>();
  readonly #sockets: WebSocketServer;
  /** Answers upgrade requests itself when it is set. */
  refuse: ((request: IncomingMessage, status: (line: string) => void) => void) | undefined;
  connections = 0;

  private constructor(readonly http: Server) {
    this.#sockets = new WebSocketServer({ noServer: true });
    http.on("upgrade", (request, socket, head) => {
      this.connections += 1;
      if (this.refuse !== undefined) {
        this.refuse(request, (answer) => socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`));
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#peers.put(new Peer(webSocket)));
    });
  }

  static async start(): Promise<RoomsServer> {
    const http = await listen(() => {});
    const server = new RoomsServer(http);
    afterwards(() => {
      for (const socket of server.#sockets.clients) socket.terminate();
    });
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}/ws`;
  }

  peer(): Promise<Peer> {
    return this.#peers.next("a connection");
  }

  get waiting(): number {
    return this.#peers.waiting;
  }
}

export async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const http = createServer(handler);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  return http;
}
