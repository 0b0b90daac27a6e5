import { createContext, use, useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import { SharedStreams, useChatClient, useConnectionState, type TokenSource } from '../realtime';
import { useDirectory } from '../rooms/DirectoryProvider';
import { isPageInUse } from '../ui/attention';
import { roomIdOf } from '../ui/router';
import { afterEvent, type ActivityItem } from './activity';

interface Activity {
  readonly items: readonly ActivityItem[];
  readonly hasNews: boolean;
  markSeen(): void;
}

const ActivityContext = createContext<Activity | null>(null);

export function useActivity(): Activity {
  const activity = use(ActivityContext);
  if (!activity) throw new Error('An ActivityProvider has to stand above this component.');
  return activity;
}

/** What happened since the page was opened, live from the user's event streams, whatever carries the chat itself. */
export function ActivityProvider({ tokens, children }: { tokens: TokenSource; children: ReactNode }) {
  const { self } = useChatClient();
  const { rooms } = useDirectory();
  const [items, setItems] = useState<readonly ActivityItem[]>([]);
  const [seenAt, setSeenAt] = useState(0);

  const onEvent = useEffectEvent((event: string, data: unknown) => {
    const { roomId, unread } = data as { roomId?: string; unread?: number };
    // What the user is reading just now is no news.
    if (event === 'unread' && unread !== 0 && isPageInUse() && roomIdOf(window.location.pathname) === roomId) return;
    const nameOf = (id: string) => rooms.find((room) => room.id === id)?.name ?? 'a room';
    setItems((before) => afterEvent(before, event, data, nameOf, Date.now()));
  });

  // The chat itself comes first.
  const state = useConnectionState();
  const [ready, setReady] = useState(false);
  if (!ready && state === 'connected') setReady(true);

  useEffect(() => {
    if (!ready) return;
    const streams = new SharedStreams(
      { base: '/events', userId: self.userId, tokens },
      { event: (name, data) => onEvent(name, data), changed: () => undefined },
    );
    if (SharedStreams.canShare) {
      streams.start();
      return () => streams.stop();
    }
    // Where each tab has streams of its own, only those in sight do.
    const follow = () => (document.visibilityState === 'visible' ? streams.start() : streams.stop());
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      streams.stop();
    };
  }, [ready, self.userId, tokens]);

  const value = useMemo(
    () => ({
      items,
      hasNews: items.some((item) => !item.own && item.at > seenAt),
      markSeen: () => setSeenAt(Date.now()),
    }),
    [items, seenAt],
  );
  return <ActivityContext value={value}>{children}</ActivityContext>;
}
