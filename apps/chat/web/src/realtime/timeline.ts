import type { ChatMessage } from './types';

/**
 * Merges `batch` (in the server's order) into `known` (the same order), by id. Neither repeats nor reorders.
 *
 * Timestamps never fall but may be equal, and ids are opaque. Messages that both lists hold anchor them to each
 * other; where no anchor decides between equal times, `ties` says on which side of the known ones the new ones belong:
 * `after` for live messages and fresh history, `before` for older pages.
 */
export function mergeMessages(
  known: readonly ChatMessage[],
  batch: readonly ChatMessage[],
  ties: 'after' | 'before' = 'after',
): readonly ChatMessage[] {
  if (batch.length === 0) return known;
  const last = known[known.length - 1];
  const first = batch[0];
  if (!last || !first) return dedupe(batch);

  const inBatch = new Set(batch.map((message) => message.id));
  const indexById = new Map(known.map((message, index) => [message.id, index]));
  const fresh = batch.some((message) => !indexById.has(message.id));
  if (!fresh) return known;

  const merged: ChatMessage[] = [];
  const taken = new Set<string>();
  let next = 0;
  const take = (message: ChatMessage) => {
    if (taken.has(message.id)) return;
    taken.add(message.id);
    merged.push(message);
  };
  for (const message of batch) {
    const index = indexById.get(message.id);
    if (index !== undefined) {
      for (; next <= index; next++) take(known[next]!);
      continue;
    }
    for (; next < known.length; next++) {
      const other = known[next]!;
      if (inBatch.has(other.id)) break;
      const order = compareTimes(other, message);
      if (order > 0 || (order === 0 && ties === 'before')) break;
      take(other);
    }
    take(message);
  }
  for (; next < known.length; next++) take(known[next]!);
  return merged;
}

/** Whether the two lists share a message, so that nothing can be missing between them. */
export function overlaps(known: readonly ChatMessage[], batch: readonly ChatMessage[]): boolean {
  const ids = new Set(known.map((message) => message.id));
  return batch.some((message) => ids.has(message.id));
}

function compareTimes(a: ChatMessage, b: ChatMessage): number {
  return Date.parse(a.timestamp) - Date.parse(b.timestamp);
}

function dedupe(batch: readonly ChatMessage[]): readonly ChatMessage[] {
  const seen = new Set<string>();
  return batch.filter((message) => !seen.has(message.id) && seen.add(message.id));
}
