import { request } from './http';

/** What signing in gives. */
export interface SessionAnswer {
  readonly userId: string;
  readonly userName: string;
  readonly accessToken: string;
  /** May be used once. */
  readonly refreshToken: string;
  /** End of the access token, ISO 8601. */
  readonly expiresAt: string;
}

export const login = (name: string, password: string) =>
  request<SessionAnswer>('/api/auth/login', { method: 'POST', body: { name, password } });

export const register = (name: string, password: string) =>
  request<SessionAnswer>('/api/auth/register', { method: 'POST', body: { name, password } });

// A refresh that is given up may have used the token all the same: it is waited for longer than anything else.
export const refresh = (refreshToken: string) =>
  request<SessionAnswer>('/api/auth/refresh', {
    method: 'POST',
    body: { refreshToken },
    timeoutMs: 30_000,
  });

export const logout = (refreshToken: string) =>
  request<void>('/api/auth/logout', { method: 'POST', body: { refreshToken }, keepalive: true });
