import { refresh } from '../api/auth';
import { ApiError } from '../api/http';
import type { SessionDatabase, StoredSession } from './database';
import { withSessionLock } from './lock';
import { isFresh, withLife } from './tokenLife';

export const ChannelName = 'fanfare-chat-session';

export interface Renewal {
  /** What the database holds now; `null`: the sign-in has ended. */
  readonly session: StoredSession | null;
  /** Whether that is news to the other tabs. */
  readonly changed: boolean;
}

/**
 * Sees to it that the database holds a fresh token other than `rejected`, one tab at a time: whoever comes second finds
 * what the first one wrote. Throws when the server cannot be asked just now.
 */
export function renew(database: SessionDatabase, rejected?: string): Promise<Renewal> {
  return withSessionLock(database, async () => {
    const stored = await database.read();
    if (!stored || (stored.accessToken !== rejected && isFresh(stored, Date.now()))) {
      return { session: stored, changed: false };
    }
    const session = await exchange(stored.refreshToken);
    await database.write(session);
    return { session, changed: true };
  });
}

async function exchange(refreshToken: string): Promise<StoredSession | null> {
  try {
    return withLife(await refresh(refreshToken), Date.now());
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 400)) return null;
    throw error;
  }
}
