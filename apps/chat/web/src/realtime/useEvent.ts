import { useEffect, useEffectEvent } from 'react';
import { useConnection } from './useConnection';

/** Calls the handler with the event's argument, while the component is mounted; always the newest handler. */
export function useEvent<T = unknown>(event: string, handler: (data: T) => void): void {
  const connection = useConnection();
  const onEvent = useEffectEvent((data: T) => handler(data));
  useEffect(() => connection.on<T>(event, (data) => onEvent(data)), [connection, event]);
}

/** Calls the handler whenever a connection has come up, and at once if one is up already. */
export function useConnected(handler: () => void): void {
  const connection = useConnection();
  const onConnected = useEffectEvent(() => handler());
  useEffect(() => {
    if (connection.wire) onConnected();
    return connection.on('up', () => onConnected());
  }, [connection]);
}
