import { use, useSyncExternalStore } from 'react';
import type { ChatClient } from './client';
import type { Connection } from './connection';
import { ChatClientContext } from './ChatProvider';
import type { ConnectionState } from './types';
import type { Transport } from './wire';

/** The client of the nearest provider. */
export function useChatClient(): ChatClient {
  const client = use(ChatClientContext);
  if (!client) throw new Error('A ChatProvider has to stand above this component.');
  return client;
}

/** The connection of the nearest provider. It is one object over all breaks and wires. */
export function useConnection(): Connection {
  return useChatClient().connection;
}

/** How the connection stands just now. */
export function useConnectionState(): ConnectionState {
  const { state } = useConnection();
  return useSyncExternalStore(state.subscribe, state.get);
}

/** What carries the chat just now, and the way to change that. */
export function useTransport(): [Transport, (transport: Transport) => void] {
  const connection = useConnection();
  const transport = useSyncExternalStore(connection.transport.subscribe, connection.transport.get);
  return [transport, (next) => connection.switchTo(next)];
}
