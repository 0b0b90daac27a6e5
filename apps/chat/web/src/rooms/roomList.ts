import type { Invitation, RoomInfo } from '../api/chatApi';

/** The user's view of all rooms and of what he is invited to. */
export interface Directory {
  /** By name without regard to case. */
  readonly rooms: readonly RoomInfo[];
  /** Newest first. */
  readonly invitations: readonly Invitation[];
}

export type Change = (directory: Directory) => Directory;

export const emptyDirectory: Directory = { rooms: [], invitations: [] };

/** Counting stops here, at the server too. */
const MostUnread = 100;

const fold = (name: string) => name.normalize('NFKC').toLowerCase();

function byName(a: RoomInfo, b: RoomInfo): number {
  const left = fold(a.name);
  const right = fold(b.name);
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : 1;
}

export const setRoom =
  (room: RoomInfo): Change =>
  (directory) => ({
    ...directory,
    rooms: [...directory.rooms.filter((other) => other.id !== room.id), room].sort(byName),
  });

/** A public room was made; its own maker may know more of it already. */
export const addRoom =
  (room: RoomInfo): Change =>
  (directory) =>
    directory.rooms.some((other) => other.id === room.id) ? directory : setRoom(room)(directory);

/** The membership has ended: a private room vanishes, a public one is one of strangers again. */
export const endMembership =
  (roomId: string): Change =>
  (directory) => ({
    ...directory,
    rooms: directory.rooms
      .filter((room) => room.id !== roomId || !room.isPrivate)
      .map((room) => (room.id === roomId ? { ...room, role: null, unread: 0, lastReadId: null } : room)),
  });

export const setUnread =
  (roomId: string, unread: number): Change =>
  (directory) => ({
    ...directory,
    rooms: directory.rooms.map((room) =>
      room.id === roomId && room.unread !== unread ? { ...room, unread: Math.min(unread, MostUnread) } : room,
    ),
  });

export const addUnread =
  (roomId: string): Change =>
  (directory) => {
    const room = directory.rooms.find((other) => other.id === roomId);
    return room ? setUnread(roomId, room.unread + 1)(directory) : directory;
  };

export const addInvitation =
  (invitation: Invitation): Change =>
  (directory) => ({
    ...directory,
    invitations: [invitation, ...directory.invitations.filter((other) => other.id !== invitation.id)],
  });

export const dropInvitation =
  (id: string): Change =>
  (directory) => ({
    ...directory,
    invitations: directory.invitations.filter((invitation) => invitation.id !== id),
  });

export const dropInvitationsTo =
  (roomId: string): Change =>
  (directory) => ({
    ...directory,
    invitations: directory.invitations.filter((invitation) => invitation.roomId !== roomId),
  });

/** What a room's link is called. */
export function linkName(room: RoomInfo): string {
  return room.unread > 0 ? `${room.name}, ${room.unread} unread` : room.name;
}
