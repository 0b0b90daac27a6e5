import type { TypingUser } from '../realtime';
import { typingText } from './typingText';

/** Who types just now. Always there, so that screen readers hear its changes. */
export function TypingLine({ users }: { users: readonly TypingUser[] }) {
  const text = typingText(users.map((user) => user.userName));
  return (
    <div className="typing">
      <span className={text === '' ? 'typing-dots' : 'typing-dots typing-dots-live'} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="typing-text" aria-live="polite">
        {text}
      </span>
    </div>
  );
}
