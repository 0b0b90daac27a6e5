const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What is wrong with a user name, or `null`. The server has the last word; this spares the way to it. */
export function checkName(name: string): string | null {
  const trimmed = name.trim();
  if (trimmed === '') return 'Enter your name.';
  if (unseen.test(trimmed)) return 'The name holds a character that cannot be seen.';
  if (lengthOf(trimmed) > 32) return 'The name may have at most 32 characters.';
  return null;
}

/** What is wrong with a password, or `null`. A wrong length matters only to new accounts. */
export function checkPassword(password: string, isNew: boolean): string | null {
  if (password === '') return 'Enter your password.';
  if (!isNew) return null;
  const length = lengthOf(password);
  if (length < 8) return 'The password needs at least 8 characters.';
  if (length > 128) return 'The password may have at most 128 characters.';
  return null;
}

/** Code points, as the server counts. */
function lengthOf(text: string): number {
  return [...text].length;
}
