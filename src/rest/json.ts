import { AppError } from '../errors/app-error.js';

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

/** How the engine tells what a value was read from; the library's types do not know it yet. */
type Reviver = (name: string, value: unknown, context?: { source?: string }) => unknown;

/** A whole number that JavaScript would round stays the digits that were sent. */
const keepDigits: Reviver = (_name, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? context?.source
    : value;

/** What a body of JSON says. Throws INVALID_INPUT for what is none, and for an object that names something twice. */
export function parseJson(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json, keepDigits as Parameters<typeof JSON.parse>[1]);
    assertNamesOnce(json);
    return value;
  } catch (cause) {
    throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 400, cause } });
  }
}
