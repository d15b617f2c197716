/** Invisible characters: controls, marks of format and direction, blanks, and letters that are drawn as nothing. */
const UNSEEN = '\\p{Cc}\\p{Cf}\\p{Z}\\p{Default_Ignorable_Code_Point}\\u{2800}\\u{16FE4}\\u{1D159}';
export const INVISIBLE = new RegExp(`[${UNSEEN}]`, 'u');
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu');

/** Control characters but line breaks and tabs, those that turn the direction of the text around them, and halves. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Cs}\u{2028}\u{2029}]/gu;

const LEADING = new RegExp(`^[${UNSEEN}]+`, 'u');
/** The last character of an emoji may be one that is not seen by itself: a selector of its form, the end of a flag. */
const TAIL = `[[${UNSEEN}]--[\\p{Variation_Selector}\\u{E0020}-\\u{E007F}]]`;
/** Looking back keeps it linear: only the first of a run is tried. */
const TRAILING = new RegExp(`(?<!${TAIL})${TAIL}+$`, 'v');

/** Without what cannot be seen around it; empty when that is all. */
export const trimmed = (text: string): string => text.replace(LEADING, '').replace(TRAILING, '');

/** A text as it is shown: trimmed, and without what cannot be printed. */
export const visible = (text: string): string => trimmed(text.replace(UNPRINTABLE, ''));

/** Marks that are drawn as nothing; a blank and a control character are none. */
const MARKS = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u{2800}\u{16FE4}\u{1D159}]/gu;

/** A text without the marks that somebody, or a text program, has put between its letters. */
export const withoutMarks = (text: string): string => text.replace(MARKS, '');

const DIGIT = /\p{Nd}/u;
const FOREIGN_DIGITS = /[^\P{Nd}0-9]/gu;
const FULL_WIDTH = /[\u{FF01}-\u{FF5E}]/gu;
const FROM_FULL_WIDTH = 0xfee0;

/** Digits of every script come in runs of ten, from zero on. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

/** Digits of every script as 0 to 9, and what Chinese keyboards write in full width as the ASCII it stands for. */
export const toAscii = (text: string): string =>
  text
    .replace(FULL_WIDTH, (wide) => String.fromCodePoint((wide.codePointAt(0) ?? 0) - FROM_FULL_WIDTH))
    .replace(FOREIGN_DIGITS, digitOf);

/** Normalises a number or a short code that was typed or pasted: no blanks, no marks, ASCII where there is any. */
export const compact = (text: string): string => toAscii(text.replace(ALL_INVISIBLE, ''));

/** Decoders put this for bytes that are no text. */
const REPLACEMENT = '\u{FFFD}';

/**
 * False for texts with bytes that were not UTF-8: the parsers of forms with parts put one character for all of them,
 * and two different texts would become one. Looks into objects and lists, not into instances of classes.
 */
export function isUnreplaced(value: unknown): boolean {
  const rest = [value];
  while (rest.length > 0) {
    const one = rest.pop();
    if (typeof one === 'string' && one.includes(REPLACEMENT)) return false;
    if (Array.isArray(one)) rest.push(...one);
    else if (isPlain(one)) rest.push(...Object.keys(one), ...Object.values(one));
  }
  return true;
}

const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** True for a text that PostgreSQL takes: without NUL, and without half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
