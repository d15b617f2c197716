import { ERRORS } from '../../src/errors/codes.js';

export const JSON_TYPE = { 'content-type': 'application/json' };
/** A header that a page of another site cannot send without being asked first. */
export const PREFLIGHT = { 'apollo-require-preflight': 'true' };

/** The header of a session; none without a token. */
export const bearer = (token: string | null | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

/** Any request to `/graphql`. The errors of each answer must be of the closed list and tell nothing of the inside. */
export async function sendGraphql(url: string, init: RequestInit, search = '') {
  const response = await fetch(`${url}/graphql${search}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  const body = (await response.json()) as any;
  for (const { message, extensions } of body.errors ?? []) {
    expect(Object.keys(ERRORS)).toContain(extensions.code);
    expect(['code', 'field', 'retryAfter', 'requestId']).toEqual(
      expect.arrayContaining(Object.keys(extensions)),
    );
    expect(message).not.toMatch(/\bat \/|node_modules|select |insert |relation/i);
  }
  const { status, headers } = response;
  return { status, headers, body, code: body.errors?.[0]?.extensions.code };
}

/** A request in JSON; a text is sent as it is. */
export const postGraphql = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  sendGraphql(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** A form of the multipart request specification: operations, map, and the files that it names; `null` leaves a part out. */
export function multipart(
  operations: unknown,
  map: unknown = {},
  files: Record<string, Buffer> = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ operations, map })) {
    if (value !== null) form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const [name, bytes] of Object.entries(files)) {
    form.set(name, new Blob([new Uint8Array(bytes)]), `${name}.svg`);
  }
  return form;
}

/** A form of an operation that takes one file, as its variable `file`. */
export const fileForm = (query: string, bytes: Buffer, variables: Record<string, unknown> = {}): FormData =>
  multipart({ query, variables: { ...variables, file: null } }, { 0: ['variables.file'] }, { 0: bytes });

/** So many parts of a query, each made of its index. */
export const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
