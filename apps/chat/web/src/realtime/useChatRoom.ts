import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { TypingSignal } from './typing';
import type { RoomState } from './room';
import { useChatClient } from './useConnection';

export interface ChatRoom extends RoomState {
  /** Shows the message at once and sends it, now or when the connection is back. */
  sendMessage(content: string): void;
  /** Sends a message that was not sent once more, under the same id. */
  retryMessage(clientId: string): void;
  /** Gives up a message that was not sent. */
  discardMessage(clientId: string): void;
  /** To be called with every change of the text; says so to the others now and then. */
  startTyping(): void;
  stopTyping(): void;
  /** Loads older messages. Rejects when they cannot be had. */
  loadMore(): Promise<void>;
  /** Moves our read mark to the newest message, if it is not there already. */
  markRead(messageId: string, told: (unread: number) => void): void;
  /** Asks a room that refused us again. */
  rejoin(): void;
}

/** A room, joined while the component is mounted. Other rooms' messages do not reach it. */
export function useChatRoom(roomId: string): ChatRoom {
  const client = useChatClient();
  // The store of a refused or long idle room may be dropped; while we show it, it stays the same one.
  const room = useMemo(() => client.room(roomId), [client, roomId]);
  const state = useSyncExternalStore(room.state.subscribe, room.state.get);

  useEffect(() => client.open(roomId), [client, roomId]);

  const typing = useMemo(() => new TypingSignal((event) => client.typing(event, roomId)), [client, roomId]);
  useEffect(() => () => typing.stop(), [typing]);

  const actions = useMemo(
    () => ({
      sendMessage(content: string) {
        // The message itself ends the mark for the others.
        typing.reset();
        client.send(roomId, content);
      },
      retryMessage: (clientId: string) => client.retry(clientId),
      discardMessage: (clientId: string) => client.discard(clientId),
      startTyping: () => typing.start(),
      stopTyping: () => typing.stop(),
      loadMore: () => room.loadMore(),
      markRead: (messageId: string, told: (unread: number) => void) => client.markRead(roomId, messageId, told),
      rejoin: () => client.rejoin(roomId),
    }),
    [client, room, roomId, typing],
  );
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}
