import type { Transport } from '../realtime';

const Key = 'fanfare-transport';
const all: readonly Transport[] = ['socket.io', 'websocket', 'event-stream'];

/** The wire chosen in this tab; it outlives a reload. */
export function chosenTransport(): Transport {
  try {
    const stored = sessionStorage.getItem(Key);
    return all.find((transport) => transport === stored) ?? 'socket.io';
  } catch {
    return 'socket.io';
  }
}

export function keepTransport(transport: Transport): void {
  try {
    sessionStorage.setItem(Key, transport);
  } catch {
    // Forbidden: the choice lasts as long as the page.
  }
}
