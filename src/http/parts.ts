import type { FastifyRequest } from 'fastify';
import { namesReadableCharset } from './request-head.js';

const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i;
const CONTENT_TYPE = /^content-type:.*/im;
const FILE_NAME = /^content-disposition:.*;\s*filename\*?=/im;
const ASCII = /;\s*charset\s*=\s*"?(?:us-)?ascii/i;
const NOT_ASCII = /[\x80-\xFF]/;
const END_OF_HEAD = '\r\n\r\n';
/** Longer than the head of any part. */
const HEAD_MAX = 16_384;

/** The type that a part claims for its text; a file is no text, whatever it claims. */
const typeOf = (head: string): string => (FILE_NAME.test(head) ? '' : (CONTENT_TYPE.exec(head)?.[0] ?? ''));

/**
 * Looks at the parts of a form as they pass, and tells whether each text so far is in a charset that is read: the
 * parsers decode them by what they name (US-ASCII as Latin-1), and say nothing of it. To be called right before the body
 * is read.
 */
export function watchParts({ raw, headers }: FastifyRequest): () => boolean {
  const [, quoted, plain = ''] = BOUNDARY.exec(headers['content-type'] ?? '') ?? [];
  const delimiter = `\r\n--${quoted ?? plain}`;
  let readable = true;
  let inHead = false;
  let isAscii = false;
  // The bytes that may belong to the delimiter looked for; the first one stands at the very beginning.
  let rest = '\r\n';

  const endHead = (head: string): void => {
    readable &&= namesReadableCharset(typeOf(head));
    isAscii = ASCII.test(typeOf(head));
  };
  const passContent = (content: string): void => {
    readable &&= !(isAscii && NOT_ASCII.test(content));
  };
  raw.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      const sought = inHead ? END_OF_HEAD : delimiter;
      const at = rest.indexOf(sought);
      if (at < 0) break;
      (inHead ? endHead : passContent)(rest.slice(0, at));
      // The line break that ends a head may begin the next delimiter.
      rest = rest.slice(at + sought.length - (inHead ? 2 : 0));
      inHead = !inHead;
    }
    if (inHead) readable &&= rest.length <= HEAD_MAX;
    else passContent(rest);
    rest = rest.slice(inHead ? -HEAD_MAX : -delimiter.length);
  });
  return () => readable;
}
