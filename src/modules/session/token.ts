import { createHash } from 'node:crypto';

/** Longest token, in characters: signed ones of other systems carry claims. */
export const TOKEN_MAX = 2048;

/**
 * Shortest token: 16 hexadecimal digits are 64 random bits, which nobody finds by asking. What is shorter is a number, a
 * time or a `uniqid()`.
 */
export const TOKEN_MIN = 16;

/** Fewer different characters are no random text, as in padded numbers; of 16 random digits one in 30,000 has so few. */
const TOKEN_VARIETY = 6;

const TOKEN = new RegExp(`^[!-~]{${TOKEN_MIN},${TOKEN_MAX}}$`);

/**
 * Visible ASCII of a length that tokens have: ours are 43 characters of base64url, those of other systems anything.
 * Nothing else is looked up.
 */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** True for a token that strangers could find by trying: too short, or of too few different characters. */
export const isGuessable = (token: string): boolean =>
  token.length < TOKEN_MIN || new Set(token).size < TOKEN_VARIETY;

/** SHA-256 in hexadecimal, as it is stored in the token's place. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
