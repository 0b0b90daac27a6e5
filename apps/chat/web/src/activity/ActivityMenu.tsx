import { useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import { BellIcon } from '../ui/icons';
import { followLink, roomPath } from '../ui/router';
import { useActivity } from './ActivityProvider';
import './activity.css';

/** The bell in the bar, and the list behind it. */
export function ActivityMenu() {
  const { items, hasNews, markSeen } = useActivity();
  const [shown, setShown] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = () => {
    markSeen();
    setShown(false);
  };
  const onOutside = useEffectEvent((event: Event) => {
    if (!root.current?.contains(event.target as Node)) close();
  });
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    close();
    opener.current?.focus();
  });

  useEffect(() => {
    if (!shown) return;
    const outside = (event: Event) => onOutside(event);
    const keyDown = (event: KeyboardEvent) => onKeyDown(event);
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', keyDown);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', keyDown);
    };
  }, [shown]);

  return (
    <div className="activity" ref={root}>
      <button
        ref={opener}
        className={`button button-quiet button-icon${hasNews && !shown ? ' button-news' : ''}`}
        type="button"
        aria-label={hasNews && !shown ? 'Activity, news' : 'Activity'}
        aria-expanded={shown}
        aria-controls={shown ? id : undefined}
        onClick={() => {
          markSeen();
          setShown(!shown);
        }}
      >
        <BellIcon />
      </button>
      {shown && (
        <section className="activity-panel" id={id} aria-label="Activity">
          <h2 className="panel-title activity-title">Activity</h2>
          {items.length === 0 ? (
            <p className="activity-none">Invitations, new rooms and unread messages show up here as they happen.</p>
          ) : (
            <ul className="activity-list" tabIndex={0} aria-label="Activity">
              {items.map((item) => (
                <li key={item.key}>
                  <a
                    className="activity-item"
                    href={roomPath(item.roomId)}
                    onClick={(event) => {
                      followLink(event);
                      close();
                    }}
                  >
                    <span className="activity-text">{item.text}</span>
                    <time className="activity-time" dateTime={new Date(item.at).toISOString()}>
                      {clock.format(item.at)}
                    </time>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
