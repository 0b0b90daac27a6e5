import { useEffect, useEffectEvent, useRef } from 'react';
import type { ChatRoom } from '../realtime';
import { usePageInUse } from '../ui/attention';
import { useDirectory } from './DirectoryProvider';

/** In a busy room the mark follows this often. */
const GatherMs = 250;

/** Marks the room read up to its newest message, while the user has it before him. */
export function useMarkRead(roomId: string, room: ChatRoom): void {
  const { unreadIs } = useDirectory();
  const inUse = usePageInUse();
  const marked = useRef<string | null>(null);
  const newest = room.messages.findLast((message) => message.status === 'sent')?.id;
  const joined = room.status === 'joined';

  const mark = useEffectEvent((messageId: string) => {
    marked.current = messageId;
    room.markRead(messageId, (unread) => unreadIs(roomId, unread));
  });

  useEffect(() => {
    // After a break the mark is told again: the last one may have been lost.
    if (!joined) marked.current = null;
  }, [joined]);

  useEffect(() => {
    if (!joined || !inUse || newest === undefined || newest === marked.current) return;
    const timer = setTimeout(() => mark(newest), marked.current === null ? 0 : GatherMs);
    return () => clearTimeout(timer);
  }, [joined, inUse, newest]);
}
