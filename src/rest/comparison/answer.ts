import { isUtf8 } from 'node:buffer';

/** What a server answered, as far as it is compared. */
export interface Answer {
  status: number;
  /** A value of JSON; a text as {@link OtherBody}; undefined where there is no body. */
  body: unknown;
}

/** A body that is no JSON: a text, or the bytes of a picture. */
export class OtherBody {
  constructor(readonly content: string | Buffer) {}
}

const JSON_TYPE = /[/+]json\b/i;
const TEXT_TYPE = /^\s*(?:text\/|application\/(?:xml|javascript))/i;

/** True where the type says JSON, or says nothing and the text looks like an object or a list. */
const isJson = (type: string | undefined, text: string): boolean =>
  type === undefined ? /^\s*[[{]/.test(text) : JSON_TYPE.test(type);

/** Lists and objects within each other that are compared place by place: documents of ours have a handful. */
const DEPTH_MAX = 32;

/** Looks level by level: what is nested as deep as a body is long would be too much for functions within functions. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= DEPTH_MAX; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** The body by its media type. What calls itself JSON and is none, or is nested too deep, is a text. */
export function bodyOf(type: string | undefined, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = isUtf8(bytes) ? bytes.toString() : undefined;
  if (text === undefined) return new OtherBody(bytes);
  if (isJson(type, text)) {
    try {
      const value: unknown = JSON.parse(text);
      return isDeep(value) ? new OtherBody(text) : value;
    } catch {
      return new OtherBody(text);
    }
  }
  return new OtherBody(type === undefined || TEXT_TYPE.test(type) ? text : bytes);
}
