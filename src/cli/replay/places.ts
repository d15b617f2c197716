import { isUtf8 } from 'node:buffer';
import { type Headers, headerOf, type RecordedRequest } from './recording.js';

/** The places of a request at which a client says something, and another value put into them. */

export type Where = 'path' | 'query' | 'body' | 'header' | 'cookie';

/** The value to send in the place of one; the same one where it stays. */
export type Rewrite = (name: string, value: string, where: Where) => string;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Pairs between ampersands; those that stay keep their spelling. */
const rewritePairs = (text: string, where: Where, rewrite: Rewrite): string =>
  text
    .split('&')
    .map((pair) => {
      const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
      if (value === undefined) return pair;
      const before = decoded(value);
      const after = rewrite(decoded(name), before, where);
      return after === before ? pair : `${name}=${encodeURIComponent(after)}`;
    })
    .join('&');

/** Segments of a path, each under the name that the row's path has for it. */
function rewritePath(path: string, pattern: string, rewrite: Rewrite): string {
  const names = pattern.split('/').filter((segment) => segment !== '');
  let index = 0;
  return path.replace(/[^/]+/g, (segment) => {
    const name = names[index++] ?? '';
    const before = decoded(segment.replaceAll('+', '%2B'));
    const after = rewrite(name.startsWith(':') ? name.slice(1) : '', before, 'path');
    return after === before ? segment : encodeURIComponent(after);
  });
}

function rewriteTarget(target: string, pattern: string, rewrite: Rewrite): string {
  const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(target) ?? [];
  const rewritten = rewritePath(path, pattern, rewrite);
  return query === undefined ? rewritten : `${rewritten}?${rewritePairs(query, 'query', rewrite)}`;
}

/** A number that became another one stays a number. */
const asBefore = (before: unknown, after: string): unknown =>
  typeof before === 'number' && /^\d{1,15}$/.test(after) ? Number(after) : after;

function rewriteJson(text: string, rewrite: Rewrite): string {
  let isChanged = false;
  const rewritten: unknown = JSON.parse(text, (name, value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number') return value;
    const after = rewrite(name, String(value), 'body');
    if (after === String(value)) return value;
    isChanged = true;
    return asBefore(value, after);
  });
  return isChanged ? JSON.stringify(rewritten) : text;
}

const DISPOSITION = /^content-disposition:[^\r\n]*?\bname="((?:[^"\\]|\\.)*)"([^\r\n]*)/im;

/** The fields of a form of several parts; files stay as they are. */
function rewriteParts(text: string, boundary: string, rewrite: Rewrite): string {
  const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString();
  return text
    .split(`--${boundary}`)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      const [, name, rest = ''] = DISPOSITION.exec(part.slice(0, Math.max(end, 0))) ?? [];
      if (name === undefined || /\bfilename\*?=/i.test(rest)) return part;
      const before = utf8(part.slice(end + 4).replace(/\r\n$/, ''));
      const after = rewrite(utf8(name), before, 'body');
      return after === before
        ? part
        : `${part.slice(0, end + 4)}${Buffer.from(after).toString('latin1')}\r\n`;
    })
    .join(`--${boundary}`);
}

function rewriteText(text: string, type: string, rewrite: Rewrite): string {
  try {
    if (/\bjson\b/i.test(type) || (type === '' && /^\s*[{[]/.test(text))) return rewriteJson(text, rewrite);
  } catch {
    // What calls itself JSON and is none is sent as it is.
    return text;
  }
  return /\bx-www-form-urlencoded\b/i.test(type) || type === '' ? rewritePairs(text, 'body', rewrite) : text;
}

function rewriteBody({ headers, body }: RecordedRequest, rewrite: Rewrite): Buffer {
  if (body.length === 0 || headerOf(headers, 'content-encoding')) return body;
  const type = headerOf(headers, 'content-type') ?? '';
  const [, quoted, bare] = /^\s*multipart\/.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary) {
    return Buffer.from(rewriteParts(body.toString('latin1'), boundary, rewrite), 'latin1');
  }
  return isUtf8(body) ? Buffer.from(rewriteText(body.toString(), type, rewrite)) : body;
}

const rewriteCookies = (line: string, rewrite: Rewrite): string =>
  line.replace(
    /([^=;\s]+)=([^;]*)/g,
    (_pair, name: string, value: string) => `${name}=${rewrite(name, value, 'cookie')}`,
  );

function rewriteHeader(name: string, value: string, rewrite: Rewrite): string {
  if (name === 'cookie') return rewriteCookies(value, rewrite);
  const [, scheme, credentials] = name === 'authorization' ? (/^(\S+\s+)(.+)$/s.exec(value) ?? []) : [];
  return credentials === undefined
    ? rewrite(name, value, 'header')
    : `${scheme}${rewrite(name, credentials, 'header')}`;
}

/** Puts other values into the places of a request. `pattern` is the path of the row that it reaches, if one does. */
export function rewriteRequest(request: RecordedRequest, pattern: string, rewrite: Rewrite): RecordedRequest {
  const headers: Headers = request.headers.map(
    ([name, value]) => [name, rewriteHeader(name.toLowerCase(), value, rewrite)] as const,
  );
  return {
    ...request,
    target: rewriteTarget(request.target, pattern, rewrite),
    headers,
    body: rewriteBody(request, rewrite),
  };
}
