import { INTEGER_MAX } from '../../numbers.js';
import { parseStorageKey } from './image.key.js';

const NODE_PREFIX = 'public:';
const ID = /^[0-9a-f]{32}$/;
const NUMBER = /^[1-9]\d{0,9}$/;

/** ThinkSNS+ clients name a picture by its node: `public:` and its key. */
export const nodeOf = (key: string): string => NODE_PREFIX + key;

/** What a text names a picture by: an id, the id and the key in a node, or a number. */
export type ImageReference = { id: string; key?: string } | { number: number };

/** Null for a text that names no picture. A node names the whole key, so a picture of that id has to have it. */
export function parseReference(reference: string): ImageReference | null {
  if (ID.test(reference)) return { id: reference };
  if (NUMBER.test(reference)) {
    const number = Number(reference);
    return number <= INTEGER_MAX ? { number } : null;
  }
  const key = reference.startsWith(NODE_PREFIX) ? reference.slice(NODE_PREFIX.length) : '';
  const parsed = parseStorageKey(key);
  return parsed && { id: parsed.id, key };
}
