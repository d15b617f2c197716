/** What every kind of recording is read into. */

/** Headers as they came, in their order; a name can be there several times. */
export type Headers = readonly (readonly [name: string, value: string])[];

export interface RecordedRequest {
  method: string;
  /** Path and query, in printable ASCII. */
  target: string;
  headers: Headers;
  body: Buffer;
}

export interface RecordedAnswer {
  status: number;
  headers: Headers;
  /** Without chunks and compression. */
  body: Buffer;
}

export interface Exchange {
  /** Where in the file it stands, for people. */
  position: string;
  request: RecordedRequest;
  /** What was answered; undefined where the recording has no answer, or not the whole of it. */
  answer?: RecordedAnswer;
}

/** A recording that cannot be read further; the message says where, and nothing of what is there. */
export class RecordingError extends Error {}

/** All values of a header, in their order. */
export const headersNamed = (headers: Headers, name: string): string[] =>
  headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);

/** The value of a header; undefined where there is none. */
export const headerOf = (headers: Headers, name: string): string | undefined =>
  headersNamed(headers, name)[0];

/** The path and query of a URL, or of what is no whole URL already; characters that may not stand in one are escaped. */
export function targetOf(url: string): string {
  const target = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  const rooted = target.startsWith('/') ? target : `/${target}`;
  return rooted.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
}
