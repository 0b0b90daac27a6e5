// @vitest-environment jsdom
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionStore } from '../src/session/sessionStore';
import { isFresh, withLife } from '../src/session/tokenLife';

const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_');

/** A server of one user whose refresh tokens may be used once. */
class Server {
  life = 900;
  alive = true;
  reachable = true;
  refreshes = 0;
  #refreshToken = '';
  #count = 0;

  session() {
    const iat = Math.floor(Date.now() / 1000);
    this.#refreshToken = `refresh-${++this.#count}`;
    return {
      userId: 'u',
      userName: 'Ann',
      accessToken: `h.${encode({ iat, exp: iat + this.life, n: this.#count })}.s`,
      refreshToken: this.#refreshToken,
      expiresAt: new Date((iat + this.life) * 1000).toISOString(),
    };
  }

  fetch = async (path: string | URL | Request, init?: RequestInit): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!this.reachable) throw new TypeError('Failed to fetch');
    const body = JSON.parse(String(init?.body)) as { refreshToken?: string };
    if (path === '/api/auth/logout') {
      this.alive = false;
      return new Response(null, { status: 204 });
    }
    if (path === '/api/auth/refresh') {
      this.refreshes++;
      if (body.refreshToken !== this.#refreshToken) this.alive = false;
    } else {
      this.alive = true;
    }
    return this.alive ? Response.json(this.session()) : Response.json({ title: 'Unauthorized' }, { status: 401 });
  };
}

let server: Server;
let tabs: SessionStore[];
const tab = () => {
  const store = new SessionStore();
  tabs.push(store);
  return store;
};
const status = (store: SessionStore, wanted: string) =>
  vi.waitFor(() => expect(store.get().status).toBe(wanted), { timeout: 3000 });

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  server = new Server();
  tabs = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(server.fetch);
});
afterEach(() => {
  for (const store of tabs) store.close();
});

test('a new tab finds the sign-in of another', async () => {
  const first = tab();
  await first.signIn('Ann', 'password');
  await status(tab(), 'signed-in');
});

test('without a sign-in one is signed out', async () => {
  await status(tab(), 'signed-out');
});

test('tabs that need a token at the same time use each refresh token once', async () => {
  await tab().signIn('Ann', 'password');
  const others = [tab(), tab(), tab()];
  for (const other of others) await status(other, 'signed-in');
  const rejected = (await others[0]!.token())!;
  const tokens = await Promise.all([...tabs, ...tabs].map((store) => store.token(rejected)));
  expect(new Set(tokens).size).toBe(1);
  expect(server.refreshes).toBe(1);
  expect(server.alive).toBe(true);
});

test('a token is renewed by itself before it ends', async () => {
  server.life = 3;
  const store = tab();
  await store.signIn('Ann', 'password');
  const renewed = new Promise<string>((resolve) => {
    store.onToken(resolve);
  });
  const before = await store.token();
  expect(await renewed).not.toBe(before);
  expect(server.alive).toBe(true);
});

test('a refused refresh token ends the sign-in, in all tabs', async () => {
  const first = tab();
  await first.signIn('Ann', 'password');
  const second = tab();
  await status(second, 'signed-in');
  server.alive = false;
  expect(await first.token((await first.token())!)).toBeNull();
  await status(first, 'signed-out');
  await status(second, 'signed-out');
});

test('a server that cannot be reached does not end the sign-in', async () => {
  const store = tab();
  await store.signIn('Ann', 'password');
  server.reachable = false;
  await expect(store.token((await store.token())!)).rejects.toThrow();
  expect(store.get().status).toBe('signed-in');
});

test('signing out ends the sign-in here, there and at the server', async () => {
  const first = tab();
  await first.signIn('Ann', 'password');
  const second = tab();
  await status(second, 'signed-in');
  await first.signOut();
  expect(first.get().status).toBe('signed-out');
  await status(second, 'signed-out');
  expect(server.alive).toBe(false);
});

test('the life of a token is counted by our own clock when it differs from the server', () => {
  const now = 1_000_000_000_000;
  const server = now + 3_600_000;
  const iat = server / 1000;
  const session = withLife(
    {
      userId: 'u',
      userName: 'Ann',
      accessToken: `h.${encode({ iat, exp: iat + 900 })}.s`,
      refreshToken: 'r',
      expiresAt: new Date(server + 900_000).toISOString(),
    },
    now,
  );
  expect(session.endsAt).toBe(now + 900_000);
  expect(isFresh(session, now + 800_000)).toBe(true);
  expect(isFresh(session, now + 850_000)).toBe(false);
});
