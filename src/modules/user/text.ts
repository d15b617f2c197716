import { randomBytes } from 'node:crypto';
import { AppError } from '../../errors/app-error.js';
import { INVISIBLE, trimmed, visible } from '../../text.js';
import { parseEmail, parsePhone } from './contact.js';

/** A letter, `_` or a non-ASCII character, then also digits. */
const NAME = /^[A-Za-z_\u{80}-\u{10FFFF}][0-9A-Za-z_\u{80}-\u{10FFFF}]*$/u;
/** Drawn differently on every machine, or not at all. */
const UNASSIGNED = /[\p{Co}\p{Cn}\p{Cs}]/u;
const NAME_WIDTH = { min: 2, max: 12 };
/** Of the shortest that any door takes: `open.md` registers `ken`. */
export const NAME_WIDTH_LEAST = 1;

/** Display width: ASCII letters, digits and `_` count a half, everything else one. */
export const displayWidth = (name: string): number =>
  [...name].reduce((width, character) => width + (/[A-Za-z0-9_]/.test(character) ? 0.5 : 1), 0);

/** Form only, whatever the length. */
export const isNameShaped = (text: string): boolean => NAME.test(text);

/** Invisible characters at either end go: people paste names with them. */
export const nameAsTyped = (input: string): string => trimmed(input).normalize();

/**
 * The same for every case and composition of a name, as `name_key` of the database is. In lower case first, because the
 * capital ẞ is its own upper case.
 */
export const foldName = (name: string): string =>
  name.normalize().toLowerCase().toUpperCase().toLowerCase().normalize().replaceAll('ς', 'σ');

/** Invisible characters would make two names look the same; what reads as a phone or an address would never log in. */
const isName = (text: string): boolean =>
  isNameShaped(text) &&
  !INVISIBLE.test(text) &&
  !UNASSIGNED.test(text) &&
  parsePhone(text) === null &&
  parseEmail(text) === null;

/** A login name as typed, trimmed, of at least that display width. Throws NAME_INVALID or NAME_LENGTH. */
export function normaliseName(input: string, minWidth = NAME_WIDTH.min): string {
  const name = nameAsTyped(input);
  if (name !== '' && !isName(name)) throw new AppError('NAME_INVALID', { field: 'name' });
  const width = displayWidth(name);
  if (width < minWidth || width > NAME_WIDTH.max) throw new AppError('NAME_LENGTH', { field: 'name' });
  return name;
}

/** A name nobody has chosen: `user_` and 40 random bits. */
export const generateName = (): string => `user_${randomBytes(5).toString('hex')}`;

/**
 * A text of at most `max` characters, without what cannot be seen around it; null when that is all. Throws
 * INVALID_INPUT.
 */
export function normaliseText(input: string | null, field: string, max: number): string | null {
  const text = visible(input ?? '');
  if ([...text].length > max) throw new AppError('INVALID_INPUT', { field });
  return text === '' ? null : text;
}
