import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { typingText } from '../src/messages/typingText';
import { TypingSignal, TypingUsers } from '../src/realtime/typing';
import type { TypingUser } from '../src/realtime/types';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('the text names one or two, and counts no further', () => {
  expect(typingText([])).toBe('');
  expect(typingText(['Ann'])).toBe('Ann is typing');
  expect(typingText(['Ann', 'Bo'])).toBe('Ann and Bo are typing');
  expect(typingText(['Ann', 'Bo', 'Cy'])).toBe('Several people are typing');
});

describe('TypingSignal', () => {
  test('says so at once, then again only now and then', () => {
    const sent: string[] = [];
    const signal = new TypingSignal((event) => sent.push(event), 2500);
    for (let key = 0; key < 60; key++) {
      signal.start();
      vi.advanceTimersByTime(100);
    }
    expect(sent).toEqual(['typing_start', 'typing_start', 'typing_start']);
  });

  test('ends the mark once, and only while it stands', () => {
    const sent: string[] = [];
    const signal = new TypingSignal((event) => sent.push(event));
    signal.stop();
    signal.start();
    signal.stop();
    signal.stop();
    signal.start();
    vi.advanceTimersByTime(5001);
    signal.stop();
    expect(sent).toEqual(['typing_start', 'typing_stop', 'typing_start']);
  });

  test('after a sent message the next key starts a new mark', () => {
    const sent: string[] = [];
    const signal = new TypingSignal((event) => sent.push(event));
    signal.start();
    signal.reset();
    signal.start();
    expect(sent).toEqual(['typing_start', 'typing_start']);
  });
});

describe('TypingUsers', () => {
  test('lists each user once, in the order of starting', () => {
    let shown: readonly TypingUser[] = [];
    const users = new TypingUsers((next) => (shown = next));
    users.started({ userId: '1', userName: 'Ann' });
    users.started({ userId: '2', userName: 'Bo' });
    users.started({ userId: '1', userName: 'Ann' });
    expect(shown.map((user) => user.userName)).toEqual(['Ann', 'Bo']);
    users.stopped('1');
    expect(shown.map((user) => user.userName)).toEqual(['Bo']);
  });

  test('a mark whose end was missed dies by itself', () => {
    let shown: readonly TypingUser[] = [];
    const users = new TypingUsers((next) => (shown = next), 6500);
    users.started({ userId: '1', userName: 'Ann' });
    vi.advanceTimersByTime(6500);
    expect(shown).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
