import { expect, test, vi } from 'vitest';
import { Room } from '../src/realtime/room';
import { archive, messageAt, messagesFrom } from './support/messages';

const self = { userId: 'me', userName: 'Me' };
const create = (size: number) => new Room('r', self, archive(size).load);
const ids = (room: Room) => room.state.get().messages.map((message) => message.id);
const expected = (from: number, to: number) => messagesFrom(from, to).map((message) => message.id);

test('a short history is all there is', () => {
  const room = create(3);
  room.history(messagesFrom(0, 3));
  expect(room.state.get()).toMatchObject({ loaded: true, hasMore: false });
});

test('what is known already is not lost to a short history that was read before it', () => {
  const room = create(3);
  room.message(messageAt(2));
  room.history(messagesFrom(0, 2));
  expect(ids(room)).toEqual(expected(0, 3));
});

test('a full history may have more before it: the archive is asked', async () => {
  const more = create(60);
  more.history(messagesFrom(10, 60));
  await vi.waitFor(() => expect(more.state.get().hasMore).toBe(true));

  const all = create(50);
  all.history(messagesFrom(0, 50));
  await Promise.resolve();
  expect(all.state.get().hasMore).toBe(false);
});

test('earlier messages are loaded page by page, until there are none', async () => {
  const room = create(120);
  room.history(messagesFrom(70, 120));
  await vi.waitFor(() => expect(room.state.get().hasMore).toBe(true));
  await room.loadMore();
  expect(ids(room)).toEqual(expected(20, 120));
  await room.loadMore();
  expect(ids(room)).toEqual(expected(0, 120));
  expect(room.state.get()).toMatchObject({ hasMore: false, loadingMore: false });
});

test('a page that is asked for twice at a time is loaded once', async () => {
  const load = vi.fn(archive(120).load);
  const room = new Room('r', self, load);
  room.history(messagesFrom(70, 120));
  await vi.waitFor(() => expect(room.state.get().hasMore).toBe(true));
  load.mockClear();
  await Promise.all([room.loadMore(), room.loadMore()]);
  expect(load).toHaveBeenCalledTimes(1);
});

test('what was said during a long break is fetched, however much the history leaves out', async () => {
  const room = create(400);
  room.history(messagesFrom(0, 20));
  room.history(messagesFrom(350, 400));
  expect(ids(room)).toEqual(expected(350, 400));
  await vi.waitFor(() => expect(ids(room)).toEqual(expected(0, 400)));
  expect(room.state.get().hasMore).toBe(false);
});

test('closing a gap does not forget that there is more before what was known', async () => {
  const room = create(400);
  room.history(messagesFrom(100, 150));
  await vi.waitFor(() => expect(room.state.get().hasMore).toBe(true));
  room.history(messagesFrom(350, 400));
  // The last page reached further back than what was known.
  await vi.waitFor(() => expect(ids(room)).toEqual(expected(50, 400)));
  expect(room.state.get().hasMore).toBe(true);
  await room.loadMore();
  expect(ids(room)).toEqual(expected(0, 400));
  expect(room.state.get().hasMore).toBe(false);
});

test('messages that come while a gap is being closed stand at the end', async () => {
  const room = create(400);
  room.history(messagesFrom(0, 20));
  room.history(messagesFrom(350, 400));
  room.message(messageAt(400));
  await vi.waitFor(() => expect(ids(room)).toEqual(expected(0, 401)));
});

test('after a gap that cannot be closed the rest can still be loaded by hand', async () => {
  const { load } = archive(400);
  let reachable = false;
  const room = new Room('r', self, (...args) => (reachable ? load(...args) : Promise.reject(new Error('away'))));
  room.history(messagesFrom(0, 20));
  room.history(messagesFrom(350, 400));
  await vi.waitFor(() => expect(room.state.get().hasMore).toBe(true));
  reachable = true;
  await room.loadMore();
  expect(ids(room)).toEqual(expected(300, 400));
});

test('a message of ours is shown once on its way and once stored, under one key', () => {
  const room = create(0);
  const item = { clientId: 'c1', roomId: 'r', content: 'hi', createdAt: messageAt(5).timestamp, status: 'sending' as const };
  room.pending([item]);
  const [before] = room.state.get().messages;
  expect(before).toMatchObject({ status: 'sending', userName: 'Me', content: 'hi' });
  room.message(messageAt(5, { userId: 'me', userName: 'Me', content: 'hi', clientId: 'c1' }));
  expect(room.state.get().messages).toHaveLength(1);
  expect(room.state.get().messages[0]).toMatchObject({ key: before!.key, status: 'sent', id: 'm5' });
  room.pending([]);
  expect(room.state.get().messages).toHaveLength(1);
});

test('the same client id of somebody else is another message', () => {
  const room = create(0);
  room.pending([{ clientId: 'c1', roomId: 'r', content: 'hi', createdAt: messageAt(5).timestamp, status: 'sending' }]);
  room.message(messageAt(5, { clientId: 'c1' }));
  expect(room.state.get().messages).toHaveLength(2);
});

test('who was removed sees nothing of the room any more', () => {
  const room = create(3);
  room.history(messagesFrom(0, 3));
  room.typingStarted({ userId: 'you', userName: 'You' });
  room.refused('Access denied');
  expect(room.state.get()).toMatchObject({ status: 'refused', error: 'Access denied', messages: [], typingUsers: [] });
});

test('a message ends its author’s typing, and our own typing is never told', () => {
  const room = create(0);
  room.typingStarted({ userId: 'me', userName: 'Me' });
  expect(room.state.get().typingUsers).toEqual([]);
  room.typingStarted({ userId: 'you', userName: 'You' });
  expect(room.state.get().typingUsers).toHaveLength(1);
  room.message(messageAt(1));
  expect(room.state.get().typingUsers).toEqual([]);
});

test('messages that did not change stay the same objects', () => {
  const room = create(3);
  room.history(messagesFrom(0, 3));
  const before = room.state.get().messages;
  room.message(messageAt(3));
  expect(room.state.get().messages.slice(0, 3).every((message, index) => message === before[index])).toBe(true);
});
