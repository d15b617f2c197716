import { AppError } from '../errors/app-error.js';

/** Values of a body, or rather the marks between them: no client needs a hundredth, and all that fit take long to read. */
const MARKS_MAX = 250_000;
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
/** Deeper than any parameter lies: nobody reads what is in there. */
const DEPTH_MAX = 20;
/** Names of a body; no client sends a hundredth, and to look at all that fit takes long. */
const NAMES_MAX = 10_000;

const nameOf = (token: string): string =>
  token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);

/** Of two values under one name a client means both, and would be answered for one of them. */
function assertNamesOnce(json: string): void {
  const open: Set<string>[] = [];
  let depth = 0;
  let count = 0;
  for (const [token, colon] of json.matchAll(NAMES)) {
    if (token === '{') open[depth++] = new Set();
    else if (token === '}') depth--;
    else if (colon !== undefined && depth <= DEPTH_MAX) {
      const name = nameOf(token.slice(0, -colon.length));
      const names = open[depth - 1];
      if (FORBIDDEN.has(name) || names?.has(name) || ++count > NAMES_MAX)
        throw new SyntaxError('a forbidden or doubled name, or too many');
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
 * too many values or names.
 */
export function parseJson(json: string): unknown {
  try {
    // Before it is read, which takes longer; what is no JSON at all is refused one way or the other.
    assertFewValues(json);
    assertNamesOnce(json);
    const value: unknown = JSON.parse(json);
    return /\d{16}/.test(json) ? JSON.parse(keepDigits(json)) : value;
  } catch (cause) {
    throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });
  }
}
