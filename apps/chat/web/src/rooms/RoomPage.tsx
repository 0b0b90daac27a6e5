import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useApi } from '../api/ApiContext';
import type { RoomInfo } from '../api/chatApi';
import { MemberList } from '../members/MemberList';
import { useMembers } from '../members/useMembers';
import { Composer } from '../messages/Composer';
import { MessageLog } from '../messages/MessageLog';
import { TypingLine } from '../messages/TypingLine';
import { useChatClient, useChatRoom, type ChatRoom } from '../realtime';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Drawer } from '../ui/Drawer';
import { LockIcon, PeopleIcon } from '../ui/icons';
import { navigate } from '../ui/router';
import { useDirectory } from './DirectoryProvider';
import { InviteDialog } from './InviteDialog';
import { useMarkRead } from './useMarkRead';

/** One open room. To be mounted anew for each. */
export function RoomPage({ roomId }: { roomId: string }) {
  const room = useChatRoom(roomId);
  const { rooms, status } = useDirectory();
  const info = rooms.find((other) => other.id === roomId);
  const [leaving, setLeaving] = useState(false);
  const refused = room.status === 'refused';
  useDocumentTitle(refused ? null : (info?.name ?? null), info?.unread ?? 0);
  useMarkRead(roomId, room);
  useRejoin(refused, info?.role ?? null, room.rejoin);

  // Who leaves is told of the end of his membership before the page has moved on.
  if (refused) return leaving ? null : <NoAccess text={room.error ?? 'Access denied'} onRetry={room.rejoin} />;
  // A room that is not in the list is most likely a private one of others: nothing is shown before it lets us in.
  if (!info && !(room.status === 'joined' && status !== 'loading')) {
    return (
      <div className="room-page">
        <div className="skeleton skeleton-log room-loading" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      </div>
    );
  }
  return <OpenRoom roomId={roomId} info={info} room={room} onLeaving={setLeaving} />;
}

interface OpenRoomProps {
  roomId: string;
  info: RoomInfo | undefined;
  room: ChatRoom;
  onLeaving: (leaving: boolean) => void;
}

function OpenRoom({ roomId, info, room, onLeaving }: OpenRoomProps) {
  const { self } = useChatClient();
  const api = useApi();
  const members = useMembers(roomId, room.status === 'joined');
  const [inviting, setInviting] = useState(false);
  const [peopleShown, setPeopleShown] = useState(false);
  const [news, setNews] = useState('');
  const [asking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const name = info?.name ?? 'Room';
  const role = info?.role ?? null;

  useEffect(() => {
    // The link that led here may be hidden by now, and with it the focus.
    if (document.activeElement === document.body || document.activeElement === null) heading.current?.focus();
  }, []);

  useEffect(() => {
    if (news === '') return;
    const timer = setTimeout(() => setNews(''), 5000);
    return () => clearTimeout(timer);
  }, [news]);

  const leave = async () => {
    onLeaving(true);
    try {
      await api.removeMember(roomId, self.userId);
      navigate('/');
    } catch (error) {
      onLeaving(false);
      throw error;
    }
  };

  return (
    <div className="room-page">
      <section className="room" aria-label={name}>
        <header className="room-head">
          <h1 className="room-title" ref={heading} tabIndex={-1}>
            {name}
          </h1>
          {info?.isPrivate && (
            <span className="room-private" title="Only those invited">
              <LockIcon />
              <span className="visually-hidden">Only those invited</span>
            </span>
          )}
          <span className="room-news" aria-live="polite">
            {news}
          </span>
          <div className="room-actions">
            {role !== null && (
              <button className="button button-small" type="button" onClick={() => setInviting(true)}>
                Invite
              </button>
            )}
            <button
              className="button button-small button-narrow"
              type="button"
              aria-expanded={peopleShown}
              aria-label="Show members"
              onClick={() => setPeopleShown(true)}
            >
              <PeopleIcon />
            </button>
          </div>
        </header>
        <MessageLog room={room} selfId={self.userId} />
        <TypingLine users={room.typingUsers} />
        <Composer draftKey={`${self.userId}/${roomId}`} roomName={name} room={room} />
      </section>
      <Drawer side="right" label="People" shown={peopleShown} onClose={() => setPeopleShown(false)}>
        <MemberList roomId={roomId} selfId={self.userId} owned={role === 'owner'} members={members} />
        {role === 'member' && (
          <div className="panel-foot">
            <button className="button button-quiet button-small" type="button" onClick={() => setAsking(true)}>
              Leave for good
            </button>
          </div>
        )}
      </Drawer>
      {asking && (
        <ConfirmDialog
          title={`Leave ${name}?`}
          lead={info?.isPrivate ? 'To come back you have to be invited again.' : 'You can come back whenever you like.'}
          action="Leave"
          onConfirm={leave}
          onClose={() => setAsking(false)}
        />
      )}
      {inviting && (
        <InviteDialog
          roomId={roomId}
          roomName={name}
          onClose={() => setInviting(false)}
          onInvited={(userName) => {
            setInviting(false);
            setNews(`${userName} is invited`);
          }}
        />
      )}
    </div>
  );
}

function NoAccess({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div className="stage">
      <div className="stage-inner">
        <div role="alert">
          <h1 className="stage-title">{text}</h1>
        </div>
        <p>This room does not exist, or it is not open to you. Somebody inside can invite you.</p>
        <button className="button button-small" type="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    </div>
  );
}

/** Tries a room that refused us again when we have become a member: accepted elsewhere, maybe while we were away. */
function useRejoin(refused: boolean, role: RoomInfo['role'], rejoin: () => void): void {
  const onMember = useEffectEvent(() => {
    if (refused) rejoin();
  });
  useEffect(() => {
    if (role !== null) onMember();
  }, [role]);
}

function useDocumentTitle(name: string | null, unread: number): void {
  useEffect(() => {
    const title = name === null ? 'Fanfare' : `${name} · Fanfare`;
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
    return () => {
      document.title = 'Fanfare';
    };
  }, [name, unread]);
}
