// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlainWire } from '../src/realtime/plainWire';
import { StreamWire } from '../src/realtime/streamWire';
import type { RoomsHttp } from '../src/realtime';
import { fakeStreams, type FakeStream } from './support/fakeStreams';
import { FakeWebSocket } from './support/fakeWebSocket';
import { messageAt, messagesFrom } from './support/messages';

let heard: string[];
const listener = {
  up: () => heard.push('up'),
  down: () => heard.push('down'),
  state: () => undefined,
  event: (name: string, data: unknown) => heard.push(`${name} ${JSON.stringify(data)}`),
};
const tokens = { get: async () => 'token', subscribe: () => () => undefined };
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  FakeWebSocket.all = [];
  vi.stubGlobal('WebSocket', FakeWebSocket);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function plainWire(): Promise<PlainWire> {
  const wire = new PlainWire('ws://localhost/ws', tokens, listener);
  wire.start();
  await settle();
  FakeWebSocket.last.letIn();
  await settle();
  return wire;
}

test('plain: a room is joined once, and by itself after a break, with the position reached', async () => {
  const wire = await plainWire();
  const answers: (string | null)[] = [];
  wire.join('r', (refusal) => answers.push(refusal));
  const first = FakeWebSocket.last;
  first.says({ type: 'room_history', roomId: 'r', messages: [] });
  first.says({ type: 'joined', room: 'r', cursor: 'e-2', ref: first.take('join').ref });
  first.says({ type: 'message', id: 'm', roomId: 'r', content: 'hi', room: 'r', cursor: 'e-3' });
  await settle();
  expect(answers).toEqual([null]);

  first.end(1006);
  expect(heard.at(-1)).toBe('down');
  await settle(1000);
  const second = FakeWebSocket.last;
  second.letIn();
  const rejoin = second.take('join');
  expect(rejoin).toMatchObject({ room: 'r', since: 'e-3' });
  second.says({ type: 'joined', room: 'r', cursor: 'e-3', recovered: true, ref: rejoin.ref });
  await settle();
  expect(heard.at(-1)).toBe('up');
  wire.join('r', (refusal) => answers.push(refusal));
  expect(answers).toEqual([null, null]);
  expect(second.count('join')).toBe(0);
  wire.stop();
});

test('plain: a refused room, and one that we are removed from, is not joined again', async () => {
  const wire = await plainWire();
  const answers: (string | null)[] = [];
  const socket = FakeWebSocket.last;
  wire.join('a', (refusal) => answers.push(refusal));
  socket.says({ type: 'error', code: 'forbidden', message: 'no', room: 'a', ref: socket.take('join').ref });
  wire.join('b', (refusal) => answers.push(refusal));
  socket.says({ type: 'joined', room: 'b', cursor: 'e-2', ref: socket.take('join').ref });
  await settle();
  expect(answers).toEqual(['Access denied', null]);
  socket.says({ type: 'removed', roomId: 'b' });
  expect(socket.count('leave')).toBe(1);
  socket.end(1006);
  await settle(1000);
  FakeWebSocket.last.letIn();
  expect(FakeWebSocket.last.count('join')).toBe(0);
  wire.stop();
});

test('plain: a message is answered by its ack, and what a broken line took is not sent again by the wire', async () => {
  const wire = await plainWire();
  const answers: unknown[] = [];
  const socket = FakeWebSocket.last;
  wire.send({ roomId: 'r', content: 'one', clientId: 'c1' }, (answer) => answers.push(answer));
  wire.send({ roomId: 'r', content: '', clientId: 'c2' }, (answer) => answers.push(answer));
  wire.send({ roomId: 'r', content: 'lost', clientId: 'c3' }, (answer) => answers.push(answer));
  const stored = messageAt(1, { clientId: 'c1' });
  socket.says({ type: 'ack', ref: socket.take('message').ref, data: stored });
  socket.says({ type: 'ack', ref: socket.take('message').ref, data: { error: 'Message is empty' } });
  await settle();
  expect(answers).toEqual([stored, { error: 'Message is empty' }]);
  socket.end(1006);
  await settle(1000);
  FakeWebSocket.last.letIn();
  await settle();
  expect(FakeWebSocket.last.count('message')).toBe(0);
  expect(answers).toHaveLength(2);
  wire.stop();
  await settle(5000);
  expect(vi.getTimerCount()).toBe(0);
});

interface Asked {
  readonly posted: string[];
  role: string | null;
  answer: Awaited<ReturnType<RoomsHttp['post']>>;
  newest: () => Promise<ReturnType<typeof messagesFrom>>;
}

async function streamWire(cursor?: string): Promise<{ wire: StreamWire; streams: FakeStream[]; asked: Asked }> {
  const streams = fakeStreams();
  const asked: Asked = { posted: [], role: 'member', answer: messageAt(9), newest: async () => messagesFrom(0, 2) };
  const http: RoomsHttp = {
    rooms: async () => [{ id: 'r', role: asked.role }],
    newest: () => asked.newest(),
    post: async ({ content }) => {
      asked.posted.push(content);
      return asked.answer;
    },
    markRead: async () => 0,
  };
  const wire = new StreamWire({ events: '/events', rooms: 'ws://localhost/ws', userId: 'me', tokens, http, cursor }, listener);
  wire.start();
  await settle();
  expect(streams.map((stream) => stream.path)).toEqual(['/events/user', '/events']);
  for (const stream of streams) stream.open();
  await settle();
  expect(heard).toEqual(['up']);
  return { wire, streams, asked };
}

test('stream: a room is open when its stream is, and then its newest messages come; a cursor is shown', async () => {
  const { wire, streams } = await streamWire('e-7');
  const answers: (string | null)[] = [];
  wire.join('r', (refusal) => answers.push(refusal));
  await settle();
  const stream = streams.at(-1)!;
  expect(stream.path).toBe('/events/rooms/r');
  expect(stream.headers.get('last-event-id')).toBe('e-7');
  expect(stream.headers.get('authorization')).toBe('Bearer token');
  expect(answers).toEqual([]);
  stream.open();
  await settle();
  expect(answers).toEqual([null]);
  expect(heard.at(-1)).toContain('room_history');
  stream.says('message', messageAt(3), 'e-8');
  await settle();
  expect(heard.at(-1)).toContain('text 3');
  expect(wire.cursor).toBe('e-8');

  stream.end();
  await settle();
  expect(heard.at(-1)).toBe('down');
  await settle(1000);
  expect(streams.at(-1)!.headers.get('last-event-id')).toBe('e-8');
  streams.at(-1)!.open();
  await settle();
  expect(heard.at(-1)).toBe('up');
  streams.at(-1)!.says('reset', { reason: 'epoch' }, 'f-1');
  await settle();
  expect(heard.at(-1)).toContain('room_history');
  wire.stop();
  await settle(5000);
  expect(vi.getTimerCount()).toBe(0);
});

test('stream: what comes while the newest messages are read follows them', async () => {
  const { wire, streams, asked } = await streamWire();
  const reads: ((messages: ReturnType<typeof messagesFrom>) => void)[] = [];
  asked.newest = () => new Promise((resolve) => reads.push(resolve));
  wire.join('r', () => undefined);
  await settle();
  streams.at(-1)!.open();
  await settle();
  streams.at(-1)!.says('message', messageAt(2), 'e-8');
  await settle();
  expect(heard).toEqual(['up']);
  reads[0]!(messagesFrom(0, 2));
  await settle();
  expect(heard.slice(1).map((line) => line.split(' ')[0])).toEqual(['room_history', 'message']);

  streams.at(-1)!.says('reset', { reason: 'epoch' }, 'f-1');
  streams.at(-1)!.says('message', messageAt(3), 'f-2');
  await settle();
  wire.leave('r');
  reads[1]!(messagesFrom(0, 3));
  await settle();
  expect(heard).toHaveLength(3);
  wire.stop();
});

test('stream: a room that is not in the list is refused without asking for its stream', async () => {
  const { wire, streams } = await streamWire();
  const answers: (string | null)[] = [];
  wire.join('other', (refusal) => answers.push(refusal));
  await settle();
  expect(answers).toEqual(['Access denied']);
  expect(streams).toHaveLength(2);
  wire.stop();
});

test('stream: messages are stored one after the other, again while the server cannot be asked', async () => {
  const { wire, asked } = await streamWire();
  const answers: unknown[] = [];
  wire.join('r', () => undefined);
  await settle();
  asked.answer = 'later';
  wire.send({ roomId: 'r', content: '1', clientId: 'c1' }, (answer) => answers.push(answer));
  wire.send({ roomId: 'r', content: '2', clientId: 'c2' }, (answer) => answers.push(answer));
  await settle();
  expect(asked.posted).toEqual(['1']);
  asked.answer = messageAt(9);
  await settle(1000);
  expect(asked.posted).toEqual(['1', '1', '2']);
  expect(answers).toHaveLength(2);
  wire.stop();
});

test('stream: who writes in a public room becomes a member first, by a short visit', async () => {
  const { wire, asked } = await streamWire();
  asked.role = null;
  const answers: unknown[] = [];
  wire.join('r', () => undefined);
  await settle();
  wire.send({ roomId: 'r', content: 'hello', clientId: 'c1' }, (answer) => answers.push(answer));
  await settle();
  const visit = FakeWebSocket.last;
  visit.letIn();
  await settle();
  expect(asked.posted).toEqual([]);
  visit.says({ type: 'joined', room: 'r', cursor: 'e-2', ref: visit.take('join').ref });
  await settle();
  expect(asked.posted).toEqual(['hello']);
  expect(visit.readyState).toBe(3);
  expect(answers).toEqual([messageAt(9)]);
  wire.stop();
});
