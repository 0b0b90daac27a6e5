import { expect, test } from 'vitest';
import { afterEvent, type ActivityItem } from '../src/activity/activity';

const room = (id: string, role: string | null = null) => ({ id, name: id.toUpperCase(), role });
const invitation = { id: 'i', roomId: 'a', roomName: 'A', invitedBy: { userId: 'u', userName: 'You' } };
const after = (...events: [string, unknown][]) =>
  events.reduce<readonly ActivityItem[]>((items, [event, data], at) => afterEvent(items, event, data, (id) => id.toUpperCase(), at), []);
const texts = (items: readonly ActivityItem[]) => items.map((item) => item.text);

test('the newest comes first, and one of a kind stands for a room', () => {
  const items = after(
    ['room_created', room('b')],
    ['unread', { roomId: 'b', unread: 1 }],
    ['invited', invitation],
    ['unread', { roomId: 'b', unread: 2 }],
  );
  expect(texts(items)).toEqual(['2 unread messages in B', 'You invites you to A', 'B is a new room']);
});

test('what is done goes: read messages, accepted invitations', () => {
  expect(texts(after(['unread', { roomId: 'a', unread: 3 }], ['unread', { roomId: 'a', unread: 0 }]))).toEqual([]);
  expect(texts(after(['room_created', room('a')], ['invited', invitation]))).toEqual(['You invites you to A']);
  const joined = after(['invited', invitation], ['room_added', room('a', 'member')]);
  expect(texts(joined)).toEqual(['You joined A']);
  expect(joined[0]!.own).toBe(true);
  expect(texts(after(['room_created', room('a')], ['room_added', room('a', 'owner')]))).toEqual(['You made A']);
});

test('a membership that ended is told, and other events are not', () => {
  expect(texts(after(['room_added', room('a', 'member')], ['removed', { roomId: 'a' }]))).toEqual(['You are no longer a member of A']);
  expect(texts(after(['message', { roomId: 'a' }], ['presence', {}]))).toEqual([]);
  expect(texts(after(['unread', { roomId: 'a', unread: 100 }]))).toEqual(['99+ unread messages in A']);
});

test('the list is bounded', () => {
  expect(after(...Array.from({ length: 60 }, (_, i): [string, unknown] => ['room_created', room(`r${i}`)]))).toHaveLength(40);
});
