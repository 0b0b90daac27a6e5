import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '../api/ApiContext';
import type { Member } from '../api/chatApi';
import { useEvent, usePresence, type ChatMessage } from '../realtime';
import { usePageInUse } from '../ui/attention';

export interface Members {
  readonly members: readonly Member[];
  readonly status: 'loading' | 'ready' | 'failed';
  reload(): void;
}

/** Changes come in crowds: one fetch tells of them all. */
const GatherMs = 150;
const RetryMs = 3000;
/** How often a page in use looks by itself. */
const LookMs = 15_000;

/**
 * The members of a joined room, live. Fetched when the room is joined (so after every break), and whenever something
 * hints at a change that no event tells of: somebody came, left, or speaks who is not in the list.
 */
export function useMembers(roomId: string, joined: boolean): Members {
  const api = useApi();
  const presence = usePresence(roomId);
  const [list, setList] = useState<{ roomId: string; members: readonly Member[] } | null>(null);
  const [failed, setFailed] = useState(false);
  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(0);
  const inUse = usePageInUse();

  const reload = useCallback(() => {
    const mine = ++latest.current;
    api.members(roomId).then(
      (members) => {
        if (mine !== latest.current) return;
        setFailed(false);
        setList({ roomId, members });
      },
      () => {
        if (mine !== latest.current) return;
        setFailed(true);
        clearTimeout(pending.current);
        pending.current = setTimeout(reload, RetryMs);
      },
    );
  }, [api, roomId]);

  const soon = useCallback(() => {
    clearTimeout(pending.current);
    pending.current = setTimeout(reload, GatherMs);
  }, [reload]);

  useEffect(() => {
    if (!joined) return;
    reload();
    return () => {
      latest.current++;
      clearTimeout(pending.current);
    };
  }, [joined, reload]);

  // Who accepts an invitation or is removed while elsewhere is told of it alone; the others have to look.
  useEffect(() => {
    if (!joined || !inUse) return;
    soon();
    const timer = setInterval(soon, LookMs);
    return () => clearInterval(timer);
  }, [joined, inUse, soon]);

  const members = list?.roomId === roomId ? list.members : null;
  const isKnown = (userId: string) => members?.some((member) => member.userId === userId) ?? true;

  useEvent<{ roomId: string; userId: string }>('user_joined', (event) => {
    if (joined && event.roomId === roomId) soon();
  });
  useEvent<{ roomId: string; userId: string }>('user_left', (event) => {
    if (joined && event.roomId === roomId) soon();
  });
  useEvent<{ userId: string }>('presence', (event) => {
    if (joined && !isKnown(event.userId)) soon();
  });
  useEvent<ChatMessage>('message', (message) => {
    if (joined && message.roomId === roomId && !isKnown(message.userId)) soon();
  });

  return useMemo(
    () => ({
      members: (members ?? []).map((member) => ({
        ...member,
        online: presence.get(member.userId) ?? member.online,
      })),
      status: members ? ('ready' as const) : failed ? ('failed' as const) : ('loading' as const),
      reload,
    }),
    [members, presence, failed, reload],
  );
}
