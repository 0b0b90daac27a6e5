import { useState } from 'react';
import { useApi } from '../api/ApiContext';
import type { Member } from '../api/chatApi';
import { ApiError } from '../api/http';
import { Avatar } from '../ui/Avatar';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { CloseIcon } from '../ui/icons';
import type { Members } from './useMembers';
import './members.css';

interface MemberListProps {
  roomId: string;
  selfId: string;
  /** Whether the reader owns the room, and so may remove others. */
  owned: boolean;
  members: Members;
}

export function MemberList({ roomId, selfId, owned, members: { members, status, reload } }: MemberListProps) {
  const api = useApi();
  const [removing, setRemoving] = useState<Member | null>(null);

  const remove = async (member: Member) => {
    try {
      await api.removeMember(roomId, member.userId);
    } catch (error) {
      // Gone already is gone.
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    reload();
  };

  const online = members.filter((member) => member.online).length;
  return (
    <>
      <div className="panel-head">
        <h2 className="panel-title">People</h2>
        {status === 'ready' && (
          <span className="panel-count">
            {online} of {members.length} here
          </span>
        )}
      </div>
      {status === 'failed' && <p className="panel-note">Who is here could not be loaded. Trying again.</p>}
      {status === 'loading' && (
        <div className="skeleton" aria-hidden="true">
          <span />
          <span />
        </div>
      )}
      <ul className={owned ? 'members members-owned' : 'members'} aria-label="Members">
        {members.map((member) => (
          <li className={member.online ? 'member' : 'member member-offline'} key={member.userId}>
            <Avatar id={member.userId} name={member.userName} small />
            <div className="member-text">
              <span className="member-name" title={member.userName}>
                {member.userName}
              </span>{' '}
              <span className="member-about">
                <span className={member.online ? 'member-state member-state-online' : 'member-state'}>
                  {member.online ? 'online' : 'offline'}
                </span>{' '}
                {member.role === 'owner' && <span className="member-role">owner</span>}
              </span>
            </div>
            {owned && member.userId !== selfId && (
              <button
                className="button button-quiet button-icon member-remove"
                type="button"
                aria-label={`Remove ${member.userName}`}
                title={`Remove ${member.userName}`}
                onClick={() => setRemoving(member)}
              >
                <CloseIcon />
              </button>
            )}
          </li>
        ))}
      </ul>
      {removing && (
        <ConfirmDialog
          title={`Remove ${removing.userName}?`}
          lead="Nothing of this room is open to them then, unless they come in again."
          action="Remove"
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}
