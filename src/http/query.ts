import { type ParsedUrlQuery, parse } from 'node:querystring';

/** Half of a surrogate pair: text that every door refuses, so that what was sent is not taken for something else. */
const UNDECODABLE = '\uD800';

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return UNDECODABLE;
  }
}

/** Reads a query string or a form. Escapes that are malformed or no UTF-8 become {@link UNDECODABLE}. */
export const parseQuery = (text: string): ParsedUrlQuery =>
  parse(text, '&', '=', { decodeURIComponent: decode });

/** True where every escape of a query string could be read. */
export const isDecoded = (query: ParsedUrlQuery): boolean =>
  Object.entries(query).every((texts) => texts.flat().every((text) => text?.isWellFormed() ?? true));
