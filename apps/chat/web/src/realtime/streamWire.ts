import { RoomsClient, type EventStreamClient } from 'fanfare-client';
import { HistoryFirst } from './historyFirst';
import { Link } from './link';
import { eventStream } from './personalStreams';
import { SharedStreams } from './sharedStreams';
import type { ChatMessage, RoomsHttp, TokenSource } from './types';
import { JoinRetryMs, type OutgoingMessage, type Wire, type WireListener } from './wire';

/** A message that could not be handed over is tried again after this long. */
const SendRetryMs = 1000;

export interface StreamWireOptions {
  /** The streams' path. */
  readonly events: string;
  /** The plain wire, for the one thing that streams cannot do: to become a member of a public room. */
  readonly rooms: string;
  readonly userId: string;
  readonly tokens: TokenSource;
  readonly http: RoomsHttp;
  /** The position that the wire before has reached. */
  readonly cursor?: string | undefined;
}

/** Event streams to hear, HTTP to speak: one stream a room, and those of the user. */
export class StreamWire implements Wire {
  readonly #options: StreamWireOptions;
  readonly #listener: WireListener;
  readonly #personal: SharedStreams;
  readonly #rooms = new Map<string, Link<EventStreamClient>>();
  /** Rooms whose stream has been there once. */
  readonly #joined = new Set<string>();
  readonly #members = new Set<string>();
  #cursor: string | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #running = false;
  #up = false;

  constructor(options: StreamWireOptions, listener: WireListener) {
    this.#options = options;
    this.#listener = listener;
    this.#cursor = options.cursor;
    this.#personal = new SharedStreams(
      { base: options.events, userId: options.userId, tokens: options.tokens },
      { event: (name, data) => this.#event(name, data), changed: () => this.#check() },
    );
  }

  get connected(): boolean {
    return this.#up;
  }

  readonly recovered = true;

  get cursor(): string | undefined {
    return [...this.#rooms.values()].map((link) => link.cursor).find((cursor) => cursor !== undefined) ?? this.#cursor;
  }

  start(): void {
    this.#running = true;
    this.#personal.start();
  }

  stop(): void {
    this.#running = false;
    this.#cursor = this.cursor;
    for (const roomId of [...this.#rooms.keys()]) this.leave(roomId);
    this.#personal.stop();
    this.#check();
  }

  join(roomId: string, answer: (refusal: string | null) => void): void {
    if (this.#joined.has(roomId)) {
      answer(null);
      return;
    }
    this.leave(roomId);
    let wanted = true;
    const order = new HistoryFirst();
    const showHistory = (): Promise<void> => order.history(() => this.#showHistory(roomId, link));
    const link = new Link<EventStreamClient>(
      eventStream(
        `${this.#options.events}/rooms/${encodeURIComponent(roomId)}`,
        (name, data) => order.live(() => this.#rooms.get(roomId) === link && this.#event(name, data)),
        () => void showHistory(),
      ),
      this.#options.tokens,
      {
        up: () => {
          this.#check();
          if (!wanted) return;
          wanted = false;
          // Only now: what is said from here on comes live.
          void showHistory().then(() => {
            if (this.#rooms.get(roomId) !== link) return;
            this.#joined.add(roomId);
            answer(null);
          });
        },
        down: () => this.#check(),
        changed: () => this.#check(),
        refused: () => {
          this.#rooms.delete(roomId);
          this.#joined.delete(roomId);
          if (wanted) answer('Access denied');
          else this.#listener.event('removed', { roomId });
        },
      },
      this.#takeCursor(),
    );
    this.#rooms.set(roomId, link);
    void this.#mayRead(roomId, link).then((mayRead) => {
      if (this.#rooms.get(roomId) !== link) return;
      if (mayRead) {
        link.start();
        return;
      }
      this.#rooms.delete(roomId);
      answer('Access denied');
    });
  }

  leave(roomId: string): void {
    const link = this.#rooms.get(roomId);
    if (!link) return;
    this.#rooms.delete(roomId);
    this.#joined.delete(roomId);
    link.stop();
  }

  /** One after the other, so that they are stored in the order in which they were said. */
  send(message: OutgoingMessage, answer: Parameters<Wire['send']>[1]): void {
    this.#sending = this.#sending.then(async () => {
      const result = await this.#post(message);
      if (result) answer(result);
    });
  }

  // There is no way to tell it over HTTP.
  typing(): void {}

  markRead(roomId: string, messageId: string, told: (unread: number) => void): void {
    if (this.#members.has(roomId)) this.#options.http.markRead(roomId, messageId).then(told, () => undefined);
  }

  /** Whether the room is in the user's list: a stream would be refused, but a browser reports that as an error. */
  async #mayRead(roomId: string, link: Link<EventStreamClient>): Promise<boolean> {
    while (this.#rooms.get(roomId) === link) {
      try {
        const room = (await this.#options.http.rooms()).find((one) => one.id === roomId);
        if (room && room.role !== null) this.#members.add(roomId);
        return room !== undefined;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, JoinRetryMs));
      }
    }
    return false;
  }

  async #showHistory(roomId: string, link: Link<EventStreamClient>): Promise<void> {
    while (this.#rooms.get(roomId) === link) {
      try {
        const messages = await this.#options.http.newest(roomId);
        if (this.#rooms.get(roomId) === link) this.#listener.event('room_history', { roomId, messages });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, JoinRetryMs));
      }
    }
  }

  /** `undefined` when the connection broke meanwhile: it will be sent again. */
  async #post(message: OutgoingMessage): Promise<ChatMessage | { error: string } | undefined> {
    while (this.#up) {
      try {
        if (!(await this.#becomeMember(message.roomId))) return { error: 'Access denied' };
        const answer = await this.#options.http.post(message);
        if (answer !== 'later') return answer;
      } catch {
        // Tried again below.
      }
      await new Promise((resolve) => setTimeout(resolve, SendRetryMs));
    }
    return undefined;
  }

  async #becomeMember(roomId: string): Promise<boolean> {
    if (this.#members.has(roomId)) return true;
    const { rooms, tokens } = this.#options;
    const visitor = new RoomsClient(rooms, { limit: 1, token: async () => (await tokens.get()) ?? '' });
    try {
      await visitor.connect();
      await visitor.join(roomId);
      this.#members.add(roomId);
      return true;
    } catch {
      return false;
    } finally {
      void visitor.disconnect();
    }
  }

  #event(name: string, data: unknown): void {
    const { id, roomId } = (data ?? {}) as { id?: string; roomId?: string };
    if (name === 'room_added' && id !== undefined) this.#members.add(id);
    if (name === 'removed' && roomId !== undefined) {
      this.#members.delete(roomId);
      this.leave(roomId);
    }
    this.#listener.event(name, data);
  }

  /** For the first room: that is the one which the wire before has shown. */
  #takeCursor(): string | undefined {
    const cursor = this.#cursor;
    this.#cursor = undefined;
    return cursor;
  }

  #check(): void {
    const rooms = [...this.#joined].map((roomId) => this.#rooms.get(roomId));
    const up = this.#running && this.#personal.state === 'connected' && rooms.every((link) => link?.client !== undefined);
    const states = [this.#personal.state, ...rooms.map((link) => link?.state ?? 'closed')];
    if (up && !this.#up) {
      this.#up = true;
      this.#listener.up();
    } else if (!up && this.#up) {
      this.#up = false;
      this.#listener.down();
    }
    this.#listener.state(states.find((state) => state !== 'connected') ?? 'connected');
  }
}
