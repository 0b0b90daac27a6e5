import { expect, test } from 'vitest';
import { cleanContent, lengthOf } from '../src/messages/content';
import { dayKey, dayName } from '../src/messages/dayMarks';
import { place } from '../src/messages/groups';
import { checkName, checkPassword } from '../src/session/rules';
import { hueOf, initialOf } from '../src/ui/avatarLook';
import { connectionText } from '../src/ui/connectionText';
import { roomIdOf } from '../src/ui/router';

const noon = new Date(2026, 5, 15, 12);
const daysBefore = (days: number, hour = 12) => new Date(2026, 5, 15 - days, hour).toISOString();

test('days are called by their nearness', () => {
  expect(dayName(daysBefore(0, 0), noon, 'en')).toBe('Today');
  expect(dayName(daysBefore(1, 23), noon, 'en')).toBe('Yesterday');
  expect(dayName(daysBefore(2), noon, 'en')).toBe('Saturday, June 13');
  expect(dayName(daysBefore(366), noon, 'en')).toBe('Saturday, June 14, 2025');
});

test('a day ends at midnight of the reader', () => {
  expect(dayKey(daysBefore(0, 0))).toBe(dayKey(daysBefore(0, 23)));
  expect(dayKey(daysBefore(1, 23))).not.toBe(dayKey(daysBefore(0, 0)));
});

test('messages of one author stand together for five minutes, on one day', () => {
  const at = (userId: string, minutes: number) => ({ userId, timestamp: new Date(noon.getTime() + minutes * 60_000).toISOString() });
  expect(place(at('a', 0), undefined)).toEqual({ startsDay: true, startsGroup: true });
  expect(place(at('a', 5), at('a', 0))).toEqual({ startsDay: false, startsGroup: false });
  expect(place(at('a', 6), at('a', 0))).toEqual({ startsDay: false, startsGroup: true });
  expect(place(at('b', 1), at('a', 0))).toEqual({ startsDay: false, startsGroup: true });
  expect(place(at('a', 24 * 60), at('a', 24 * 60 - 1440))).toEqual({ startsDay: true, startsGroup: true });
});

test('content goes out as typed, but without what no server takes', () => {
  expect(cleanContent('  a\tb\n<b>é😀</b>  ')).toBe('  a\tb\n<b>é😀</b>  ');
  expect(cleanContent('a\u0000b\u001bc\u0085d\ud800e')).toBe('abcde');
});

test('lengths are counted in code points', () => {
  expect(lengthOf('a😀é')).toBe(3);
});

test('names and passwords are checked as the server does', () => {
  expect(checkName('   ')).not.toBeNull();
  expect(checkName('😀'.repeat(32))).toBeNull();
  expect(checkName('😀'.repeat(33))).not.toBeNull();
  expect(checkName('a\u200bb')).not.toBeNull();
  expect(checkPassword('short', true)).not.toBeNull();
  expect(checkPassword('short', false)).toBeNull();
  expect(checkPassword('x'.repeat(129), true)).not.toBeNull();
});

test('a user keeps one colour, and the first letter as it is seen', () => {
  expect(hueOf('abc')).toBe(hueOf('abc'));
  expect(initialOf(' élan')).toBe('É');
  expect(initialOf('👩‍👩‍👧 family')).toBe('👩‍👩‍👧');
  expect(initialOf('')).toBe('?');
});

test('the connection is told in one of three words', () => {
  expect(connectionText('connected')).toBe('Connected');
  expect(connectionText('offline')).toBe('Offline');
  for (const state of ['connecting', 'reconnecting', 'closed'] as const) expect(connectionText(state)).toBe('Reconnecting');
});

test('only addresses of rooms open a room', () => {
  expect(roomIdOf('/rooms/a-B_9')).toBe('a-B_9');
  for (const path of ['/', '/rooms/', '/rooms/a/b', '/rooms/a%2Fb', `/rooms/${'x'.repeat(65)}`]) expect(roomIdOf(path)).toBeNull();
});
