/** Stands for the socket of `socket.io-client`: keeps listeners, records what is sent, and lets a test be the server. */
export class FakeSocket {
  id: string | undefined = 'sid';
  connected = false;
  recovered = false;
  active = false;
  readonly sent: { event: string; args: unknown[]; ack: ((...answer: unknown[]) => void) | undefined }[] = [];
  readonly #listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  readonly io = { opts: {}, engine: { close: () => this.drop('forced close'), once: () => undefined } };
  attempts = 0;

  on(event: string, listener: (...args: never[]) => void): this {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event)!.add(listener as (...args: unknown[]) => void);
    return this;
  }

  onAny(listener: (...args: never[]) => void): this {
    return this.on('*', listener);
  }

  offAny(listener: (...args: never[]) => void): this {
    return this.off('*', listener);
  }

  off(event: string, listener: (...args: never[]) => void): this {
    this.#listeners.get(event)?.delete(listener as (...args: unknown[]) => void);
    return this;
  }

  connect(): this {
    this.attempts++;
    this.active = true;
    return this;
  }

  disconnect(): this {
    this.active = false;
    if (this.connected) this.drop('io client disconnect');
    return this;
  }

  emit(event: string, ...args: unknown[]): this {
    const last = args[args.length - 1];
    const ack = typeof last === 'function' ? (last as (...answer: unknown[]) => void) : undefined;
    this.sent.push({ event, args: ack ? args.slice(0, -1) : args, ack });
    return this;
  }

  /** Acks after this come as `(error, answer)`. */
  timeout(_ms: number) {
    return {
      emit: (event: string, ...args: unknown[]) => {
        const ack = args[args.length - 1] as (error: unknown, answer?: unknown) => void;
        this.sent.push({ event, args: args.slice(0, -1), ack: (answer) => ack(null, answer) });
      },
    };
  }

  // What the server and the network do.

  accept({ recovered = false } = {}): void {
    this.connected = true;
    this.recovered = recovered;
    this.#raise('connect');
  }

  refuse(message: string): void {
    this.active = false;
    this.#raise('connect_error', new Error(message));
  }

  drop(reason = 'transport close'): void {
    this.connected = false;
    this.#raise('disconnect', reason);
  }

  serverEmits(event: string, ...args: unknown[]): void {
    this.#raise(event, ...args);
    this.#raise('*', event, ...args);
  }

  /** Takes the oldest unread request of the name. */
  take(event: string) {
    const index = this.sent.findIndex((request) => request.event === event);
    if (index < 0) throw new Error(`Nothing was sent as ${event}.`);
    return this.sent.splice(index, 1)[0]!;
  }

  count(event: string): number {
    return this.sent.filter((request) => request.event === event).length;
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }

  #raise(event: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(...args);
  }
}
