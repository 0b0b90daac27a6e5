import { useEffect, useState } from 'react';
import { useConnection } from './useConnection';

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
  const connection = useConnection();
  const [told, setTold] = useState({ scope, online: nothing });
  useEffect(() => {
    const offs = [
      connection.on<PresenceChange>('presence', ({ userId, online }) =>
        setTold((before) => ({
          scope,
          online: new Map(before.scope === scope ? before.online : nothing).set(userId, online),
        })),
      ),
      connection.on('down', () => setTold({ scope, online: nothing })),
    ];
    return () => offs.forEach((off) => off());
  }, [connection, scope]);
  return told.scope === scope ? told.online : nothing;
}
