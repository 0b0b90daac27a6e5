import { describe, expect, test } from 'vitest';
import { mergeMessages, overlaps } from '../src/realtime/timeline';
import type { ChatMessage } from '../src/realtime/types';

const at = (id: string, second: number): ChatMessage => ({
  id,
  roomId: 'r',
  userId: 'u',
  userName: 'U',
  content: id,
  timestamp: new Date(1_700_000_000_000 + second * 1000).toISOString(),
});
const ids = (messages: readonly ChatMessage[]) => messages.map((message) => message.id).join('');

describe('mergeMessages', () => {
  test('adds a live message at the end', () => {
    expect(ids(mergeMessages([at('a', 1), at('b', 2)], [at('c', 3)]))).toBe('abc');
  });

  test('keeps the very list when nothing is new', () => {
    const known = [at('a', 1), at('b', 2)];
    expect(mergeMessages(known, [at('b', 2)])).toBe(known);
  });

  test('shows a message once that is in the history and came live', () => {
    const known = [at('b', 2), at('c', 3)];
    expect(ids(mergeMessages(known, [at('a', 1), at('b', 2), at('c', 3), at('d', 4)]))).toBe('abcd');
  });

  test('puts a message where its time belongs, whenever it comes', () => {
    expect(ids(mergeMessages([at('a', 1), at('c', 3)], [at('b', 2)]))).toBe('abc');
    expect(ids(mergeMessages([at('c', 3), at('d', 4)], [at('a', 1), at('b', 2)]))).toBe('abcd');
  });

  test('fills a hole between known messages', () => {
    const known = [at('a', 1), at('d', 4)];
    expect(ids(mergeMessages(known, [at('a', 1), at('b', 2), at('c', 3), at('d', 4)]))).toBe('abcd');
  });

  test('takes a list once that repeats itself', () => {
    expect(ids(mergeMessages([], [at('a', 1), at('a', 1)]))).toBe('a');
  });

  test('any two overlapping windows of one history give the whole back', () => {
    const whole = Array.from({ length: 26 }, (_, index) => at(String.fromCharCode(97 + index), index));
    for (let start = 1; start < 20; start++) {
      for (let end = start; end < 26; end++) {
        expect(ids(mergeMessages(whole.slice(0, end), whole.slice(start - 1)))).toBe(ids(whole));
        expect(ids(mergeMessages(whole.slice(start - 1), whole.slice(0, end)))).toBe(ids(whole));
      }
    }
  });
});

test('overlaps tells whether the lists share a message', () => {
  expect(overlaps([at('a', 1)], [at('a', 1), at('b', 2)])).toBe(true);
  expect(overlaps([at('a', 1)], [at('b', 2)])).toBe(false);
});
