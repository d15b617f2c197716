import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type Exchange, type Headers, headerOf, RecordingError, targetOf } from './recording.js';

/** Recordings of one JSON object a line: `{method, path, headers, body, response?}`. */

const BYTE_ORDER_MARK = /^\uFEFF/;

const HEADERS = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.array(z.string())]),
);

/** A body is a text, a value that is sent as JSON (or as a form, if the headers say so), or bytes in base64. */
const CONTENT = {
  headers: HEADERS.nullish(),
  body: z.unknown().optional(),
  encoding: z.literal('base64').nullish(),
};

const LINE = z.object({
  method: z.string().regex(/^[A-Za-z]{1,20}$/),
  path: z.string().min(1),
  ...CONTENT,
  response: z.object({ status: z.int().min(100).max(599), ...CONTENT }).nullish(),
});

type Content = Pick<z.infer<typeof LINE>, 'headers' | 'body' | 'encoding'>;

const headersOf = (headers: Content['headers']): Headers =>
  Object.entries(headers ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));

const isForm = (headers: Headers): boolean =>
  /^\s*application\/x-www-form-urlencoded\b/i.test(headerOf(headers, 'content-type') ?? '');

function messageOf({ headers: given, body, encoding }: Content): { headers: Headers; body: Buffer } {
  const headers = headersOf(given);
  if (body === undefined || body === null) return { headers, body: Buffer.alloc(0) };
  if (typeof body === 'string') return { headers, body: Buffer.from(body, encoding ?? 'utf8') };
  if (isForm(headers) && typeof body === 'object') {
    const pairs = Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]);
    return { headers, body: Buffer.from(new URLSearchParams(pairs).toString()) };
  }
  const typed: Headers =
    headerOf(headers, 'content-type') === undefined
      ? [...headers, ['content-type', 'application/json'] as const]
      : headers;
  return { headers: typed, body: Buffer.from(JSON.stringify(body)) };
}

function parseLine(text: string, number: number): Exchange {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message has a piece of the line in it.
    throw new RecordingError(`line ${number}: not JSON`);
  }
  const { data, error } = LINE.safeParse(value);
  if (!data) {
    const [issue] = error.issues;
    throw new RecordingError(`line ${number}: ${issue?.path.join('.') || 'the value'}: ${issue?.message}`);
  }
  const { method, path, response, ...content } = data;
  return {
    position: `line ${number}`,
    request: { method: method.toUpperCase(), target: targetOf(path), ...messageOf(content) },
    answer: response ? { status: response.status, ...messageOf(response) } : undefined,
  };
}

/** Reads lines of JSON. The memory it takes does not grow with the file. Throws RecordingError. */
export async function* readNdjson(file: Readable): AsyncGenerator<Exchange> {
  let number = 0;
  for await (const line of createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const text = line.replace(BYTE_ORDER_MARK, '');
    if (text.trim() !== '') yield parseLine(text, number);
  }
}
