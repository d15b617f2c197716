import { createHash } from 'node:crypto';

/** Longest token, in characters: signed ones of other systems carry claims. */
export const TOKEN_MAX = 2048;

/**
 * Shortest token: 16 hexadecimal digits are 64 random bits, which nobody finds by asking. What is shorter is a number, a
 * time or a `uniqid()`.
 */
export const TOKEN_MIN = 16;

/** Fewer different characters are no random text; of 16 random hexadecimal digits one text in 30,000 has so few. */
const TOKEN_VARIETY = 6;

/** Fewer digits, and nothing else, may be a time and a number; of random ones they are as many bits as above. */
const DIGITS_MIN = 20;

const TOKEN = new RegExp(`^[!-~]{${TOKEN_MIN},${TOKEN_MAX}}$`);

/**
 * Visible ASCII of a length that tokens have: ours are 43 characters of base64url, those of other systems anything.
 * Nothing else is looked up.
 */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** True for a token that strangers could find by trying: too short, or of too few different characters. */
export const isGuessable = (token: string): boolean =>
  token.length < (/^\d+$/.test(token) ? DIGITS_MIN : TOKEN_MIN) || new Set(token).size < TOKEN_VARIETY;

/** SHA-256 in hexadecimal, as it is stored in the token's place. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
