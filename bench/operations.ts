import { SESSIONS, tokenOf } from './data.js';
import { ADDRESSES, ME, RANK, TRUSTED, USER, USERS } from './documents.js';
import type { SigningApp } from './place.js';
import type { ServerProcess } from './server.process.js';
import type { ServerName } from './servers.js';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What requests are made from. */
export interface Subject {
  /** The place of the request in its sequence, from 0. */
  index: number;
  users: number;
  app: SigningApp;
  /** A whole number from 1 to the limit; the same sequence in every run. */
  die(limit: number): number;
}

/** Something that servers are asked for again and again, each time for another user. */
export interface Operation {
  name: string;
  /** Who can answer it, besides the gateway. */
  peers: readonly ServerName[];
  request(subject: Subject): Request;
  /** The same by the text of a query, for a read at an old URL or by the id of a document, or what is nearest to it; the gateway alone is asked. */
  twin?: Operation;
  /** What of an answer is the same at every server; all of it, if left out. */
  comparable?(answer: unknown): unknown;
  /** Readies requests that can be made once, at one server. */
  prepare?(server: ServerProcess, requests: readonly Request[]): Promise<Request[]>;
}

export const EVERY_PEER = ['raw', 'mercurius', 'plain'] as const;

/** A document by its name; peers that do not parse GraphQL go by the name. */
export function graphql(
  operationName: string,
  query: string,
  variables: Record<string, unknown> = {},
  token?: string,
): Request {
  return post({ operationName, query, variables }, token);
}

/** A document of the gateway's list, by its id. */
const trusted = (
  documentId: keyof typeof TRUSTED,
  variables: Record<string, unknown> = {},
  token?: string,
): Request => post({ documentId, variables }, token);

const post = (body: unknown, token?: string): Request => ({
  method: 'POST',
  path: '/graphql',
  headers: {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  },
  body: JSON.stringify(body),
});

const anybodysToken = ({ die }: Subject): string => tokenOf(die(SESSIONS) - 1);

/** A place in the list of users with more than a page behind it. */
export const placeInList = ({ users, die }: Subject): string => String(21 + die(users - 21));

const READ_ME: Operation = {
  name: 'me',
  peers: EVERY_PEER,
  request: (subject) => graphql('Me', ME, {}, anybodysToken(subject)),
};

const READ_USER: Operation = {
  name: 'user(id)',
  peers: EVERY_PEER,
  request: ({ users, die }) => graphql('User', USER, { id: String(die(users)) }),
};

/** Reads that the gateway alone is asked for by the ids of their documents, beside the same by their texts. */
export const TRUSTED_READS: readonly Operation[] = [
  {
    name: 'trusted: me',
    peers: [],
    request: (subject) => trusted('me', {}, anybodysToken(subject)),
    twin: READ_ME,
  },
  {
    name: 'trusted: user(id)',
    peers: [],
    request: ({ users, die }) => trusted('user', { id: String(die(users)) }),
    twin: READ_USER,
  },
];

/** The reads by GraphQL, which every peer answers. */
export const GRAPHQL_READS: readonly Operation[] = [
  READ_ME,
  READ_USER,
  {
    name: 'users(first: 20)',
    peers: EVERY_PEER,
    request: (subject) => graphql('Users', USERS, { filter: { since: placeInList(subject) } }),
  },
  { name: 'rank(first: 100)', peers: EVERY_PEER, request: () => graphql('Rank', RANK) },
  {
    name: 'addresses',
    peers: EVERY_PEER,
    request: (subject) => graphql('Addresses', ADDRESSES, {}, anybodysToken(subject)),
  },
];

/** What another server asks about a token, beside what the token's holder would ask. */
export const INTROSPECTION: Operation = {
  name: 'introspect',
  peers: [],
  request: (subject) => ({
    method: 'POST',
    path: '/oauth/introspect',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${subject.app.id}:${subject.app.secret}`).toString('base64')}`,
    },
    body: `token=${anybodysToken(subject)}`,
  }),
  twin: { ...READ_ME, peers: [] },
};

/** The same numbers for everybody who starts from the same seed (mulberry32). */
export function dieOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return 1 + Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Requests of an operation from a place of its sequence on, the same ones for every server. */
export function requestsOf(
  operation: Operation,
  { users, app }: Pick<Subject, 'users' | 'app'>,
  count: number,
  from = 0,
): Request[] {
  const die = dieOf(from);
  return Array.from({ length: count }, (_, index) =>
    operation.request({ users, app, die, index: from + index }),
  );
}
