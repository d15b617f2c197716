import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../errors/app-error.js';
import { isMd5 } from '../../md5.js';

/** One decoded parameter of a request, in any order. */
export interface RequestParameter {
  name: string;
  value: string;
}

/** A signed request, taken apart but not believed yet. */
export interface SignedRequest {
  appId: number;
  /** Unix seconds. */
  timestamp: number;
  /** Lower-case hexadecimal. */
  signature: string;
  /** The signed text, before the secret is put behind it. */
  text: string;
  values: ReadonlyMap<string, string>;
}

/** The clock of an app may be off by so much, in seconds (`open.md`, 公共参数说明). */
const CLOCK_TOLERANCE = 600;
const PARAMETERS_MAX = 50;

const invalid = (field: string): AppError => new AppError('INVALID_INPUT', { field });

/** Every parameter but `sign` as `key=value`, in byte order, joined (`open.md`, 签名算法). */
const signedText = (parameters: readonly RequestParameter[]): string =>
  parameters
    .filter(({ name }) => name !== 'sign')
    .map(({ name, value }) => Buffer.from(`${name}=${value}`))
    .sort(Buffer.compare)
    .map((pair) => pair.toString())
    .join('');

/** Digits of any length: a number too large is no known app, and no time that is near. */
function wholeNumber(values: ReadonlyMap<string, string>, name: string): number {
  const text = values.get(name) ?? '';
  if (!/^\d+$/.test(text)) throw invalid(name);
  return Number(text);
}

/** Throws INVALID_INPUT when a common parameter is missing or malformed, or any is there twice. */
export function readSignedRequest(parameters: readonly RequestParameter[]): SignedRequest {
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  if (values.size !== parameters.length || values.size > PARAMETERS_MAX) throw invalid('parameters');
  const signature = (values.get('sign') ?? '').toLowerCase();
  if (!isMd5(signature)) throw invalid('sign');
  if ((values.get('format') || 'json') !== 'json') throw invalid('format');
  return {
    appId: wholeNumber(values, 'app_id'),
    timestamp: wholeNumber(values, 'timestamp'),
    signature,
    text: signedText(parameters),
    values,
  };
}

export const isTimely = ({ timestamp }: SignedRequest, now = Date.now()): boolean =>
  Math.abs(now / 1000 - timestamp) <= CLOCK_TOLERANCE;

/** Compares in constant time. */
export function isSignedBy({ text, signature }: SignedRequest, secret: string): boolean {
  const expected = createHash('md5').update(`${text}${secret}`).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
