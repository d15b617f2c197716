import { parseStorageKey } from './image.key.js';

const NODE_PREFIX = 'public:';
const ID = /^[0-9a-f]{32}$/;

/** ThinkSNS+ clients name a picture by its node: `public:` and its key. */
export const nodeOf = (key: string): string => NODE_PREFIX + key;

/**
 * The id that a text names a picture by, an id itself or a node; null for anything else. A node names the whole key,
 * so a picture of that id has to have it.
 */
export function parseReference(reference: string): { id: string | null; key: string | null } {
  if (!reference.startsWith(NODE_PREFIX)) return { id: ID.test(reference) ? reference : null, key: null };
  const key = reference.slice(NODE_PREFIX.length);
  return { id: parseStorageKey(key)?.id ?? null, key };
}
