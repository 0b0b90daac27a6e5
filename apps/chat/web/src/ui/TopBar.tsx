import type { ReactNode } from 'react';
import { Avatar } from './Avatar';
import { ConnectionStatus } from './ConnectionStatus';
import { MenuIcon, SignOutIcon } from './icons';
import { followLink } from './router';
import { Wordmark } from './Wordmark';

interface TopBarProps {
  userId: string;
  userName: string;
  roomsShown: boolean;
  /** Something waits among the rooms: unread messages, or an invitation. */
  hasNews: boolean;
  onShowRooms: () => void;
  onSignOut: () => void;
  /** Stands beside the connection. */
  children: ReactNode;
}

export function TopBar({ userId, userName, roomsShown, hasNews, onShowRooms, onSignOut, children }: TopBarProps) {
  return (
    <header className="topbar">
      <button
        className={`button button-quiet button-icon button-narrow${hasNews ? ' button-news' : ''}`}
        type="button"
        aria-expanded={roomsShown}
        aria-label="Show rooms"
        onClick={onShowRooms}
      >
        <MenuIcon />
      </button>
      <a className="topbar-home" href="/" aria-label="Fanfare, start page" onClick={followLink}>
        <Wordmark />
      </a>
      <ConnectionStatus />
      {children}
      <div className="topbar-user">
        <Avatar id={userId} name={userName} small />
        <span className="topbar-name">{userName}</span>
      </div>
      <button className="button button-quiet topbar-signout" type="button" aria-label="Sign out" onClick={onSignOut}>
        <SignOutIcon />
        <span className="topbar-signout-text" aria-hidden="true">
          Sign out
        </span>
      </button>
    </header>
  );
}
