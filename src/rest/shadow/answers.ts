import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { type Answer, bodyOf } from '../comparison/answer.js';
import { isSecretName } from '../comparison/redaction.js';
import { isRecord } from '../input.js';

/** The most bytes of a request's body, and of each of the two answers, that are held to be compared. */
export const REQUEST_MAX = 65_536;
export const ANSWER_MAX = 131_072;

/** An answer as it was sent. */
export interface SentAnswer {
  status: number;
  type: string | undefined;
  coding?: string | undefined;
  body: Buffer;
}

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

const isCoding = (text: string): text is keyof typeof DECODERS => Object.hasOwn(DECODERS, text);

/** What is compared of an answer; null for a coding that is not read, and for what is too long once decoded. */
export async function comparable({ status, type, coding, body }: SentAnswer): Promise<Answer | null> {
  const named = coding?.trim().toLowerCase() || 'identity';
  if (named === 'identity') return { status, body: bodyOf(type, body) };
  if (!isCoding(named)) return null;
  try {
    const decoded = await DECODERS[named](body, { maxOutputLength: ANSWER_MAX });
    return { status, body: bodyOf(type, decoded) };
  } catch {
    return null;
  }
}

const textsOf = (value: unknown): string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return Array.isArray(value)
    ? value.flatMap(textsOf)
    : isRecord(value)
      ? Object.values(value).flatMap(textsOf)
      : [];
};

/** The values that a request brought and that nobody is to read: sessions, and what its parameters' names say is secret. */
export function secretsOf(request: FastifyRequest, names: ReadonlySet<string>): Set<string> {
  const { authorization = '', cookie = '' } = request.headers;
  const cookies = cookie.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  const named = [request.headers, request.query, request.params, request.body]
    .filter(isRecord)
    .flatMap((values) => Object.entries(values))
    .filter(([name]) => isSecretName(name, names))
    .flatMap(([, value]) => textsOf(value));
  return new Set([authorization.replace(/^\w+ +/, ''), ...cookies, ...named].filter(Boolean));
}
