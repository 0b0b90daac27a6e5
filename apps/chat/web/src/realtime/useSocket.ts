import { use, useSyncExternalStore } from 'react';
import type { Socket } from 'socket.io-client';
import type { ChatClient } from './client';
import { ChatClientContext } from './SocketProvider';
import type { ConnectionState } from './types';

/** The client of the nearest provider. */
export function useChatClient(): ChatClient {
  const client = use(ChatClientContext);
  if (!client) throw new Error('A SocketProvider has to stand above this component.');
  return client;
}

/** The socket of the nearest provider. It is one object over all breaks. */
export function useSocket(): Socket {
  return useChatClient().connection.socket;
}

/** How the connection stands just now. */
export function useConnectionState(): ConnectionState {
  const { state } = useChatClient().connection;
  return useSyncExternalStore(state.subscribe, state.get);
}
