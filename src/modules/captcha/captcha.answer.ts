import { randomInt } from 'node:crypto';

/** Without what people confuse, in this font and when case does not count: 0 O Q D, 1 I L J, 4 A, 7 T Y, 8 B, … */
const ALPHABET = '236ACEFHKMNPRTWX';
const LENGTH = 4;

/** Four characters, from a cryptographic source, that people tell apart; answers compare without case. */
export function randomAnswer(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
