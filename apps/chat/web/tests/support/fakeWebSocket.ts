type Frame = Record<string, unknown> & { type: string };

/** Stands for the browser's WebSocket at `/ws`: records frames, and lets a test be the server. */
export class FakeWebSocket {
  static all: FakeWebSocket[] = [];
  readyState = 0;
  binaryType = '';
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly sent: Frame[] = [];

  constructor(readonly url: string) {
    FakeWebSocket.all.push(this);
  }

  static get last(): FakeWebSocket {
    return FakeWebSocket.all.at(-1)!;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Frame);
  }

  close(): void {
    this.end(1000);
  }

  // What the server and the network do.

  says(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** Greets and takes whatever token comes. */
  letIn(): void {
    this.readyState = 1;
    this.onopen?.({});
    this.says({ type: 'connected', clientId: 'p1' });
    this.says({ type: 'authenticated', userId: 'me', cursor: 'e-1', ref: this.take('authenticate').ref });
  }

  /** Takes the oldest frame of the type. */
  take(type: string): Frame {
    const index = this.sent.findIndex((frame) => frame.type === type);
    if (index < 0) throw new Error(`No ${type} was sent.`);
    return this.sent.splice(index, 1)[0]!;
  }

  count(type: string): number {
    return this.sent.filter((frame) => frame.type === type).length;
  }

  end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
}
