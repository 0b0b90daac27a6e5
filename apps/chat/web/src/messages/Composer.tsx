import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { ChatRoom } from '../realtime';
import { SendIcon } from '../ui/icons';
import { cleanContent, lengthOf, MaxLength } from './content';

/** What was typed and not sent, by user and room: it is still there when one comes back. */
const drafts = new Map<string, string>();

/** From here on the rest is shown. */
const ShowRestFrom = MaxLength - 200;
const MostRows = 8;

/** Where one writes. To be mounted anew for each room. */
export function Composer({ draftKey, roomName, room }: { draftKey: string; roomName: string; room: ChatRoom }) {
  const { sendMessage, startTyping, stopTyping } = room;
  const [text, setText] = useState(() => drafts.get(draftKey) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const length = lengthOf(text);
  const empty = text.trim() === '';

  const change = (next: string) => {
    setText(next);
    if (next === '') drafts.delete(draftKey);
    else drafts.set(draftKey, next);
  };

  const send = () => {
    const content = cleanContent(text);
    if (content.trim() === '') return;
    change('');
    sendMessage(content);
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter ends a word, not the message.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  useGrowingRows(field, text);

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-box">
        <textarea
          ref={field}
          className="composer-field"
          aria-label="Message"
          dir="auto"
          placeholder={`Write to ${roomName}`}
          rows={1}
          autoFocus={matchMedia('(hover: hover)').matches}
          enterKeyHint="send"
          value={text}
          onChange={(event) => {
            change(event.target.value);
            if (event.target.value.trim() === '') stopTyping();
            else startTyping();
          }}
          onBlur={stopTyping}
          onKeyDown={onKeyDown}
        />
        <button
          className="button button-primary composer-send"
          type="submit"
          disabled={empty}
          // The on-screen keyboard stays where it is, and so does the focus.
          onPointerDown={(event) => event.preventDefault()}
        >
          <SendIcon />
          <span className="composer-send-text">Send</span>
        </button>
      </div>
      {length > ShowRestFrom && (
        <p className={length > MaxLength ? 'composer-rest composer-rest-bad' : 'composer-rest'} aria-live="polite">
          {length > MaxLength ? `${length - MaxLength} characters too many` : `${MaxLength - length} characters left`}
        </p>
      )}
    </form>
  );
}

/** Browsers that know `field-sizing` grow the field by themselves; for the others the line breaks are counted. */
function useGrowingRows(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    if (!field.current || CSS.supports('field-sizing', 'content')) return;
    field.current.rows = Math.min(MostRows, text.split('\n').length);
  }, [field, text]);
}
