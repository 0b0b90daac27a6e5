import { useConnectionState } from '../realtime';
import { connectionText } from './connectionText';

/** How the connection stands, in one word. */
export function ConnectionStatus() {
  const text = connectionText(useConnectionState());
  return (
    <div className={`connection connection-${text.toLowerCase()}`} role="status" aria-label="Connection">
      {text}
    </div>
  );
}
