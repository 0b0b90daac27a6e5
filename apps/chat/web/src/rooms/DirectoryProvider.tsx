import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useApi } from '../api/ApiContext';
import type { Invitation, RoomInfo } from '../api/chatApi';
import { ApiError } from '../api/http';
import { useChatClient, useConnected, useEvent, type ChatMessage } from '../realtime';
import { isPageInUse } from '../ui/attention';
import { roomIdOf } from '../ui/router';
import { LiveSnapshot } from './liveSnapshot';
import {
  addInvitation,
  addRoom,
  addUnread,
  dropInvitation,
  dropInvitationsTo,
  emptyDirectory,
  endMembership,
  setRoom,
  setUnread,
  type Directory,
} from './roomList';

interface DirectoryActions {
  readonly status: 'loading' | 'ready' | 'failed';
  reload(): void;
  createRoom(name: string, isPrivate: boolean): Promise<RoomInfo>;
  accept(invitation: Invitation): Promise<RoomInfo>;
  decline(invitation: Invitation): Promise<void>;
  unreadIs(roomId: string, unread: number): void;
}

const DirectoryContext = createContext<(Directory & DirectoryActions) | null>(null);

export function useDirectory(): Directory & DirectoryActions {
  const directory = use(DirectoryContext);
  if (!directory) throw new Error('A DirectoryProvider has to stand above this component.');
  return directory;
}

/** Rooms and invitations: fetched whenever the connection comes up, kept up to date by events in between. */
export function DirectoryProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const client = useChatClient();
  const [directory, setDirectory] = useState(emptyDirectory);
  const [status, setStatus] = useState<DirectoryActions['status']>('loading');
  const [live] = useState(() => new LiveSnapshot<Directory>(emptyDirectory, setDirectory));

  const reload = useCallback(() => {
    live
      .refresh(async () => {
        const [rooms, invitations] = await Promise.all([api.rooms(), api.invitations()]);
        return { rooms, invitations };
      })
      .then(
        () => setStatus('ready'),
        () => setStatus((before) => (before === 'ready' ? before : 'failed')),
      );
  }, [api, live]);

  useEffect(reload, [reload]);
  useConnected(reload);

  useEvent<RoomInfo>('room_created', (room) => live.apply(addRoom(room)));
  useEvent<RoomInfo>('room_added', (room) => {
    live.apply(setRoom(room));
    live.apply(dropInvitationsTo(room.id));
    client.rejoin(room.id);
  });
  useEvent<{ roomId: string }>('removed', ({ roomId }) => live.apply(endMembership(roomId)));
  useEvent<Invitation>('invited', (invitation) => live.apply(addInvitation(invitation)));
  const isBeingRead = (roomId: string) => isPageInUse() && roomIdOf(window.location.pathname) === roomId;
  useEvent<{ roomId: string; unread: number }>('unread', ({ roomId, unread }) => {
    // A stream of the user hears of the open room too, and a moment later of its mark that has moved.
    if (unread === 0 || !isBeingRead(roomId)) live.apply(setUnread(roomId, unread));
  });
  // The server tells unread numbers to connections outside the room only; ours is in the open one.
  useEvent<ChatMessage>('message', ({ roomId, userId }) => {
    if (userId !== client.self.userId && !isBeingRead(roomId)) live.apply(addUnread(roomId));
  });

  const value = useMemo(
    () => ({
      ...directory,
      status,
      reload: () => {
        setStatus((before) => (before === 'failed' ? 'loading' : before));
        reload();
      },
      createRoom: async (name: string, isPrivate: boolean) => {
        const room = await api.createRoom(name, isPrivate);
        live.apply(setRoom(room));
        return room;
      },
      accept: async (invitation: Invitation) => {
        const room = await forgetIfGone(() => api.accept(invitation.id), invitation);
        live.apply(setRoom(room));
        live.apply(dropInvitation(invitation.id));
        return room;
      },
      decline: async (invitation: Invitation) => {
        await forgetIfGone(() => api.decline(invitation.id), invitation);
        live.apply(dropInvitation(invitation.id));
      },
      unreadIs: (roomId: string, unread: number) => live.apply(setUnread(roomId, unread)),
    }),
    [api, directory, live, reload, status],
  );

  /** An invitation that was withdrawn is told by nothing but the 404. */
  async function forgetIfGone<T>(work: () => Promise<T>, invitation: Invitation): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) live.apply(dropInvitation(invitation.id));
      throw error;
    }
  }

  return <DirectoryContext value={value}>{children}</DirectoryContext>;
}
