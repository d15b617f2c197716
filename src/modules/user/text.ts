import { randomBytes } from 'node:crypto';
import { AppError } from '../../errors/app-error.js';

/** A letter, `_` or a non-ASCII character, then also digits (DECISIONS §6). */
const NAME = /^[A-Za-z_\u{80}-\u{10FFFF}][0-9A-Za-z_\u{80}-\u{10FFFF}]*$/u;
/** Invisible characters would make two names look the same. */
const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}]/u;
const NAME_WIDTH = { min: 2, max: 12 };

/** Display width: ASCII letters, digits and `_` count a half, everything else one (DECISIONS §6). */
export const displayWidth = (name: string): number =>
  [...name].reduce((width, character) => width + (/[A-Za-z0-9_]/.test(character) ? 0.5 : 1), 0);

/** Whether a text has the form of a name, whatever its length. */
export const isNameShaped = (text: string): boolean => NAME.test(text);

/** A login name as typed, trimmed, of at least that display width. Throws NAME_INVALID or NAME_LENGTH. */
export function normaliseName(input: string, minWidth = NAME_WIDTH.min): string {
  const name = input.trim().normalize('NFC');
  if (name !== '' && (!isNameShaped(name) || INVISIBLE.test(name))) {
    throw new AppError('NAME_INVALID', { field: 'name' });
  }
  const width = displayWidth(name);
  if (width < minWidth || width > NAME_WIDTH.max) throw new AppError('NAME_LENGTH', { field: 'name' });
  return name;
}

/** A name nobody has chosen: `user_` and 40 random bits. */
export const generateName = (): string => `user_${randomBytes(5).toString('hex')}`;

/** Control characters but line breaks, and those that turn the direction of the text around them. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;

/**
 * A text of at most `max` characters, trimmed and without what cannot be seen; empty is null. Throws INVALID_INPUT.
 */
export function normaliseText(input: string | null, field: string, max: number): string | null {
  const text = input?.replace(UNPRINTABLE, '').trim() ?? '';
  if ([...text].length > max) throw new AppError('INVALID_INPUT', { field });
  return text === '' ? null : text;
}
