import type { ChatMessage } from '../../src/realtime/types';

/** The nth message of a room. */
export const messageAt = (index: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${index}`,
  roomId: 'r',
  userId: 'you',
  userName: 'You',
  content: `text ${index}`,
  timestamp: new Date(1_700_000_000_000 + index * 1000).toISOString(),
  ...more,
});

/** Messages `from` to `to`, exclusive. */
export const messagesFrom = (from: number, to: number): ChatMessage[] =>
  Array.from({ length: to - from }, (_, index) => messageAt(from + index));

/** A server's archive of so many messages. */
export const archive = (size: number) => {
  const all = messagesFrom(0, size);
  return {
    all,
    load: async (_roomId: string, before: string, limit: number) => {
      const older = all.slice(
        0,
        all.findIndex((message) => message.id === before),
      );
      return { messages: older.slice(-limit), hasMore: older.length > limit };
    },
  };
};
