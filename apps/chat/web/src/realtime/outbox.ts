import { newClientId } from './clientId';
import type { ChatMessage } from './types';

/** A message of ours that the server has not confirmed yet. */
export interface OutboxItem {
  readonly clientId: string;
  readonly roomId: string;
  readonly content: string;
  /** ISO 8601, this machine's clock. */
  readonly createdAt: string;
  readonly status: 'sending' | 'failed';
  /** Set when the server refused it: it goes out again only when asked to. */
  readonly error?: string;
}

export type SendAnswer = ChatMessage | { readonly error: string };

/** Keeps what is on its way over a reload of the page. */
export interface OutboxStorage {
  load(): readonly OutboxItem[];
  save(items: readonly OutboxItem[]): void;
}

export interface OutboxOptions {
  /** Whether the room is joined on the present connection. */
  ready(roomId: string): boolean;
  /** Hands the item to the wire; `answer` is called at most once, or never when the connection breaks. */
  send(item: OutboxItem, answer: (answer: SendAnswer) => void): void;
  /** The server has stored the item. */
  stored(message: ChatMessage): void;
  changed(roomId: string): void;
  storage?: OutboxStorage;
  /** After this long without an answer a message counts as not sent. Default 10 s. */
  timeoutMs?: number;
  /** The server ends connections that send faster than its limit: at most so many a second. Default 25. */
  perSecond?: number;
}

/**
 * What we have said and the server has not yet confirmed, in order. Each item keeps its `clientId` however often it is
 * sent, so the server stores it once.
 */
export class Outbox {
  #items: OutboxItem[];
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Items handed to the present connection: they are not handed to it twice. */
  readonly #onWire = new Set<string>();
  #sentAt: number[] = [];
  #pacing: ReturnType<typeof setTimeout> | undefined;
  readonly #timeoutMs: number;
  readonly #perSecond: number;

  constructor(private readonly options: OutboxOptions) {
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#perSecond = options.perSecond ?? 25;
    this.#items = [...(options.storage?.load() ?? [])];
    for (const item of this.#items) if (item.status === 'sending') this.#arm(item.clientId);
  }

  itemsOf(roomId: string): readonly OutboxItem[] {
    return this.#items.filter((item) => item.roomId === roomId);
  }

  /** Whether the room has messages that go out by themselves. */
  wants(roomId: string): boolean {
    return this.#items.some((item) => item.roomId === roomId && item.error === undefined);
  }

  /** The rooms with messages that go out by themselves. */
  rooms(): readonly string[] {
    return [...new Set(this.#items.filter((item) => item.error === undefined).map((item) => item.roomId))];
  }

  add(roomId: string, content: string): OutboxItem {
    const item: OutboxItem = {
      clientId: newClientId(),
      roomId,
      content,
      createdAt: new Date().toISOString(),
      status: 'sending',
    };
    this.#items.push(item);
    this.#arm(item.clientId);
    this.#changed(roomId);
    this.flush();
    return item;
  }

  retry(clientId: string): void {
    const item = this.#find(clientId);
    if (!item) return;
    this.#onWire.delete(clientId);
    this.#restart(item);
    this.flush();
  }

  discard(clientId: string): void {
    this.#remove(clientId);
  }

  /** A stored message of ours was seen: what waited for it is done. */
  confirm(message: ChatMessage): void {
    if (message.clientId != null) this.#remove(message.clientId, message.roomId);
  }

  /** The connection is gone: everything unanswered has to go out again on the next one. */
  disconnected(): void {
    this.#onWire.clear();
    clearTimeout(this.#pacing);
    this.#pacing = undefined;
  }

  /** A room was joined: what is unanswered in it goes out, in order. */
  joined(roomId: string): void {
    for (const item of this.#items) {
      if (item.roomId === roomId && item.status === 'failed' && item.error === undefined) this.#restart(item);
    }
    this.flush();
  }

  /** The room refused us: nothing of ours will be sent there. */
  refused(roomId: string, error: string): void {
    for (const item of this.itemsOf(roomId)) this.#fail(item, error);
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (this.#pacing !== undefined) return;
    for (const item of [...this.#items]) {
      if (item.status !== 'sending' || this.#onWire.has(item.clientId) || !this.options.ready(item.roomId)) continue;
      const now = Date.now();
      this.#sentAt = this.#sentAt.filter((time) => now - time < 1000);
      if (this.#sentAt.length >= this.#perSecond) {
        this.#pacing = setTimeout(() => {
          this.#pacing = undefined;
          this.flush();
        }, 100);
        return;
      }
      this.#sentAt.push(now);
      this.#onWire.add(item.clientId);
      this.options.send(item, (answer) => this.#answered(item.clientId, answer));
    }
  }

  /** Ends all timers. The items stay. */
  stop(): void {
    this.disconnected();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** After `stop`: the timers of what is on its way run again. */
  start(): void {
    for (const item of this.#items) {
      if (item.status === 'sending' && !this.#timers.has(item.clientId)) this.#arm(item.clientId);
    }
  }

  #answered(clientId: string, answer: SendAnswer): void {
    const item = this.#find(clientId);
    if (!item) return;
    if ('error' in answer) {
      this.#fail(item, answer.error);
    } else {
      this.options.stored(answer);
      this.#remove(clientId);
    }
  }

  #restart(item: OutboxItem): void {
    const { error: _, ...rest } = item;
    this.#replace({ ...rest, status: 'sending' });
    this.#arm(item.clientId);
    this.#changed(item.roomId);
  }

  #fail(item: OutboxItem, error?: string): void {
    this.#disarm(item.clientId);
    this.#replace({ ...item, status: 'failed', ...(error === undefined ? {} : { error }) });
    this.#changed(item.roomId);
  }

  #arm(clientId: string): void {
    this.#disarm(clientId);
    this.#timers.set(
      clientId,
      setTimeout(() => {
        const item = this.#find(clientId);
        if (item) this.#fail(item);
      }, this.#timeoutMs),
    );
  }

  #disarm(clientId: string): void {
    clearTimeout(this.#timers.get(clientId));
    this.#timers.delete(clientId);
  }

  #remove(clientId: string, roomId?: string): void {
    const item = this.#find(clientId);
    if (!item || (roomId !== undefined && item.roomId !== roomId)) return;
    this.#disarm(clientId);
    this.#onWire.delete(clientId);
    this.#items = this.#items.filter((other) => other !== item);
    this.#changed(item.roomId);
  }

  #find(clientId: string): OutboxItem | undefined {
    return this.#items.find((item) => item.clientId === clientId);
  }

  #replace(item: OutboxItem): void {
    this.#items = this.#items.map((other) => (other.clientId === item.clientId ? item : other));
  }

  #changed(roomId: string): void {
    this.options.storage?.save(this.#items);
    this.options.changed(roomId);
  }
}
