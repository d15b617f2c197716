import { randomBytes } from 'node:crypto';
import type { StorageLayout } from '../../infra/storage/port.js';

const EXTENSIONS = ['jpg', 'png', 'webp', 'gif'] as const;

/** The extensions that can be stored. */
export type StoredExtension = (typeof EXTENSIONS)[number];

/** The Content-Type that each extension is served with. */
export const MIME_BY_EXTENSION: Readonly<Record<StoredExtension, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
};

/** The extension of what is served as this type; undefined when nothing is. */
export const extensionOf = (mime: string): StoredExtension | undefined =>
  EXTENSIONS.find((name) => MIME_BY_EXTENSION[name] === mime);

/** Longest sides, in pixels, of the smaller copies that may lie beside a picture; all that there can be. */
export const COPY_SIDES = [50, 100, 200, 300, 400, 600, 800, 1200, 1600, 2400] as const;

export type CopySide = (typeof COPY_SIDES)[number];

const KEY =
  /^(\d{4}\/(?:0[1-9]|1[0-2])\/(?:0[1-9]|[12]\d|3[01])\/([0-9a-f]{32}))(?:_([1-9]\d{1,3}))?\.(jpg|png|webp|gif)$/;

/** A fresh key, `YYYY/MM/DD/<32 hex>.<extension>` with the date in UTC; 128 random bits keep it unguessable. */
export function newStorageKey(extension: StoredExtension, now = new Date()): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/${randomBytes(16).toString('hex')}.${extension}`;
}

export interface ParsedKey {
  id: string;
  extension: StoredExtension;
  /** The picture that this is a copy of, and its longest side; undefined when it is none. */
  copyOf?: { key: string; side: CopySide };
}

/** The parts of a key, or null for any string that is not one. */
export function parseStorageKey(key: string): ParsedKey | null {
  const [, path, id, copy, suffix] = KEY.exec(key) ?? [];
  const extension = EXTENSIONS.find((name) => name === suffix);
  if (!id || !extension) return null;
  if (copy === undefined) return { id, extension };
  const side = COPY_SIDES.find((one) => String(one) === copy);
  return side === undefined ? null : { id, extension, copyOf: { key: `${path}.${extension}`, side } };
}

/** The storage key of a picture's copy: `YYYY/MM/DD/<32 hex>_<side>.<extension>`. */
export const copyKeyOf = (key: string, side: CopySide): string => key.replace(/(?=\.\w+$)/, `_${side}`);

/** Pictures, each with its copies beside it. */
export const PICTURE_LAYOUT: StorageLayout = {
  isKey: (key) => parseStorageKey(key) !== null,
  companionsOf: (key) => (parseStorageKey(key)?.copyOf ? [] : COPY_SIDES.map((side) => copyKeyOf(key, side))),
};
