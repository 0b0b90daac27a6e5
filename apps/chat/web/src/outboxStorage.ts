import type { OutboxItem, OutboxStorage } from './realtime';

/** What is unsent outlives a reload of its tab. A tab's own storage: two tabs never send for each other. */
export function tabStorage(userId: string): OutboxStorage {
  const key = `fanfare-unsent-${userId}`;
  return {
    load: () => {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? '[]') as OutboxItem[];
      } catch {
        return [];
      }
    },
    save: (items) => {
      try {
        if (items.length === 0) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, JSON.stringify(items));
      } catch {
        // Full or forbidden: the messages still go out from memory.
      }
    },
  };
}
