// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ChatProvider,
  useChatRoom,
  useConnectionState,
  useEvent,
  usePresence,
  type ChatClientOptions,
} from '../src/realtime';
import { FakeSocket } from './support/fakeSocket';
import { noHttp } from './support/http';
import { archive, messageAt, messagesFrom } from './support/messages';

const sockets: FakeSocket[] = [];
vi.mock('socket.io-client', () => ({
  io: (_url: string, options: { auth: (give: (auth: object) => void) => void }) => {
    const socket = new FakeSocket();
    sockets.push(socket);
    options.auth((auth) => Object.assign(socket, { auth }));
    return socket;
  },
}));

let tokens: { current: string | null; rejected: (string | undefined)[]; renew: (token: string) => void };

/** The socket of the provider that is in use: under StrictMode a second one is made and thrown away. */
const socket = () => sockets.find((one) => one.listenerCount > 0)!;

function wrapper({ children }: { children: ReactNode }) {
  const options: ChatClientOptions = {
    self: { userId: 'me', userName: 'Me' },
    tokens: {
      get: async (rejected) => {
        tokens.rejected.push(rejected);
        return tokens.current;
      },
      subscribe: (listener) => {
        tokens.renew = listener;
        return () => (tokens.renew = () => undefined);
      },
    },
    loadMessages: archive(0).load,
    http: noHttp,
  };
  return (
    <StrictMode>
      <ChatProvider options={options}>{children}</ChatProvider>
    </StrictMode>
  );
}

const settle = (ms = 0) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
  tokens = { current: 't1', rejected: [], renew: () => undefined };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function joinedRoom(history = messagesFrom(0, 2)) {
  const hook = renderHook(({ roomId }) => useChatRoom(roomId), { wrapper, initialProps: { roomId: 'r' } });
  await settle();
  act(() => socket().accept());
  expect(socket().count('join_room')).toBe(1);
  act(() => {
    socket().serverEmits('room_history', { roomId: 'r', messages: history });
    socket().take('join_room').ack!({ ok: true });
  });
  return hook;
}
const texts = (hook: { result: { current: ReturnType<typeof useChatRoom> } }) =>
  hook.result.current.messages.map((message) => message.content);

test('a room is joined once, also under StrictMode, and shows its history', async () => {
  const hook = await joinedRoom();
  expect(hook.result.current.status).toBe('joined');
  expect(texts(hook)).toEqual(['text 0', 'text 1']);
});

test('messages of other rooms do not show, and an extra argument is ignored', async () => {
  const hook = await joinedRoom();
  act(() => {
    socket().serverEmits('message', messageAt(2), 'offset-1');
    socket().serverEmits('message', messageAt(3, { roomId: 'other' }), 'offset-2');
  });
  expect(texts(hook)).toEqual(['text 0', 'text 1', 'text 2']);
});

test('changing the room leaves the one and joins the other', async () => {
  const hook = await joinedRoom();
  hook.rerender({ roomId: 's' });
  await settle();
  expect(socket().take('join_room').args).toEqual(['s']);
  expect(socket().take('leave_room').args).toEqual(['r']);
});

test('after a break the room is joined anew and everything unanswered goes out again under its id', async () => {
  const hook = await joinedRoom();
  act(() => hook.result.current.sendMessage('lost'));
  const first = socket().take('message').args[0] as { clientId: string };
  act(() => socket().drop());
  act(() => hook.result.current.sendMessage('while away'));
  expect(socket().count('message')).toBe(0);
  await settle(1000);
  act(() => socket().accept({ recovered: true }));
  expect(socket().count('message')).toBe(0);
  act(() => socket().take('join_room').ack!({ ok: true }));
  const again = socket().take('message');
  expect(again.args[0]).toEqual(first);
  expect(socket().take('message').args[0]).toMatchObject({ content: 'while away' });
  act(() => again.ack!(messageAt(5, { userId: 'me', content: 'lost', clientId: first.clientId })));
  expect(hook.result.current.messages.map((message) => message.status)).toEqual(['sent', 'sent', 'sent', 'sending']);
});

test('a refused room shows its reason, and is not joined again by a new connection', async () => {
  const hook = renderHook(() => useChatRoom('r'), { wrapper });
  await settle();
  act(() => socket().accept());
  act(() => socket().take('join_room').ack!({ error: 'Access denied' }));
  expect(hook.result.current).toMatchObject({ status: 'refused', error: 'Access denied' });
  act(() => socket().drop());
  await settle(1000);
  act(() => socket().accept());
  expect(socket().count('join_room')).toBe(0);
  act(() => hook.result.current.rejoin());
  expect(socket().count('join_room')).toBe(1);
});

test('who is removed loses the room', async () => {
  const hook = await joinedRoom();
  act(() => socket().serverEmits('removed', { roomId: 'r' }));
  expect(hook.result.current).toMatchObject({ status: 'refused', messages: [] });
});

test('typing is told while the room is joined, and never later', async () => {
  const hook = await joinedRoom();
  act(() => hook.result.current.startTyping());
  expect(socket().take('typing_start').args).toEqual(['r']);
  act(() => socket().drop());
  act(() => hook.result.current.stopTyping());
  expect(socket().count('typing_stop')).toBe(0);
});

test('connects again for ever, whoever ended the connection, with a fresh token', async () => {
  const hook = renderHook(() => useConnectionState(), { wrapper });
  await settle();
  expect(hook.result.current).toBe('connecting');
  act(() => socket().accept());
  expect(hook.result.current).toBe('connected');
  for (const reason of ['io server disconnect', 'transport close', 'ping timeout']) {
    const { attempts } = socket();
    act(() => socket().drop(reason));
    expect(hook.result.current).toBe('reconnecting');
    await settle(6000);
    expect(socket().attempts).toBeGreaterThan(attempts);
    act(() => socket().accept());
  }
  act(() => socket().drop());
  for (let attempt = 0; attempt < 40; attempt++) {
    const { attempts } = socket();
    await settle(6000);
    expect(socket().attempts).toBeGreaterThan(attempts);
    act(() => socket().refuse('websocket error'));
  }
});

test('a token that the server refuses is not shown to it again', async () => {
  renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => socket().refuse('unauthorized'));
  tokens.current = 't2';
  await settle(1000);
  expect(tokens.rejected.at(-1)).toBe('t1');
  expect(socket().attempts).toBe(2);
});

test('when the sign-in has ended it stops', async () => {
  const hook = renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => socket().accept());
  tokens.current = null;
  act(() => socket().drop('io server disconnect'));
  const { attempts } = socket();
  await settle(60_000);
  expect(socket().attempts).toBe(attempts);
  expect(hook.result.current).toBe('closed');
});

test('a renewed token is told on the living connection', async () => {
  renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => socket().accept());
  act(() => tokens.renew('t2'));
  expect(socket().take('refresh').args).toEqual([{ token: 't2' }]);
});

test('a token that was renewed while the connection came up is told as soon as it is up', async () => {
  renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => tokens.renew('t2'));
  expect(socket().count('refresh')).toBe(0);
  act(() => socket().accept());
  expect(socket().take('refresh').args).toEqual([{ token: 't2' }]);
});

test('a renewed token that is refused leads to a new connection', async () => {
  renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => socket().accept());
  act(() => tokens.renew('t2'));
  const { attempts } = socket();
  act(() => socket().take('refresh').ack!({ error: 'unauthorized' }));
  await settle(1000);
  expect(tokens.rejected.at(-1)).toBe('t2');
  expect(socket().attempts).toBe(attempts + 1);
});

test('without a network it waits, and comes back by itself', async () => {
  const hook = renderHook(() => useConnectionState(), { wrapper });
  await settle();
  act(() => socket().accept());
  act(() => void window.dispatchEvent(new Event('offline')));
  expect(hook.result.current).toBe('offline');
  expect(socket().connected).toBe(false);
  const { attempts } = socket();
  await settle(60_000);
  expect(socket().attempts).toBe(attempts);
  act(() => void window.dispatchEvent(new Event('online')));
  await settle();
  expect(socket().attempts).toBe(attempts + 1);
  act(() => socket().accept());
  expect(hook.result.current).toBe('connected');
});

test('an event reaches the newest handler, and only its own listener is removed', async () => {
  const seen: string[] = [];
  const hook = renderHook(
    ({ name }) => {
      useEvent<string>('news', (text) => seen.push(`${name}: ${text}`));
      useConnectionState();
    },
    { wrapper, initialProps: { name: 'a' } },
  );
  const other = vi.fn();
  socket().onAny(other);
  const before = socket().listenerCount;
  hook.rerender({ name: 'b' });
  expect(socket().listenerCount).toBe(before);
  act(() => socket().serverEmits('news', 'one'));
  expect(seen).toEqual(['b: one']);
  const used = socket();
  hook.unmount();
  expect(used.listenerCount).toBe(1);
  used.serverEmits('news', 'two');
  expect(other).toHaveBeenCalledTimes(2);
  expect(seen).toHaveLength(1);
});

test('presence begins anew in another room and after a break', async () => {
  const hook = renderHook(({ scope }) => usePresence(scope), { wrapper, initialProps: { scope: 'r' } });
  await settle();
  act(() => socket().accept());
  act(() => socket().serverEmits('presence', { userId: 'you', userName: 'You', online: true }, 'offset'));
  expect(hook.result.current.get('you')).toBe(true);
  hook.rerender({ scope: 's' });
  expect(hook.result.current.size).toBe(0);
  act(() => socket().serverEmits('presence', { userId: 'you', userName: 'You', online: false }));
  expect(hook.result.current.get('you')).toBe(false);
  act(() => socket().drop());
  expect(hook.result.current.size).toBe(0);
});

test('a thousand mounted and unmounted leave no timer and no listener', async () => {
  for (let round = 0; round < 1000; round++) {
    sockets.length = 0;
    const hook = renderHook(() => useChatRoom('r'), { wrapper });
    await act(() => vi.advanceTimersByTimeAsync(0));
    const used = socket();
    act(() => used.accept());
    act(() => hook.result.current.sendMessage('on its way'));
    hook.unmount();
    vi.advanceTimersByTime(0);
    expect(sockets.every((one) => one.listenerCount === 0)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  }
}, 120_000);
