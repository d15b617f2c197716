import { SESSIONS, tokenOf } from './data.js';
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
  /** The same through GraphQL, for a read at an old URL, or what is nearest to it; the gateway alone is asked. */
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
  return {
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ operationName, query, variables }),
  };
}

const TEN_FIELDS = 'id name nickname sex birthday age bio location status createdAt';

const ME = `query Me { me { ${TEN_FIELDS} phone email } }`;
const USER = `query User($id: ID!) { user(id: $id) { ${TEN_FIELDS} } }`;
const USERS = `query Users($filter: UserFilter) {
  users(filter: $filter, first: 20) {
    nodes {
      id name nickname sex bio createdAt
      avatar { id url mime width height }
      city { id name province }
      hobbies { id name }
      verification { type state desc }
      extra { likesCount followersCount followingsCount feedsCount }
    }
    pageInfo { hasNextPage }
  }
}`;
const RANK = `query Rank { rank(first: 100) { entries { position amount user { id name nickname } } } }`;
const ADDRESSES = `query Addresses {
  addresses { id alias name phone province city county detail postcode isDefault createdAt updatedAt }
}`;

const anybodysToken = ({ die }: Subject): string => tokenOf(die(SESSIONS) - 1);

/** A place in the list of users with more than a page behind it. */
export const placeInList = ({ users, die }: Subject): string => String(21 + die(users - 21));

const ME_READ: Operation = {
  name: 'me',
  peers: EVERY_PEER,
  request: (subject) => graphql('Me', ME, {}, anybodysToken(subject)),
};

/** The reads by GraphQL, which every peer answers. */
export const GRAPHQL_READS: readonly Operation[] = [
  ME_READ,
  {
    name: 'user(id)',
    peers: EVERY_PEER,
    request: ({ users, die }) => graphql('User', USER, { id: String(die(users)) }),
  },
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
  twin: { ...ME_READ, peers: [] },
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
