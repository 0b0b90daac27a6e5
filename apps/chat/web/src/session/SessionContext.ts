import { createContext, use, useSyncExternalStore } from 'react';
import type { SessionState, SessionStore } from './sessionStore';

export const SessionContext = createContext<SessionStore | null>(null);

export function useSession(): { store: SessionStore; state: SessionState } {
  const store = use(SessionContext);
  if (!store) throw new Error('A SessionContext has to stand above this component.');
  return { store, state: useSyncExternalStore(store.subscribe, store.get) };
}
