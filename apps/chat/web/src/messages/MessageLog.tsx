import { Fragment, useEffect, useRef, useState } from 'react';
import type { ChatRoom, RoomMessage } from '../realtime';
import { DownIcon } from '../ui/icons';
import { dayName } from './dayMarks';
import { place } from './groups';
import { MessageItem } from './MessageItem';
import { useStickyScroll } from './useStickyScroll';
import './messages.css';

/** A room's messages, oldest first. To be mounted anew for each room. */
export function MessageLog({ room, selfId }: { room: ChatRoom; selfId: string }) {
  const { messages, loaded, hasMore, loadingMore, loadMore, retryMessage, discardMessage } = room;
  const { log, atEnd, scrollToEnd } = useStickyScroll(messages);
  const [problem, setProblem] = useState(false);
  useOwnMessagesInSight(messages, scrollToEnd);
  const unseen = useUnseen(messages, atEnd);
  const wasOldest = useOnceOldest(messages);
  const now = new Date();

  const load = () => {
    setProblem(false);
    loadMore().catch(() => setProblem(true));
  };

  return (
    <div className="log-frame">
      <div className="log" ref={log} role="log" aria-label="Messages" aria-busy={!loaded || loadingMore} tabIndex={0}>
        <div className="log-inner">
          {hasMore && (
            <div className="log-more">
              <button className="button button-small" type="button" aria-busy={loadingMore} onClick={load}>
                Load earlier messages
              </button>
              {problem && (
                <p className="notice notice-bad" role="alert">
                  Earlier messages could not be loaded.
                </p>
              )}
            </div>
          )}
          {loaded && messages.length === 0 && (
            <div className="log-empty">
              <p className="log-empty-title">No messages yet</p>
              <p>Say the first word.</p>
            </div>
          )}
          {!loaded && messages.length === 0 && (
            <div className="skeleton skeleton-log" aria-hidden="true">
              <span />
              <span />
              <span />
            </div>
          )}
          {messages.map((message, index) => {
            const { startsDay, startsGroup } = place(message, messages[index - 1]);
            const day = startsDay ? dayName(message.timestamp, now) : '';
            return (
              <Fragment key={message.key}>
                {startsDay && (
                  <div className="day" role="separator" aria-label={day}>
                    <span>{day}</span>
                  </div>
                )}
                <MessageItem
                  message={message}
                  own={message.userId === selfId}
                  startsGroup={startsGroup || wasOldest.has(message.key)}
                  onRetry={retryMessage}
                  onDiscard={discardMessage}
                />
              </Fragment>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <button className={unseen ? 'button log-down log-down-news' : 'button log-down'} type="button" onClick={scrollToEnd}>
          <DownIcon />
          Jump to latest
        </button>
      )}
    </div>
  );
}

/** Messages that once were the oldest shown: they keep their author's name, so that nothing moves when older ones come. */
function useOnceOldest(messages: readonly RoomMessage[]): ReadonlySet<string> {
  const oldest = messages[0]?.key;
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  if (oldest === undefined || keys.has(oldest)) return keys;
  const more = new Set(keys).add(oldest);
  setKeys(more);
  return more;
}

/** Whether something was said since the reader left the end. */
function useUnseen(messages: readonly RoomMessage[], atEnd: boolean): boolean {
  const last = messages[messages.length - 1]?.key;
  const [seen, setSeen] = useState(last);
  if (atEnd && seen !== last) setSeen(last);
  return !atEnd && seen !== last;
}

/** Who says something wants to see it. */
function useOwnMessagesInSight(messages: readonly RoomMessage[], scrollToEnd: () => void): void {
  const last = messages[messages.length - 1];
  const sending = last?.status === 'sending' ? last.key : null;
  const shown = useRef(sending);
  useEffect(() => {
    if (sending !== null && sending !== shown.current) scrollToEnd();
    shown.current = sending;
  }, [sending, scrollToEnd]);
}
