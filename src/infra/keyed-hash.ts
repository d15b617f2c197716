import { createHmac } from 'node:crypto';

/** A one-way name for a list of texts: the same list, the same name. 43 characters of base64url. */
export type KeyedHash = (...parts: readonly string[]) => string;

/**
 * HMAC-SHA-256 under a key of its own for each use. Phone numbers, addresses and six digits are few enough to be
 * guessed from a plain hash; without the secret this one tells nothing.
 */
export function createKeyedHash(secret: string, use: string): KeyedHash {
  const key = createHmac('sha256', secret).update(use).digest();
  // JSON gives no two lists the same text.
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}
