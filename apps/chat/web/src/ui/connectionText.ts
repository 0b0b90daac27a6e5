import type { ConnectionState } from '../realtime';

export function connectionText(state: ConnectionState): 'Connected' | 'Reconnecting' | 'Offline' {
  if (state === 'connected') return 'Connected';
  return state === 'offline' ? 'Offline' : 'Reconnecting';
}
