import { useEffect, useState } from 'react';
import { useSocket } from './useSocket';

interface PresenceChange {
  readonly userId: string;
  readonly online: boolean;
}

const nothing: ReadonlyMap<string, boolean> = new Map();

/**
 * What the server has told of users' comings and goings since the scope (a room's id) began or the connection came up:
 * by user id, whether they are online. Lay it over a list that was fetched after joining the room; after a break it
 * begins anew, since changes are not replayed.
 */
export function usePresence(scope: string): ReadonlyMap<string, boolean> {
  const socket = useSocket();
  const [told, setTold] = useState({ scope, online: nothing });
  useEffect(() => {
    const onPresence = ({ userId, online }: PresenceChange) =>
      setTold((before) => ({
        scope,
        online: new Map(before.scope === scope ? before.online : nothing).set(userId, online),
      }));
    const onDisconnect = () => setTold({ scope, online: nothing });
    socket.on('presence', onPresence);
    socket.on('disconnect', onDisconnect);
    return () => {
      socket.off('presence', onPresence);
      socket.off('disconnect', onDisconnect);
    };
  }, [socket, scope]);
  return told.scope === scope ? told.online : nothing;
}
