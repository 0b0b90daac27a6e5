// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Composer } from '../src/messages/Composer';
import { MessageItem } from '../src/messages/MessageItem';
import type { ChatRoom, RoomMessage } from '../src/realtime';
import { SessionContext } from '../src/session/SessionContext';
import { SessionStore } from '../src/session/sessionStore';
import { SignInPage } from '../src/session/SignInPage';

beforeEach(() => {
  vi.stubGlobal('CSS', { supports: () => true });
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('Composer', () => {
  const room = () => ({ sendMessage: vi.fn(), startTyping: vi.fn(), stopTyping: vi.fn() });
  const show = (actions: ReturnType<typeof room>, draftKey: string) => {
    render(<Composer draftKey={draftKey} roomName="general" room={actions as unknown as ChatRoom} />);
    return screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
  };
  const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

  test('Enter sends and empties the field, which keeps the focus', () => {
    const actions = room();
    const field = show(actions, 'a');
    type(field, 'hello');
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(actions.sendMessage).toHaveBeenCalledExactlyOnceWith('hello');
    expect(field.value).toBe('');
    expect(document.activeElement).toBe(field);
  });

  test('Shift and Enter, and the Enter of an input method, do not send', () => {
    const actions = room();
    const field = show(actions, 'b');
    type(field, 'hello');
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    expect(actions.sendMessage).not.toHaveBeenCalled();
  });

  test('nothing but white space is not sent', () => {
    const actions = room();
    const field = show(actions, 'c');
    type(field, ' \n ');
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(actions.sendMessage).not.toHaveBeenCalled();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(true);
  });

  test('typing is told while there is text, and ended when it is gone or the field is left', () => {
    const actions = room();
    const field = show(actions, 'd');
    type(field, 'x');
    expect(actions.startTyping).toHaveBeenCalledTimes(1);
    type(field, '');
    expect(actions.stopTyping).toHaveBeenCalledTimes(1);
    fireEvent.blur(field);
    expect(actions.stopTyping).toHaveBeenCalledTimes(2);
  });

  test('a draft is still there when one comes back', () => {
    type(show(room(), 'e'), 'half a thou');
    cleanup();
    expect(show(room(), 'e').value).toBe('half a thou');
  });
});

describe('MessageItem', () => {
  const message: RoomMessage = {
    id: 'm1',
    key: 'm1',
    roomId: 'r',
    userId: 'u',
    userName: 'Ann',
    content: '<img src=x onerror=alert(1)>\nsecond',
    timestamp: '2026-01-01T12:00:00.000Z',
    clientId: 'c1',
    status: 'sent',
  };
  const show = (more: Partial<RoomMessage>) => {
    const actions = { onRetry: vi.fn(), onDiscard: vi.fn() };
    render(<MessageItem message={{ ...message, ...more }} own={false} startsGroup={false} {...actions} />);
    return actions;
  };

  test('what users type is text', () => {
    show({});
    const article = screen.getByRole('article');
    expect(article.textContent).toContain(message.content);
    expect(article.querySelector('img')).toBeNull();
  });

  test('an article has author and time also inside a group', () => {
    show({});
    expect(screen.getByRole('article').textContent).toContain('Ann');
    expect(screen.getByRole('article').querySelector('time')?.dateTime).toBe(message.timestamp);
  });

  test('on its way it says so', () => {
    show({ status: 'sending' });
    expect(screen.getByText('Sending')).toBeTruthy();
  });

  test('not sent it says why and can be sent again or given up', () => {
    const actions = show({ status: 'failed', error: 'Message is too long' });
    expect(screen.getByText('Not sent')).toBeTruthy();
    expect(screen.getByText('Message is too long')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Retry/ }));
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(actions.onRetry).toHaveBeenCalledExactlyOnceWith('c1');
    expect(actions.onDiscard).toHaveBeenCalledExactlyOnceWith('c1');
  });
});

describe('SignInPage', () => {
  const show = (status: number, headers: Record<string, string> = {}) => {
    vi.stubGlobal('fetch', async () => Response.json({ title: 'No' }, { status, headers }));
    const store = new SessionStore(
      Promise.resolve({
        read: async () => null,
        write: async () => undefined,
        tryLease: async () => true,
        endLease: async () => undefined,
      }),
    );
    render(
      <SessionContext value={store}>
        <SignInPage />
      </SessionContext>,
    );
    return store;
  };
  const press = async (button: string, name = 'Ann', password = 'long enough') => {
    fireEvent.change(screen.getByRole('textbox', { name: 'Name' }), { target: { value: name } });
    fireEvent.change(screen.getByLabelText('Password'), { target: { value: password } });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: button })));
    return (await screen.findByRole('alert')).textContent;
  };

  test.each([
    ['Sign in', 401, {}, 'The name or the password is wrong.'],
    ['Sign in', 429, { 'Retry-After': '7' }, 'Too many attempts. Try again in 7 seconds.'],
    ['Create account', 409, {}, 'This name is taken. Choose another one.'],
  ])('%s refused with %i is said in words', async (button, status, headers, text) => {
    const store = show(status, headers as Record<string, string>);
    expect(await press(button)).toBe(text);
    store.close();
  });

  test('what cannot be right is not asked', async () => {
    const store = show(500);
    expect(await press('Create account', 'Ann', 'short')).toBe('The password needs at least 8 characters.');
    expect(await press('Sign in', ' ')).toBe('Enter your name.');
    store.close();
  });
});
