import { z } from 'zod';
import { LEGACY_SYSTEMS } from './door.js';
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

export const names = () => list('');

export const ranges = (fallback: string) =>
  list(fallback).refine((items) => items.every(isRange), 'must be addresses or CIDR ranges, comma-separated');

export const systems = () =>
  list('')
    .transform((items) => [...new Set(items)])
    .pipe(
      z.array(z.enum(LEGACY_SYSTEMS, { error: `must be of ${LEGACY_SYSTEMS.join(', ')}, comma-separated` })),
    );

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

/** Some of these words, each once, in the order given. */
export const inOrder = <const T extends string>(words: readonly T[], fallback: T) =>
  z
    .string()
    .prefault(fallback)
    .transform((value, context): readonly T[] => {
      const given = value.split(',').map((item) => item.trim());
      const known = given.flatMap((item) => words.find((word) => word === item) ?? []);
      if (known.length === given.length && new Set(known).size === known.length) return known;
      context.addIssue(`must be of ${words.join(', ')}, comma-separated`);
      return z.NEVER;
    });

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .transform((value) => value.replace(/\/+$/, ''));

export const url = () => httpUrl.optional();

export const urlOr = (fallback: string) => httpUrl.prefault(fallback);

/** A server that requests are passed to, as they come: its URL may have a path, which stands before theirs. */
export const upstream = () =>
  httpUrl
    .refine((text) => {
      const { username, password, search, hash } = new URL(text);
      return `${username}${password}${search}${hash}` === '';
    }, 'must be an http(s) URL without user, query and fragment')
    .optional();

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

/** A door and the share of its requests, from above 0 to 1. */
export interface Share {
  name: string;
  share: number;
}

function parseShares(text: string): Share[] | null {
  const items = text.split(',').map((item) => /^\s*(\w+):(\d(?:\.\d{1,6})?)\s*$/.exec(item));
  const shares = items.map((item) => ({ name: item?.[1] ?? '', share: Number(item?.[2]) }));
  return shares.every(({ share }) => share > 0 && share <= 1) ? shares : null;
}

export const shares = () =>
  z
    .string()
    .prefault('')
    .pipe(
      parsed(
        (text) => (text === '' ? [] : parseShares(text)),
        'must be door:share, comma-separated, with shares above 0 and up to 1',
      ),
    );

/** When a legacy system ends, and from when on it is deprecated; both at midnight UTC. */
export interface Sunset {
  end: Date;
  deprecation: Date;
}

/** The days before its end from which a system is deprecated, where nothing else is said. */
const DEPRECATED_DAYS = 180;

/** A date of the calendar at midnight UTC; null for anything else, such as the 30th of February. */
function parseDate(text: string): Date | null {
  const date = new Date(/^[1-9]\d{3}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : Number.NaN);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : date;
}

function parseSunset(text: string): Sunset | null {
  const [last = '', first, ...rest] = text.split(',').map((item) => item.trim());
  const end = parseDate(last);
  if (!end || rest.length > 0) return null;
  const before = new Date(end.getTime() - DEPRECATED_DAYS * 86_400_000);
  const deprecation = first === undefined ? before : parseDate(first);
  return deprecation && deprecation <= end ? { end, deprecation } : null;
}

export const sunset = (door: string) =>
  parsed(
    parseSunset,
    'must be the date of the end, YYYY-MM-DD, and perhaps that of the deprecation behind a comma, not later',
  )
    .optional()
    .describe(
      `The day on which \`${door}\` ends, and behind a comma the one from which it is deprecated (by default ${DEPRECATED_DAYS} days before): \`2027-06-30,2026-12-01\`, midnight UTC. Its answers then say so (\`Sunset\`, \`Deprecation\`, \`Link\`); nothing else changes.`,
    );

export const text = () => z.string().optional();
