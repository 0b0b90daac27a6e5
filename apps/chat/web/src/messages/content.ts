/** The longest message that the server takes, in code points. */
export const MaxLength = 4000;

// Control characters but tab and line breaks; halves of surrogate pairs.
const forbidden = /[^\P{Cc}\t\n\r]|\p{Cs}/gu;

/** What is sent for a typed text: as typed, without the invisible characters that pasting may bring and no server takes. */
export function cleanContent(text: string): string {
  return text.replace(forbidden, '');
}

/** Code points, as the server counts. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
