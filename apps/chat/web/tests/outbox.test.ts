import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox, type OutboxItem, type OutboxStorage, type SendAnswer } from '../src/realtime/outbox';
import type { ChatMessage } from '../src/realtime/types';

const stored = (item: OutboxItem): ChatMessage => ({
  id: `m-${item.content}`,
  roomId: item.roomId,
  userId: 'me',
  userName: 'Me',
  content: item.content,
  timestamp: item.createdAt,
  clientId: item.clientId,
});

function create(options: { storage?: OutboxStorage; perSecond?: number } = {}) {
  const wire: { item: OutboxItem; answer: (answer: SendAnswer) => void }[] = [];
  const done: ChatMessage[] = [];
  const state = { ready: true };
  const outbox = new Outbox({
    ready: () => state.ready,
    send: (item, answer) => wire.push({ item, answer }),
    stored: (message) => done.push(message),
    changed: () => undefined,
    ...options,
  });
  return { outbox, wire, done, state };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('sends at once when the room is joined, and forgets what the server has stored', () => {
  const { outbox, wire, done } = create();
  outbox.add('r', 'one');
  expect(wire).toHaveLength(1);
  wire[0]!.answer(stored(wire[0]!.item));
  expect(done.map((message) => message.content)).toEqual(['one']);
  expect(outbox.itemsOf('r')).toEqual([]);
});

test('the event of the message is as good as its answer', () => {
  const { outbox, wire } = create();
  outbox.add('r', 'one');
  outbox.confirm(stored(wire[0]!.item));
  expect(outbox.itemsOf('r')).toEqual([]);
});

test('waits for the room, then sends in order', () => {
  const { outbox, wire, state } = create();
  state.ready = false;
  outbox.add('r', 'one');
  outbox.add('r', 'two');
  expect(wire).toEqual([]);
  state.ready = true;
  outbox.joined('r');
  expect(wire.map(({ item }) => item.content)).toEqual(['one', 'two']);
});

test('counts as not sent after ten seconds without an answer', () => {
  const { outbox } = create();
  outbox.add('r', 'one');
  vi.advanceTimersByTime(9_999);
  expect(outbox.itemsOf('r')[0]!.status).toBe('sending');
  vi.advanceTimersByTime(1);
  expect(outbox.itemsOf('r')[0]).toMatchObject({ status: 'failed' });
});

test('an answer after the ten seconds still counts', () => {
  const { outbox, wire } = create();
  outbox.add('r', 'one');
  vi.advanceTimersByTime(11_000);
  wire[0]!.answer(stored(wire[0]!.item));
  expect(outbox.itemsOf('r')).toEqual([]);
});

test('after a break everything unanswered goes out again by itself, in order, under the same ids', () => {
  const { outbox, wire, state } = create();
  outbox.add('r', 'one');
  vi.advanceTimersByTime(11_000);
  outbox.add('r', 'two');
  const before = wire.map(({ item }) => item.clientId);
  state.ready = false;
  outbox.disconnected();
  state.ready = true;
  outbox.joined('r');
  expect(wire.slice(2).map(({ item }) => item.clientId)).toEqual(before);
  expect(outbox.itemsOf('r').map((item) => item.status)).toEqual(['sending', 'sending']);
});

test('what the server refused waits for the user, who may send it again under the same id', () => {
  const { outbox, wire } = create();
  outbox.add('r', 'long');
  wire[0]!.answer({ error: 'Message is too long' });
  expect(outbox.itemsOf('r')[0]).toMatchObject({ status: 'failed', error: 'Message is too long' });
  expect(outbox.wants('r')).toBe(false);
  outbox.disconnected();
  outbox.joined('r');
  expect(wire).toHaveLength(1);
  outbox.retry(wire[0]!.item.clientId);
  expect(wire[1]!.item.clientId).toBe(wire[0]!.item.clientId);
  expect(outbox.itemsOf('r')[0]!.error).toBeUndefined();
});

test('retrying works on the same connection, when the answer never came', () => {
  const { outbox, wire } = create();
  outbox.add('r', 'one');
  vi.advanceTimersByTime(10_000);
  outbox.retry(wire[0]!.item.clientId);
  expect(wire).toHaveLength(2);
  expect(outbox.itemsOf('r')[0]!.status).toBe('sending');
});

test('a discarded message is gone', () => {
  const { outbox, wire } = create();
  outbox.add('r', 'one');
  outbox.discard(wire[0]!.item.clientId);
  expect(outbox.itemsOf('r')).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('sends no faster than the server takes it, and loses nothing', () => {
  const { outbox, wire } = create({ perSecond: 5 });
  for (let index = 0; index < 12; index++) outbox.add('r', String(index));
  expect(wire).toHaveLength(5);
  vi.advanceTimersByTime(1100);
  expect(wire).toHaveLength(10);
  vi.advanceTimersByTime(1100);
  expect(wire.map(({ item }) => item.content)).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
});

test('what is unsent outlives a reload', () => {
  let saved: readonly OutboxItem[] = [];
  const storage: OutboxStorage = { load: () => saved, save: (items) => (saved = items) };
  const first = create({ storage });
  first.state.ready = false;
  const item = first.outbox.add('r', 'one');
  first.outbox.stop();

  const second = create({ storage });
  second.outbox.joined('r');
  expect(second.wire.map((sent) => sent.item.clientId)).toEqual([item.clientId]);
});

test('stopping leaves no timer', () => {
  const { outbox } = create({ perSecond: 1 });
  outbox.add('r', 'one');
  outbox.add('r', 'two');
  outbox.stop();
  expect(vi.getTimerCount()).toBe(0);
});
