import { ApiError } from '../api/http';
import type { SessionDatabase, StoredSession } from './database';
import { renew, type Renewal } from './renewal';

export interface RenewalRequest {
  readonly rejected?: string;
}

export type RenewalAnswer =
  | { readonly type: 'begun' }
  | { readonly type: 'done'; readonly session: StoredSession | null }
  | { readonly type: 'failed'; readonly retryAfter?: number };

export type Renew = (database: SessionDatabase, rejected?: string) => Promise<Renewal>;

/** A worker that has not begun by then is not waited for; should it begin later, the lock keeps the two apart. */
const BeginMs = 2000;
/** Longer than a refresh may take: a worker that was killed meanwhile does not answer any more. */
const EndMs = 45_000;
/** Installing the worker is not urgent; what the page itself needs comes first. */
const InstallAfterMs = 3000;
const Scope = '/renewal/';

/** Renews by the service worker where there is one, else in the page. */
export function createRenewer(script: string): Renew {
  let registration: ServiceWorkerRegistration | undefined;
  // Workers exist in secure contexts only, and not in all private windows: then the page renews.
  const workers: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  workers
    ?.getRegistration(Scope)
    .then((found) => (registration ??= found))
    .catch(() => undefined);
  const install = async () => {
    registration = await workers?.register(script, { type: 'module', scope: Scope });
  };
  setTimeout(() => void install().catch(() => undefined), InstallAfterMs);

  return async (database, rejected) => {
    const worker = registration?.active;
    const answer = worker ? await ask(worker, rejected) : null;
    if (answer === null) return renew(database, rejected);
    if (answer.type === 'failed') throw new ApiError(0, 'The server cannot be reached.', {}, answer.retryAfter);
    // The worker has told the other tabs itself.
    return { session: answer.session, changed: false };
  };
}

/** `null`: the worker does not begin. */
function ask(worker: ServiceWorker, rejected?: string): Promise<Exclude<RenewalAnswer, { type: 'begun' }> | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const finish = (answer: Exclude<RenewalAnswer, { type: 'begun' }> | null) => {
      clearTimeout(timer);
      port1.close();
      resolve(answer);
    };
    let timer = setTimeout(() => finish(null), BeginMs);
    port1.onmessage = ({ data }: MessageEvent<RenewalAnswer>) => {
      if (data.type !== 'begun') return finish(data);
      clearTimeout(timer);
      timer = setTimeout(() => finish(null), EndMs);
    };
    worker.postMessage({ ...(rejected === undefined ? {} : { rejected }) } satisfies RenewalRequest, [port2]);
  });
}
