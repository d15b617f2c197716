import type { Readable } from 'node:stream';

export interface StoredFile {
  /** The content, not yet read. Whoever does not consume it destroys it. */
  stream: Readable;
  /** The size in bytes. */
  size: number;
}

/** The keys of what is stored, defined by whoever stores it. */
export interface StorageLayout {
  /** True for a text that is a key: nothing else ever becomes a path. */
  isKey(text: string): boolean;
  /** The keys of what is removed with this one. */
  companionsOf(key: string): readonly string[];
}

/**
 * A store of files: a directory or an S3-compatible bucket. The content under a key never changes (a new one
 * gets a new key), so whoever serves it may let it be cached for ever.
 *
 * Keys are those of its {@link StorageLayout}; `put` and `remove` throw a RangeError for any other.
 */
export interface Storage {
  /**
   * Resolves once the file would survive a crash. A failed or interrupted put leaves nothing under the key. Resolves to
   * false, and changes nothing, when the key is taken: of several puts at once one is the first (S3: `If-None-Match: *`).
   */
  put(key: string, data: Buffer, mime: string): Promise<boolean>;
  /** Removing what is not there succeeds. Its companions go behind it: one that is put when it is gone has to be removed. */
  remove(key: string): Promise<void>;
  /** Null when nothing is stored under the key, or nothing could be. */
  read(key: string): Promise<StoredFile | null>;
}
