import { vi } from 'vitest';

/** A request for a stream that a test answers. */
export class FakeStream {
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Promise<Response>;
  #answer!: (response: Response) => void;

  constructor(
    readonly path: string,
    readonly headers: Headers,
  ) {
    this.response = new Promise((resolve) => (this.#answer = resolve));
  }

  open(): void {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => (this.#controller = controller) });
    this.#answer(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  }

  refuse(status: number): void {
    this.#answer(new Response('', { status }));
  }

  says(event: string, data: unknown, id?: string): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#controller.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#controller.close();
  }
}

/** Takes the place of `fetch`: every request is a stream. */
export function fakeStreams(): FakeStream[] {
  const streams: FakeStream[] = [];
  vi.stubGlobal('fetch', (url: string, init: { headers: Headers; signal: AbortSignal }) => {
    const stream = new FakeStream(new URL(url).pathname, init.headers);
    streams.push(stream);
    return new Promise<Response>((resolve, reject) => {
      stream.response.then(resolve, reject);
      init.signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  });
  return streams;
}
