import { useSyncExternalStore, type MouseEvent } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

const path = () => window.location.pathname;

/** The id of the room in the address, or `null`. */
export function useOpenRoomId(): string | null {
  return roomIdOf(useSyncExternalStore(subscribe, path));
}

export function roomIdOf(pathname: string): string | null {
  const found = /^\/rooms\/([0-9A-Za-z_-]{1,64})\/?$/.exec(pathname);
  return found?.[1] ?? null;
}

export function roomPath(roomId: string): string {
  return `/rooms/${encodeURIComponent(roomId)}`;
}

export function navigate(to: string, { replace = false } = {}): void {
  if (to === window.location.pathname) return;
  window.history[replace ? 'replaceState' : 'pushState'](null, '', to);
  for (const listener of [...listeners]) listener();
}

/** For links within the page: a plain click goes there without loading; all others are the browser's. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname);
}
