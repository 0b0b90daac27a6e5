import type { SessionDatabase } from './database';

const LockName = 'fanfare-chat-session';
/** A tab that was closed while it had the lease frees it by this. */
const LeaseMs = 4000;
/** How often a tab at work prolongs its lease. Timers of hidden tabs come once a second. */
const ProlongMs = 1000;
const PollMs = 60;

/** Runs `work` while no other tab of this origin runs any under the same lock. */
export async function withSessionLock<T>(database: SessionDatabase, work: () => Promise<T>): Promise<T> {
  // Web Locks exist in secure contexts only; over plain HTTP on a LAN address a lease in the database stands in.
  if (typeof navigator.locks?.request === 'function') {
    return (await navigator.locks.request(LockName, work)) as T;
  }
  const owner = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('');
  while (!(await database.tryLease(owner, Date.now(), Date.now() + LeaseMs))) {
    await new Promise((resolve) => setTimeout(resolve, PollMs * (0.5 + Math.random())));
  }
  const prolonging = setInterval(() => void database.tryLease(owner, Date.now(), Date.now() + LeaseMs), ProlongMs);
  try {
    return await work();
  } finally {
    clearInterval(prolonging);
    await database.endLease(owner);
  }
}
