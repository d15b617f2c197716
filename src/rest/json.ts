import { AppError } from '../errors/app-error.js';

/** Values of a body, or rather the marks between them: no client needs a hundredth, and all that fit take long to read. */
const MARKS_MAX = 10_000;
const MARKS = new Set([...'{[,:'].map((mark) => mark.charCodeAt(0)));

function assertFewValues(json: string): void {
  if (json.length <= MARKS_MAX) return;
  let marks = 0;
  for (let at = 0; at < json.length; at++) if (MARKS.has(json.charCodeAt(at))) marks++;
  if (marks > MARKS_MAX) throw new SyntaxError('too many values');
}

/** Of valid JSON: where an object begins and ends, and its names, which alone stand before a colon. */
const NAMES = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/gs;
/** Names that reach what all objects share. */
const FORBIDDEN = new Set(['__proto__', 'constructor']);

/** Of two values under one name a client means both, and would be answered for one of them. */
function assertNamesOnce(json: string): void {
  const open: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(NAMES)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      const names = open.at(-1);
      if (FORBIDDEN.has(name) || names?.has(name)) throw new SyntaxError('a forbidden or doubled name');
      names?.add(name);
    }
  }
}

/** Of valid JSON: its texts, which stay, and its numbers. */
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;
const isRounded = (token: string): boolean => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));

/** A whole number that JavaScript would round becomes the text of its digits. */
const keepDigits = (json: string): string =>
  json.replace(NUMBERS, (token) => (isRounded(token) ? `"${token}"` : token));

/**
 * What a body of JSON says. Throws INVALID_INPUT for what is none, for an object that names something twice, and for far
 * too many values.
 */
export function parseJson(json: string): unknown {
  try {
    assertFewValues(json);
    const value: unknown = JSON.parse(json);
    assertNamesOnce(json);
    return /\d{16}/.test(json) ? JSON.parse(keepDigits(json)) : value;
  } catch (cause) {
    throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });
  }
}
