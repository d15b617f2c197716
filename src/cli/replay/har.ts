import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { type Exchange, type Headers, headerOf, RecordingError, targetOf } from './recording.js';

/** Recordings of browsers and proxies: HAR 1.2. */

const PAIRS = z.array(z.object({ name: z.string(), value: z.string() }));

const PARAMS = z.array(
  z.object({
    name: z.string(),
    value: z.string().nullish(),
    fileName: z.string().nullish(),
    contentType: z.string().nullish(),
  }),
);

const ENTRY = z.object({
  startedDateTime: z.string().nullish(),
  request: z.object({
    method: z.string().regex(/^[A-Za-z]{1,20}$/),
    url: z.string(),
    headers: PAIRS,
    bodySize: z.number().nullish(),
    postData: z
      .object({
        mimeType: z.string().nullish(),
        text: z.string().nullish(),
        encoding: z.string().nullish(),
        params: PARAMS.nullish(),
      })
      .nullish(),
  }),
  response: z
    .object({
      status: z.number(),
      headers: PAIRS,
      content: z
        .object({
          mimeType: z.string().nullish(),
          text: z.string().nullish(),
          encoding: z.string().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

const HAR = z.object({ log: z.object({ entries: z.array(z.unknown()) }) });

type Entry = z.infer<typeof ENTRY>;
type PostData = NonNullable<Entry['request']['postData']>;

/** Headers of HTTP/2 that are the request line are none of HTTP/1. */
const headersOf = (pairs: z.infer<typeof PAIRS>): Headers =>
  pairs.filter(({ name }) => !name.startsWith(':')).map(({ name, value }) => [name, value] as const);

/**
 * The bytes of a text. Tools write a binary body one character a byte, without saying so: what is as long as the body
 * was is right.
 */
function bytesOf(text: string, encoding: string | null | undefined, size: number): Buffer {
  if (encoding === 'base64') return Buffer.from(text, 'base64');
  const utf8 = Buffer.from(text);
  return utf8.length !== size && text.length === size && !/[^\0-\xff]/.test(text)
    ? Buffer.from(text, 'latin1')
    : utf8;
}

/** A form of several parts, as the boundary of its type has it. */
function multipart(params: z.infer<typeof PARAMS>, boundary: string): Buffer {
  const parts = params.map(({ name, value, fileName, contentType }) => {
    const file = fileName ? `; filename="${fileName}"` : '';
    const type = contentType ? `Content-Type: ${contentType}\r\n` : '';
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${type}\r\n${value ?? ''}\r\n`;
  });
  return Buffer.from(`${parts.join('')}--${boundary}--\r\n`);
}

function bodyOf({ text, encoding, params, mimeType }: PostData, size: number): Buffer {
  if (text) return bytesOf(text, encoding, size);
  if (!params?.length) return Buffer.alloc(0);
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(mimeType ?? '') ?? [];
  const boundary = quoted ?? bare;
  if (boundary) return multipart(params, boundary);
  const pairs = params.map(({ name, value }): [string, string] => [name, value ?? '']);
  return Buffer.from(new URLSearchParams(pairs).toString());
}

function requestOf({
  method,
  url,
  headers: pairs,
  bodySize,
  postData,
}: Entry['request']): Exchange['request'] {
  const headers = headersOf(pairs);
  const size = Number(headerOf(headers, 'content-length') ?? bodySize ?? -1);
  const type = postData?.mimeType;
  const typed: Headers =
    type && headerOf(headers, 'content-type') === undefined
      ? [...headers, ['content-type', type] as const]
      : headers;
  const body = postData ? bodyOf(postData, size) : Buffer.alloc(0);
  return { method: method.toUpperCase(), target: targetOf(url), headers: typed, body };
}

/** An answer that was none, or that a browser took from its cache, is not there. */
function answerOf(response: Entry['response']): Exchange['answer'] {
  if (!response || response.status < 200 || response.status === 304) return undefined;
  const { mimeType, text, encoding } = response.content ?? {};
  const headers = headersOf(response.headers);
  const typed: Headers =
    mimeType && headerOf(headers, 'content-type') === undefined
      ? [...headers, ['content-type', mimeType] as const]
      : headers;
  return { status: response.status, headers: typed, body: bytesOf(text ?? '', encoding, -1) };
}

function parseHar(bytes: Buffer): unknown[] {
  try {
    return HAR.parse(JSON.parse(bytes.toString())).log.entries;
  } catch {
    // Neither message is for everybody's eyes: they have a piece of the file in them.
    throw new RecordingError('log.entries: not the list of a HAR file');
  }
}

function parseEntry(value: unknown, index: number): Entry {
  const { data, error } = ENTRY.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw new RecordingError(`log.entries[${index}].${issue?.path.join('.')}: ${issue?.message}`);
}

/** Reads a HAR file as a whole. Requests come in the order they were started in. Throws RecordingError. */
export async function* readHar(file: Readable): AsyncGenerator<Exchange> {
  const entries = parseHar(await buffer(file)).map((value, index) => ({
    index,
    entry: parseEntry(value, index),
  }));
  const started = ({ entry }: { entry: Entry }) => Date.parse(entry.startedDateTime ?? '') || 0;
  for (const { index, entry } of entries.toSorted((one, other) => started(one) - started(other))) {
    if (!/^https?:/i.test(entry.request.url)) continue;
    yield {
      position: `log.entries[${index}]`,
      request: requestOf(entry.request),
      answer: answerOf(entry.response),
    };
  }
}
