import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

/** The extensions that can be stored, and what they are served as. */
export const MIME_BY_EXTENSION = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
} as const;

export type StoredExtension = keyof typeof MIME_BY_EXTENSION;

/** The extension of what is served as this type; undefined when nothing is. */
export const extensionOf = (mime: string): StoredExtension | undefined =>
  (Object.keys(MIME_BY_EXTENSION) as StoredExtension[]).find((name) => MIME_BY_EXTENSION[name] === mime);

export interface StoredFile {
  /** The content, not yet read. Whoever does not consume it destroys it. */
  stream: Readable;
  /** In bytes. */
  size: number;
}

/** Longest sides, in pixels, of the smaller copies that may lie beside a picture. */
export const COPY_SIDES = [200, 800] as const;

export type CopySide = (typeof COPY_SIDES)[number];

/**
 * Where files live: a directory or an S3-compatible bucket. What is written under a key never changes
 * (a new content gets a new key), so whoever serves it may let it be cached for ever.
 *
 * Keys are those of {@link newStorageKey} and {@link copyKeyOf}; `put` and `remove` throw a RangeError for any other.
 */
export interface Storage {
  /**
   * Resolves once the file would survive a crash. A failed or interrupted put leaves nothing under the key. Resolves to
   * false, and changes nothing, when the key is taken: of several puts at once one is the first (S3: `If-None-Match: *`).
   */
  put(key: string, data: Buffer, mime: string): Promise<boolean>;
  /** Removing what is not there succeeds. The copies of a picture go with it. */
  remove(key: string): Promise<void>;
  /** Null when nothing is stored under the key, or nothing could be. */
  read(key: string): Promise<StoredFile | null>;
}

const KEY =
  /^(\d{4}\/(?:0[1-9]|1[0-2])\/(?:0[1-9]|[12]\d|3[01])\/([0-9a-f]{32}))(_(?:200|800))?\.(jpg|png|webp|gif)$/;

/** A fresh key, `YYYY/MM/DD/<32 hex>.<extension>` with the date in UTC; 128 random bits keep it unguessable. */
export function newStorageKey(extension: StoredExtension, now = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/${randomBytes(16).toString('hex')}.${extension}`;
}

export interface ParsedKey {
  id: string;
  extension: StoredExtension;
  /** The key of the picture that this is a copy of; undefined when it is none. */
  original?: string;
}

/** The parts of a key, or null for any string that is not one: nothing else ever becomes a path. */
export function parseStorageKey(key: string): ParsedKey | null {
  const [, path, id, copy, extension] = KEY.exec(key) ?? [];
  if (!id || !extension) return null;
  return { id, extension: extension as StoredExtension, original: copy && `${path}.${extension}` };
}

/** Where the copy of a picture lies: `YYYY/MM/DD/<32 hex>_<side>.<extension>`. */
export const copyKeyOf = (key: string, side: CopySide): string => key.replace(/(?=\.\w+$)/, `_${side}`);
