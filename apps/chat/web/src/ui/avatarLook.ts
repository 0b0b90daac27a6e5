const Hues = 8;

/** One of eight colours, always the same for an id. */
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (const unit of id) hash = Math.imul(hash ^ unit.codePointAt(0)!, 16777619);
  return (hash >>> 0) % Hues;
}

const graphemes = typeof Intl.Segmenter === 'undefined' ? undefined : new Intl.Segmenter();

/** What a reader sees as the first letter: letters may be built of several code points. */
export function initialOf(name: string): string {
  const trimmed = name.trim();
  const first = graphemes
    ? graphemes.segment(trimmed)[Symbol.iterator]().next().value?.segment
    : [...trimmed][0];
  return (first ?? '?').toLocaleUpperCase();
}
