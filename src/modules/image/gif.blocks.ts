const EXTENSION = 0x21;
const FRAME = 0x2c;
/** Signature and screen. */
const SCREEN_BYTES = 13;
/** Position, size and flags of a frame; after its colours a byte more. */
const FRAME_BYTES = 10;

/** Bytes of a table of colours, which the flags before it announce. */
const coloursOf = (flags = 0): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** The end of the data blocks that begin at `at`: each says its length, and the last one is empty. */
function endOfData(bytes: Buffer, at: number): number {
  let end = at;
  for (let length = bytes[end]; length; length = bytes[end]) end += length + 1;
  return end + 1;
}

/**
 * True for a GIF that ends within a frame or an extension. Without the byte that should end the whole, or with another one
 * there, it is complete, as browsers have it.
 */
export function isCutOffGif(bytes: Buffer): boolean {
  let at = SCREEN_BYTES + coloursOf(bytes[10]);
  for (let kind = bytes[at]; kind === EXTENSION || kind === FRAME; kind = bytes[at]) {
    const data = kind === FRAME ? at + FRAME_BYTES + coloursOf(bytes[at + 9]) + 1 : at + 2;
    at = endOfData(bytes, data);
  }
  return at > bytes.length;
}
