import { ApiError } from '../api/http';
import { openDatabase } from './database';
import { ChannelName, renew } from './renewal';
import type { RenewalAnswer, RenewalRequest } from './renewer';

/**
 * A service worker that does one thing: renew tokens. A page that is reloaded or closed while the server answers loses
 * the answer, and with it the sign-in, since the token it showed is used up. A worker outlives the page. It controls no
 * page and intercepts no request.
 */

interface ExtendableMessageEvent extends MessageEvent<RenewalRequest> {
  waitUntil(work: Promise<unknown>): void;
}

const scope = self as unknown as {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'message', listener: (event: ExtendableMessageEvent) => void): void;
};

scope.addEventListener('install', () => void scope.skipWaiting());

scope.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (!port) return;
  const say = (answer: RenewalAnswer) => port.postMessage(answer);
  say({ type: 'begun' });
  event.waitUntil(work(event.data.rejected).then(say));
});

async function work(rejected: string | undefined): Promise<RenewalAnswer> {
  try {
    const { session, changed } = await renew(await openDatabase(), rejected);
    if (changed) {
      const channel = new BroadcastChannel(ChannelName);
      channel.postMessage('changed');
      channel.close();
    }
    return { type: 'done', session };
  } catch (error) {
    const retryAfter = error instanceof ApiError ? error.retryAfter : undefined;
    return { type: 'failed', ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
}
