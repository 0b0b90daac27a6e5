import { memo } from 'react';
import type { RoomMessage } from '../realtime';
import { Avatar } from '../ui/Avatar';

interface MessageItemProps {
  message: RoomMessage;
  own: boolean;
  startsGroup: boolean;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export const MessageItem = memo(function MessageItem({
  message,
  own,
  startsGroup,
  onRetry,
  onDiscard,
}: MessageItemProps) {
  const date = new Date(message.timestamp);
  const classes = ['message', `message-${message.status}`];
  if (startsGroup) classes.push('message-first');
  if (own) classes.push('message-own');
  return (
    <article className={classes.join(' ')}>
      {startsGroup && <Avatar id={message.userId} name={message.userName} />}
      <div className="message-body">
        <p className="message-head">
          {/* Later messages of a group show no author, but are read with one. */}
          <span className={startsGroup ? 'message-author' : 'visually-hidden'}>{message.userName}</span>{' '}
          <time className="message-time" dateTime={message.timestamp} title={fullTime.format(date)}>
            {time.format(date)}
          </time>
        </p>
        <p className="message-text" dir="auto">{message.content}</p>
        {message.status === 'sending' && <p className="message-state">Sending</p>}
        {message.status === 'failed' && (
          <p className="message-state message-state-bad">
            <span>Not sent</span>
            {message.error !== undefined && <span className="message-reason">{message.error}</span>}
            <button className="button button-small" type="button" onClick={() => onRetry(message.clientId!)}>
              Retry
            </button>
            <button
              className="button button-quiet button-small"
              type="button"
              onClick={() => onDiscard(message.clientId!)}
            >
              Discard
            </button>
          </p>
        )}
      </div>
    </article>
  );
});
