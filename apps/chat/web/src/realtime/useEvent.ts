import { useEffect, useEffectEvent } from 'react';
import { useSocket } from './useSocket';

/**
 * Calls the handler with the event's first argument, while the component is mounted; always the newest handler.
 * Further arguments are left out: with recovery the server appends an offset. Only its own listener is removed.
 */
export function useEvent<T = unknown>(event: string, handler: (data: T) => void): void {
  const socket = useSocket();
  const onEvent = useEffectEvent((data: T) => handler(data));
  useEffect(() => {
    const listener = (data: T) => onEvent(data);
    socket.on(event, listener as (...args: unknown[]) => void);
    return () => {
      socket.off(event, listener as (...args: unknown[]) => void);
    };
  }, [socket, event]);
}

/** Calls the handler whenever a connection has come up, and at once if one is up already. */
export function useConnected(handler: () => void): void {
  const socket = useSocket();
  const onConnected = useEffectEvent(() => handler());
  useEffect(() => {
    const listener = () => onConnected();
    socket.on('connect', listener);
    if (socket.connected) listener();
    return () => {
      socket.off('connect', listener);
    };
  }, [socket]);
}
