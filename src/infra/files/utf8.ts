const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as a text; null where they are not UTF-8, so that no character ever stands for another. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}

/** True where a file begins as one in UTF-16 or UTF-32 does. */
export const isWide = (start: Uint8Array): boolean =>
  (start[0] === 0xff && start[1] === 0xfe) ||
  (start[0] === 0xfe && start[1] === 0xff) ||
  (start[0] === 0 && start[1] === 0 && start[2] === 0xfe && start[3] === 0xff);

/** True where it begins with the mark of UTF-8. */
export const isMarked = (start: Uint8Array): boolean =>
  start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;

export const MARK_BYTES = 3;
