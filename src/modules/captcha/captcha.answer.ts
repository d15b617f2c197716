import { randomInt } from 'node:crypto';

/**
 * Characters that people take for one another, each group for the first of it: nobody knows which of them are drawn. Case does not
 * count, so that `b` and `g` bring 6 to 8 and 9 to G.
 */
const LOOK_ALIKES = ['O0DQ9G', 'L1I|', '2Z', 'S5', 'B86', 'A4', 'T7', 'UV'];

const READ_AS = new Map(
  LOOK_ALIKES.flatMap((group) => [...group].map((one) => [one, group.charAt(0)] as const)),
);

/** Characters of which no two could be taken for one another: a right guess has the odds of one to all of them. */
const ALPHABET = 'ABCEHKLMNOPRSTUW23';
const LENGTH = 4;

/** Four characters, from a cryptographic source. */
export function randomAnswer(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Blanks, and what cannot be seen. */
const UNSEEN = /[\s\p{Cf}]/gu;

/** An answer as it is compared: without case, width and blanks, a look-alike as what it looks like. */
export function readAnswer(typed: string): string {
  const text = typed.normalize('NFKC').replace(UNSEEN, '').toUpperCase();
  return [...text].map((one) => READ_AS.get(one) ?? one).join('');
}
