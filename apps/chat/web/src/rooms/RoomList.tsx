import { useState } from 'react';
import { LockIcon, PlusIcon } from '../ui/icons';
import { followLink, roomPath } from '../ui/router';
import { useDirectory } from './DirectoryProvider';
import { Invitations } from './Invitations';
import { NewRoomDialog } from './NewRoomDialog';
import { linkName } from './roomList';
import './rooms.css';

/** The side bar: invitations, the rooms, and the way to a new one. */
export function RoomList({ openRoomId, onChosen }: { openRoomId: string | null; onChosen: () => void }) {
  const { rooms, status, reload } = useDirectory();
  const [creating, setCreating] = useState(false);

  return (
    <>
      <Invitations onAccepted={onChosen} />
      <nav className="rooms" aria-label="Rooms">
        <div className="panel-head">
          <h2 className="panel-title" aria-hidden="true">
            Rooms
          </h2>
          <button className="button button-quiet button-small" type="button" onClick={() => setCreating(true)}>
            <PlusIcon />
            New room
          </button>
        </div>
        {status === 'loading' && rooms.length === 0 && <Skeleton />}
        {status === 'failed' && (
          <div className="panel-note">
            <p>The rooms could not be loaded.</p>
            <button className="button button-small" type="button" onClick={reload}>
              Try again
            </button>
          </div>
        )}
        {status === 'ready' && rooms.length === 0 && (
          <p className="panel-note">There are no rooms yet. Make the first one.</p>
        )}
        {rooms.length > 0 && (
          <ul className="rooms-list">
            {rooms.map((room) => (
              <li key={room.id}>
                <a
                  className={room.unread > 0 ? 'room-link room-link-unread' : 'room-link'}
                  href={roomPath(room.id)}
                  aria-label={linkName(room)}
                  aria-current={room.id === openRoomId ? 'page' : undefined}
                  onClick={(event) => {
                    followLink(event);
                    onChosen();
                  }}
                >
                  <span className={room.isPrivate ? 'room-sign' : 'room-sign room-sign-public'}>
                    {room.isPrivate && <LockIcon />}
                  </span>
                  <span className="room-name">{room.name}</span>
                  {room.unread > 0 && <span className="badge" data-count={room.unread >= 100 ? '99+' : room.unread} />}
                </a>
              </li>
            ))}
          </ul>
        )}
      </nav>
      {creating && <NewRoomDialog onClose={() => setCreating(false)} onCreated={onChosen} />}
    </>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
