import { FanfareError, RoomsClient } from 'fanfare-client';
import { Link } from './link';
import type { TokenSource } from './types';
import { JoinRetryMs, refusalOf, sendAnswerOf, type OutgoingMessage, type Wire, type WireListener } from './wire';

/** Sent on this connection or not at all: what it does not answer is sent again by whoever asked. */
const OnThisLine = { ack: true, volatile: true } as const;

/** The plain JSON wire on a WebSocket. */
export class PlainWire implements Wire {
  readonly #link: Link<RoomsClient>;
  /** Rooms that the present connection is in. */
  readonly #in = new Set<string>();
  #client: RoomsClient | undefined;

  constructor(url: string, tokens: TokenSource, listener: WireListener) {
    this.#link = new Link<RoomsClient>((options) => this.#make(url, options, listener), tokens, {
      up: () => listener.up(),
      down: () => {
        this.#in.clear();
        listener.down();
      },
      changed: () => listener.state(this.#link.state),
    });
  }

  get connected(): boolean {
    return this.#link.client !== undefined;
  }

  // The client joins its rooms again by itself.
  readonly recovered = true;

  get cursor(): string | undefined {
    return this.#link.cursor;
  }

  start(): void {
    this.#link.start();
  }

  stop(): void {
    this.#link.stop();
  }

  join(roomId: string, answer: (refusal: string | null) => void): void {
    const client = this.#link.client;
    if (!client) return;
    if (this.#in.has(roomId)) {
      answer(null);
      return;
    }
    client.join(roomId).then(
      () => answer(null),
      (error: unknown) => {
        if (!(error instanceof FanfareError) || error.code !== 'refused' || this.#link.client !== client) return;
        if (error.error === 'left') return;
        if (error.error === 'internal') setTimeout(() => this.join(roomId, answer), JoinRetryMs);
        else answer(error.error === 'too_many' ? 'Too many rooms' : 'Access denied');
      },
    );
  }

  leave(roomId: string): void {
    this.#in.delete(roomId);
    this.#client?.leave(roomId).catch(() => undefined);
  }

  send({ roomId, content, clientId }: OutgoingMessage, answer: Parameters<Wire['send']>[1]): void {
    this.#ask('message', { roomId, content, clientId }, (data) => answer(sendAnswerOf(data)));
  }

  typing(event: 'typing_start' | 'typing_stop', roomId: string): void {
    void this.#link.client?.emit(event, [roomId], { volatile: true }).catch(() => undefined);
  }

  markRead(roomId: string, messageId: string, told: (unread: number) => void): void {
    this.#ask('mark_read', { roomId, messageId }, (data) => {
      const { unread } = data as { unread?: unknown };
      if (refusalOf(data) === null && typeof unread === 'number') told(unread);
    });
  }

  #ask(type: string, argument: object, answer: (data: object) => void): void {
    this.#link.client?.emit(type, [argument], OnThisLine).then(
      (data) => {
        if (typeof data === 'object' && data !== null) answer(data);
      },
      () => undefined,
    );
  }

  #make(url: string, options: ConstructorParameters<typeof RoomsClient>[1], listener: WireListener): RoomsClient {
    const client = new RoomsClient(url, options);
    this.#client = client;
    this.#in.clear();
    client.watch('joined', ({ room }) => this.#in.add(room));
    client.on('*', (value, { type }) => {
      // Or the client would go in again by itself after the next break.
      if (type === 'removed') this.leave((value as { roomId: string }).roomId);
      listener.event(type, value);
    });
    return client;
  }
}
