// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionDatabase, StoredSession } from '../src/session/database';
import { createRenewer, type RenewalAnswer } from '../src/session/renewer';

const session: StoredSession = {
  userId: 'u',
  userName: 'Ann',
  accessToken: 'page',
  refreshToken: 'r',
  expiresAt: new Date(Date.now() + 900_000).toISOString(),
  endsAt: Date.now() + 900_000,
  lifeMs: 900_000,
};
const database: SessionDatabase = {
  read: async () => session,
  write: async () => undefined,
  tryLease: async () => true,
  endLease: async () => undefined,
};

/** A browser whose service worker gives these answers to a request. */
function browserWith(answers: RenewalAnswer[] | undefined) {
  const asked: unknown[] = [];
  const active = {
    postMessage(request: unknown, [port]: MessagePort[]) {
      asked.push(request);
      for (const answer of answers ?? []) port!.postMessage(answer);
    },
  };
  vi.stubGlobal('navigator', {
    serviceWorker: {
      getRegistration: async () => (answers ? { active } : undefined),
      register: async () => Promise.reject(new Error('no')),
    },
  });
  return asked;
}

async function renewer() {
  const renew = createRenewer('/renewal.js');
  await Promise.resolve();
  await Promise.resolve();
  return renew;
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('without a worker the page renews', async () => {
  browserWith(undefined);
  expect((await (await renewer())(database)).session?.accessToken).toBe('page');
});

test('where there are no workers at all the page renews', async () => {
  vi.stubGlobal('navigator', {});
  expect((await (await renewer())(database)).session?.accessToken).toBe('page');
});

test('the worker renews, and has told the other tabs', async () => {
  const renewed = { ...session, accessToken: 'worker' };
  const asked = browserWith([{ type: 'begun' }, { type: 'done', session: renewed }]);
  expect(await (await renewer())(database, 'bad')).toEqual({ session: renewed, changed: false });
  expect(asked).toEqual([{ rejected: 'bad' }]);
  expect(vi.getTimerCount()).toBe(1); // the one that installs
});

test('the end of the sign-in is told', async () => {
  browserWith([{ type: 'begun' }, { type: 'done', session: null }]);
  expect((await (await renewer())(database)).session).toBeNull();
});

test('a server that the worker cannot reach is an error with its waiting time', async () => {
  browserWith([{ type: 'begun' }, { type: 'failed', retryAfter: 7 }]);
  await expect((await renewer())(database)).rejects.toMatchObject({ status: 0, retryAfter: 7 });
});

test.each([
  ['does not begin', [], 2000],
  ['begins and is killed', [{ type: 'begun' }], 47_000],
] as const)('for a worker that %s the page renews', async (_, answers, wait) => {
  browserWith([...answers]);
  const renewing = (await renewer())(database);
  // A message channel delivers outside the faked timers.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await vi.advanceTimersByTimeAsync(wait);
  expect((await renewing).session?.accessToken).toBe('page');
});
