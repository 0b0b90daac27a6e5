import { createContext, useEffect, useState, type ReactNode } from 'react';
import { ChatClient, type ChatClientOptions } from './client';

export const ChatClientContext = createContext<ChatClient | null>(null);

/**
 * Holds the connection for everything below it, as long as it is mounted. The options are read once: give the
 * provider a `key` (the user's id) to begin anew with others.
 */
export function ChatProvider({ options, children }: { options: ChatClientOptions; children: ReactNode }) {
  const [client] = useState(() => new ChatClient(options));
  useEffect(() => {
    client.start();
    return () => client.stop();
  }, [client]);
  return <ChatClientContext value={client}>{children}</ChatClientContext>;
}
