import type { ChatMessage } from './types';

/**
 * Adds `batch` to `known`, each message once, in the room's order: the server gives every message of a room a later time
 * than the one before it, so whatever way and in whatever turn they came, all readers see one order.
 */
export function mergeMessages(known: readonly ChatMessage[], batch: readonly ChatMessage[]): readonly ChatMessage[] {
  const ids = new Set(known.map((message) => message.id));
  const fresh = batch.filter((message) => !ids.has(message.id) && ids.add(message.id));
  return fresh.length === 0 ? known : [...known, ...fresh].sort(byTime);
}

/** Whether the two lists share a message, so that nothing can be missing between them. */
export function overlaps(known: readonly ChatMessage[], batch: readonly ChatMessage[]): boolean {
  const ids = new Set(known.map((message) => message.id));
  return batch.some((message) => ids.has(message.id));
}

/** ISO 8601 in one form and zone: text sorts as the times do. */
function byTime(a: ChatMessage, b: ChatMessage): number {
  return a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0;
}
