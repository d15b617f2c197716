import { AppError } from '../errors/app-error.js';

/**
 * The most marks between the values of a body: no client needs a hundredth, and all that fit take long to
 * parse.
 */
const MARKS_MAX = 250_000;
const MARKS = new Set([...'{[,:'].map((mark) => mark.charCodeAt(0)));

function assertFewValues(json: string): void {
  if (json.length <= MARKS_MAX) return;
  let marks = 0;
  for (let at = 0; at < json.length; at++) if (MARKS.has(json.charCodeAt(at))) marks++;
  if (marks > MARKS_MAX) throw new SyntaxError('too many values');
}

/** The beginnings and ends of objects in valid JSON, and its names, which alone stand before a colon. */
const NAMES = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/gs;
/** Names that lead to the prototype that all objects share. */
const FORBIDDEN = new Set(['__proto__', 'constructor']);
/** The deepest nesting that is looked at: no parameter lies deeper, so nobody reads what is there. */
const DEPTH_MAX = 20;
/** The most names in a body: no client sends a hundredth, and checking all that fit takes long. */
const NAMES_MAX = 10_000;

const nameOf = (token: string): string =>
  token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);

/** Refuses two values under one name: a client means both, and would be answered for one of them. */
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

/** The texts of valid JSON, which stay, and its numbers. */
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;
const isRounded = (token: string): boolean => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));

/** A whole number that JavaScript would round becomes the text of its digits. */
const keepDigits = (json: string): string =>
  json.replace(NUMBERS, (token) => (isRounded(token) ? `"${token}"` : token));

/**
 * The value of a JSON body. Throws INVALID_INPUT for malformed JSON, for an object that names something
 * twice, and for far too many values or names.
 */
export function parseJson(json: string): unknown {
  try {
    // Counting comes first because parsing takes longer; malformed JSON is refused either way.
    assertFewValues(json);
    assertNamesOnce(json);
    const value: unknown = JSON.parse(json);
    return /\d{16}/.test(json) ? JSON.parse(keepDigits(json)) : value;
  } catch (cause) {
    throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });
  }
}
