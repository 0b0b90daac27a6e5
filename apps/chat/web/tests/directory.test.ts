import { expect, test } from 'vitest';
import type { Invitation, RoomInfo } from '../src/api/chatApi';
import { LiveSnapshot } from '../src/rooms/liveSnapshot';
import {
  addInvitation,
  addRoom,
  addUnread,
  dropInvitationsTo,
  emptyDirectory,
  endMembership,
  linkName,
  setRoom,
  setUnread,
} from '../src/rooms/roomList';

const room = (id: string, more: Partial<RoomInfo> = {}): RoomInfo => ({
  id,
  name: id,
  isPrivate: false,
  role: 'member',
  unread: 0,
  lastReadId: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const invitation = (id: string, roomId: string): Invitation => ({
  id,
  roomId,
  roomName: roomId,
  userId: 'me',
  userName: 'Me',
  invitedBy: { userId: 'you', userName: 'You' },
  createdAt: '2026-01-01T00:00:00.000Z',
});

test('rooms stand by name without regard to case', () => {
  const directory = ['beta', 'Alpha', 'gamma'].reduce((sum, name) => setRoom(room(name))(sum), emptyDirectory);
  expect(directory.rooms.map((one) => one.name)).toEqual(['Alpha', 'beta', 'gamma']);
});

test('news of a public room do not undo what its maker knows of it', () => {
  const mine = setRoom(room('a', { role: 'owner' }))(emptyDirectory);
  expect(addRoom(room('a', { role: null }))(mine)).toBe(mine);
});

test('the end of a membership takes away private rooms only', () => {
  const both = setRoom(room('b', { isPrivate: true }))(setRoom(room('a', { unread: 3 }))(emptyDirectory));
  const ended = endMembership('b')(endMembership('a')(both));
  expect(ended.rooms).toMatchObject([{ id: 'a', role: null, unread: 0 }]);
});

test('the link tells the number of unread messages', () => {
  expect(linkName(room('general'))).toBe('general');
  expect(linkName(room('general', { unread: 3 }))).toBe('general, 3 unread');
});

test('unread stops counting at a hundred', () => {
  const full = setUnread('a', 100)(setRoom(room('a'))(emptyDirectory));
  expect(addUnread('a')(full).rooms[0]!.unread).toBe(100);
});

test('the newest invitation comes first, and goes when its room is entered', () => {
  const two = addInvitation(invitation('2', 'b'))(addInvitation(invitation('1', 'a'))(emptyDirectory));
  expect(two.invitations.map((one) => one.id)).toEqual(['2', '1']);
  expect(dropInvitationsTo('b')(two).invitations.map((one) => one.id)).toEqual(['1']);
});

test('a change during a fetch is not undone by what it brings', async () => {
  let shown: readonly string[] = [];
  const live = new LiveSnapshot<readonly string[]>([], (value) => (shown = value));
  let answer: (value: readonly string[]) => void = () => undefined;
  const fetching = live.refresh(() => new Promise((resolve) => (answer = resolve)));
  live.apply((list) => [...list, 'live']);
  answer(['old']);
  await fetching;
  expect(shown).toEqual(['old', 'live']);
});

test('of two fetches the one begun last counts', async () => {
  let shown: readonly string[] = [];
  const live = new LiveSnapshot<readonly string[]>([], (value) => (shown = value));
  const answers: ((value: readonly string[]) => void)[] = [];
  const ask = () => new Promise<readonly string[]>((resolve) => answers.push(resolve));
  const both = [live.refresh(ask), live.refresh(ask)];
  answers[1]!(['second']);
  answers[0]!(['first']);
  await Promise.all(both);
  expect(shown).toEqual(['second']);
});
