export { ChatProvider } from './ChatProvider';
export { useChatClient, useConnectionState, useTransport } from './useConnection';
export { useConnected, useEvent } from './useEvent';
export { useChatRoom, type ChatRoom } from './useChatRoom';
export { usePresence } from './usePresence';
export { SharedStreams } from './sharedStreams';
export { Store } from './store';
export type { Transport } from './wire';
export type { ChatClientOptions } from './client';
export type { OutboxItem, OutboxStorage } from './outbox';
export type {
  ChatMessage,
  ConnectionState,
  LoadMessages,
  MessagePage,
  RoomMessage,
  RoomsHttp,
  Self,
  TokenSource,
  TypingUser,
} from './types';
