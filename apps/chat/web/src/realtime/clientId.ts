/**
 * A new id for a message of ours: 128 random bits in `[0-9a-f]`.
 * `crypto.randomUUID` exists in secure contexts only; a chat on a plain-HTTP LAN address has to work too.
 */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
