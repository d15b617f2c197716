import { z } from 'zod';
import { isRange } from './infra/ip.js';

/** Formats of settings: each reads the text of an environment variable, or says what it has to be. */

const flag = z.enum(['on', 'off'], { error: 'must be on or off' });

export const onOff = (fallback: boolean) =>
  flag.prefault(fallback ? 'on' : 'off').transform((value) => value === 'on');

/** Undefined when it is left open. */
export const onOffOrOpen = () => flag.transform((value) => value === 'on').optional();

export const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must lie between ${min} and ${max}`)
    .prefault(String(fallback));

const list = (fallback: string) =>
  z
    .string()
    .prefault(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    );

export const ranges = (fallback: string) =>
  list(fallback).refine((items) => items.every(isRange), 'must be addresses or CIDR ranges, comma-separated');

/** As a browser writes them; anything else would be compared in vain. `*` would be everybody's. */
export const origins = () =>
  list('').refine(
    (items) => items.every((item) => /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.:[\]-]+$/.test(item)),
    'must be origins such as https://app.example.com, in lower case and without a slash at the end, comma-separated',
  );

/** Some of these words, all by default; `off` is none of them. */
export const someOf = <const T extends string>(words: readonly T[]) =>
  z
    .string()
    .prefault(words.join(','))
    .transform((value, context): readonly T[] => {
      const given = value === 'off' ? [] : value.split(',').map((item) => item.trim());
      const known = words.filter((word) => given.includes(word));
      if (new Set(given).size === known.length) return known;
      context.addIssue(`must be off, or of ${words.join(', ')}, comma-separated`);
      return z.NEVER;
    });

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .transform((value) => value.replace(/\/+$/, ''));

export const url = () => httpUrl.optional();

export const urlOr = (fallback: string) => httpUrl.prefault(fallback);

export const connection = (protocol: RegExp, message: string) =>
  z
    .string()
    .regex(protocol, { error: message, abort: true })
    .refine(
      (value) => value.split(',').every((part) => isWholeUrl(part.trim())),
      'must be a whole URL: percent-encode what is neither letter nor digit in its password',
    )
    .optional();

/** A password with a slash or the like in it, not encoded, ends the host early and leaves its @ behind. */
function isWholeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || /[@#]/.test(url.pathname + url.search + url.hash)) return false;
  return [url.username, url.password, url.pathname].every(isEncoded);
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Takes what `parse` reads; `parse` answers null for anything it cannot. */
export const parsed = <T>(parse: (text: string) => T | null, message: string) =>
  z.string().transform((value, context) => {
    const read = parse(value);
    if (read !== null) return read;
    context.addIssue(message);
    return z.NEVER;
  });

export const text = () => z.string().optional();
