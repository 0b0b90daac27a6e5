import type { SessionAnswer } from '../api/auth';
import type { StoredSession } from './database';

/** Clocks that differ by less than this are taken to agree. */
const AgreementMs = 2000;

/**
 * When the access token ends by our own clock. The server's clock may stand elsewhere, so the life is counted from
 * now; the token's own times say how long it is.
 */
export function withLife(answer: SessionAnswer, now: number): StoredSession {
  const told = Date.parse(answer.expiresAt);
  const lifeMs = lifeOf(answer.accessToken) ?? Math.max(0, told - now);
  const counted = now + lifeMs;
  const endsAt = Math.abs(told - counted) <= AgreementMs ? Math.min(told, counted) : counted;
  return { ...answer, endsAt, lifeMs };
}

/** How long before its end a token is renewed: a quarter of its life, between a second and a minute. */
export function marginOf(session: StoredSession): number {
  return Math.min(Math.max(session.lifeMs / 4, 1000), 60_000, session.lifeMs / 2);
}

export function isFresh(session: StoredSession, now: number): boolean {
  return session.endsAt - now > marginOf(session);
}

function lifeOf(token: string): number | null {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(payload)) as { iat?: unknown; exp?: unknown };
    return typeof iat === 'number' && typeof exp === 'number' && exp > iat ? (exp - iat) * 1000 : null;
  } catch {
    return null;
  }
}
