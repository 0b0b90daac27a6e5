// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SharedStreams } from '../src/realtime';
import { fakeStreams } from './support/fakeStreams';

const tokens = { get: async () => 'token', subscribe: () => () => undefined };
const tick = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Web Locks, as far as they are used: one holder, the others wait their turn. */
function fakeLocks() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request: (_name: string, { signal }: { signal: AbortSignal }, work: () => Promise<void> | undefined) => {
      const turn = last.then(() => (signal.aborted ? undefined : work()));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

function tab() {
  const heard: string[] = [];
  const streams = new SharedStreams(
    { base: '/events', userId: 'me', tokens },
    { event: (name) => heard.push(name), changed: (state) => heard.push(`(${state})`) },
  );
  return { streams, heard };
}

beforeEach(() => {
  vi.stubGlobal('BroadcastChannel', globalThis.BroadcastChannel);
  Object.defineProperty(navigator, 'locks', { value: fakeLocks(), configurable: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'locks');
});

test('one tab opens the streams, the others hear through it, and one of them follows it', async () => {
  const requests = fakeStreams();
  const [first, second] = [tab(), tab()];
  first.streams.start();
  second.streams.start();
  await tick();
  expect(requests).toHaveLength(2);
  for (const request of requests) request.open();
  await tick();
  expect([first.streams.state, second.streams.state]).toEqual(['connected', 'connected']);
  requests[0]!.says('invited', {});
  await tick();
  expect(first.heard.at(-1)).toBe('invited');
  expect(second.heard.at(-1)).toBe('invited');

  first.streams.stop();
  await tick();
  expect(requests).toHaveLength(4);
  for (const request of requests.slice(2)) request.open();
  await tick();
  expect(second.streams.state).toBe('connected');
  requests[3]!.says('room_created', {});
  await tick();
  expect(second.heard.filter((event) => event === 'room_created')).toHaveLength(1);
  expect(first.heard).not.toContain('room_created');
  second.streams.stop();
});

test('without a way to agree each tab has its own', async () => {
  Reflect.deleteProperty(navigator, 'locks');
  const requests = fakeStreams();
  const [first, second] = [tab(), tab()];
  first.streams.start();
  second.streams.start();
  await tick();
  expect(requests).toHaveLength(4);
  first.streams.stop();
  second.streams.stop();
});
