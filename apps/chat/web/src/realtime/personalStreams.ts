import { EventStreamClient } from 'fanfare-client';
import { Link, type LinkOptions } from './link';
import type { ConnectionState, TokenSource } from './types';

/** Makes the client of a stream whose events all go to one handler. */
export function eventStream(
  url: string,
  event: (name: string, data: unknown) => void,
  reset?: () => void,
): (options: LinkOptions) => EventStreamClient {
  return ({ cursor, ...options }) => {
    const client = new EventStreamClient(url, { ...options, ...(cursor === undefined ? {} : { lastEventId: cursor }) });
    client.on('*', (value, { type }) => event(type, value));
    if (reset) client.watch('reset', reset);
    return client;
  };
}

/** What goes to this user alone, and what goes to everybody: two event streams. */
export class PersonalStreams {
  readonly #links: readonly Link<EventStreamClient>[];

  /** `base`: the streams' path, such as `/events`. */
  constructor(base: string, tokens: TokenSource, event: (name: string, data: unknown) => void, changed: () => void) {
    this.#links = [`${base}/user`, base].map((url) => new Link(eventStream(url, event), tokens, { changed }));
  }

  get state(): ConnectionState {
    return this.#links.map((link) => link.state).find((state) => state !== 'connected') ?? 'connected';
  }

  start(): void {
    for (const link of this.#links) link.start();
  }

  stop(): void {
    for (const link of this.#links) link.stop();
  }
}
