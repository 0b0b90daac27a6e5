import { useId } from 'react';
import { useTransport, type Transport } from '../realtime';
import { keepTransport } from './transportChoice';

const names: Record<Transport, string> = {
  'socket.io': 'Socket.IO',
  websocket: 'WebSocket',
  'event-stream': 'Event stream',
};

/** Chooses what carries the chat; the room stays as it is. */
export function TransportPicker() {
  const [transport, setTransport] = useTransport();
  const id = useId();
  return (
    <div className="transport">
      <label className="transport-label" htmlFor={id}>
        Transport
      </label>
      <select
        id={id}
        className="input transport-select"
        value={transport}
        onChange={(event) => {
          const next = event.target.value as Transport;
          keepTransport(next);
          setTransport(next);
        }}
      >
        {Object.entries(names).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
