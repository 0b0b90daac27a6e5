import type { Invitation, RoomInfo } from '../api/chatApi';

/** Something that happened and may interest the user. */
export interface ActivityItem {
  /** One of a kind for each room: what comes later takes its place. */
  readonly key: string;
  readonly roomId: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The user did it himself: no news to him. */
  readonly own: boolean;
}

export interface ActivityEvents {
  invited: Invitation;
  room_created: RoomInfo;
  room_added: RoomInfo;
  removed: { readonly roomId: string };
  unread: { readonly roomId: string; readonly unread: number };
}

const MostItems = 40;

/** The list after an event, newest first; unknown events change nothing. */
export function afterEvent(
  items: readonly ActivityItem[],
  event: string,
  data: unknown,
  nameOf: (roomId: string) => string,
  at: number,
): readonly ActivityItem[] {
  const without = (...keys: string[]) => items.filter((item) => !keys.includes(item.key));
  const add = (kind: string, roomId: string, text: string, rest = items, own = false) => {
    const key = `${kind} ${roomId}`;
    return [{ key, roomId, text, at, own }, ...rest.filter((item) => item.key !== key)].slice(0, MostItems);
  };
  switch (event) {
    case 'invited': {
      const { roomId, roomName, invitedBy } = data as ActivityEvents['invited'];
      return add('invited', roomId, `${invitedBy.userName} invites you to ${roomName}`, without(`created ${roomId}`));
    }
    case 'room_created': {
      const { id, name } = data as ActivityEvents['room_created'];
      return add('created', id, `${name} is a new room`);
    }
    case 'room_added': {
      const { id, name, role } = data as ActivityEvents['room_added'];
      const own = role === 'owner';
      return add('added', id, own ? `You made ${name}` : `You joined ${name}`, without(`created ${id}`, `invited ${id}`, `removed ${id}`), true);
    }
    case 'removed': {
      const { roomId } = data as ActivityEvents['removed'];
      return add('removed', roomId, `You are no longer a member of ${nameOf(roomId)}`, without(`added ${roomId}`, `unread ${roomId}`));
    }
    case 'unread': {
      const { roomId, unread } = data as ActivityEvents['unread'];
      if (unread === 0) return without(`unread ${roomId}`);
      const count = unread >= 100 ? '99+' : String(unread);
      return add('unread', roomId, `${count} unread ${unread === 1 ? 'message' : 'messages'} in ${nameOf(roomId)}`);
    }
    default:
      return items;
  }
}
