export { SocketProvider } from './SocketProvider';
export { useChatClient, useConnectionState, useSocket } from './useSocket';
export { useConnected, useEvent } from './useEvent';
export { useChatRoom, type ChatRoom } from './useChatRoom';
export { usePresence } from './usePresence';
export { Store } from './store';
export type { ChatClientOptions } from './client';
export type { OutboxItem, OutboxStorage } from './outbox';
export type {
  ChatMessage,
  ConnectionState,
  LoadMessages,
  MessagePage,
  RoomMessage,
  Self,
  TokenSource,
  TypingUser,
} from './types';
