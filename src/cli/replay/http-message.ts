import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import {
  type Headers,
  headerOf,
  headersNamed,
  type RecordedAnswer,
  type RecordedRequest,
  targetOf,
} from './recording.js';

/** Messages of HTTP/1 as they went over the wire. */

/** The most bytes that a body may have once it is unpacked. */
export const BODY_MAX = 64 * 1024 * 1024;

interface Message {
  start: string;
  headers: Headers;
  body: Buffer;
}

function splitMessage(bytes: Buffer): Message | undefined {
  const crlf = bytes.indexOf('\r\n\r\n');
  const end = crlf === -1 ? bytes.length : crlf;
  const [start = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = lines
    .filter((line) => line.includes(':'))
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
    });
  return { start, headers, body: crlf === -1 ? Buffer.alloc(0) : bytes.subarray(crlf + 4) };
}

/** The bytes of a chunked body; undefined where they do not end as they should. */
function unchunked(body: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const [digits] = end === -1 ? [] : (/^[\da-f]{1,8}/i.exec(body.toString('latin1', at, end)) ?? []);
    if (digits === undefined) return undefined;
    const size = Number.parseInt(digits, 16);
    if (size === 0) return Buffer.concat(chunks);
    const from = end + 2;
    if (from + size > body.length) return undefined;
    chunks.push(body.subarray(from, from + size));
    at = from + size + 2;
  }
}

const LIMIT = { maxOutputLength: BODY_MAX };

/** Deflate is sent with a header of zlib's, as it should be, and without. */
function inflated(body: Buffer): Buffer {
  try {
    return inflateSync(body, LIMIT);
  } catch {
    return inflateRawSync(body, LIMIT);
  }
}

const UNPACKING: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body, LIMIT),
  'x-gzip': (body) => gunzipSync(body, LIMIT),
  deflate: inflated,
  br: (body) => brotliDecompressSync(body, LIMIT),
  identity: (body) => body,
};

/** A body without compression; undefined where it cannot be unpacked. */
export function unpacked(headers: Headers, body: Buffer): Buffer | undefined {
  const names = headersNamed(headers, 'content-encoding').flatMap((value) => value.split(','));
  let bytes = body;
  for (const name of names.map((one) => one.trim().toLowerCase()).reverse()) {
    const unpack = name === '' ? UNPACKING.identity : UNPACKING[name];
    if (!unpack) return undefined;
    try {
      bytes = bytes.length === 0 ? bytes : unpack(bytes);
    } catch {
      return undefined;
    }
  }
  return bytes;
}

/** A body without its chunks; undefined where less is there than was said. */
function wholeBody({ headers, body }: Message): Buffer | undefined {
  if (/\bchunked\b/i.test(headerOf(headers, 'transfer-encoding') ?? '')) return unchunked(body);
  const length = Number(headerOf(headers, 'content-length') ?? body.length);
  return length <= body.length ? body.subarray(0, length) : undefined;
}

/** A request; undefined where the bytes are none. One whose body is not whole keeps what is there. */
export function parseRequest(bytes: Buffer): RecordedRequest | undefined {
  const message = splitMessage(bytes);
  const [, method, url] = /^([A-Z]+) (\S.*?)(?: HTTP\/\d(?:\.\d)?)?$/.exec(message?.start ?? '') ?? [];
  if (!message || method === undefined || url === undefined) return undefined;
  // Bytes beyond ASCII are escaped one by one: they are of whatever encoding the client had.
  const escaped = url.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  const { headers } = message;
  return { method, target: targetOf(escaped), headers, body: wholeBody(message) ?? message.body };
}

/** An answer; undefined where it is not whole. */
export function parseAnswer(bytes: Buffer): RecordedAnswer | undefined {
  const message = splitMessage(bytes);
  const [, status] = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(message?.start ?? '') ?? [];
  const whole = message && wholeBody(message);
  const body = whole && unpacked(message.headers, whole);
  return body && status !== undefined
    ? { status: Number(status), headers: message.headers, body }
    : undefined;
}
