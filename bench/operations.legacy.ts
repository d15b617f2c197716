import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, print, separateOperations } from 'graphql';
import { graphql, type Operation, placeInList, type Subject } from './operations.js';

/** Reads at the old URLs, and the same reads through GraphQL: the row's own operation with its own variables. */

function documentOf(dialect: string, operation: string): string {
  const file = new URL(`../src/rest/dialects/${dialect}.graphql`, import.meta.url);
  const found = separateOperations(parse(readFileSync(file, 'utf8')))[operation];
  if (!found) throw new Error(`${dialect} has no ${operation}`);
  return print(found);
}

const anybody = ({ users, die }: Subject): string => String(die(users));

/** Signed as `open.md` says; good for ten minutes. */
function signed({ app, users, die }: Subject): [name: string, value: string][] {
  const values: [string, string][] = [
    ['account', String(die(users))],
    ['app_id', String(app.id)],
    ['timestamp', String(Math.floor(Date.now() / 1000))],
    ['type', 'id'],
  ];
  const text = values.map(([name, value]) => `${name}=${value}`).join('');
  return [...values, ['sign', createHash('md5').update(`${text}${app.secret}`).digest('hex')]];
}

function read(
  name: string,
  [dialect, operation]: readonly [dialect: string, operation: string],
  url: (subject: Subject) => string,
  variables: (subject: Subject) => Record<string, unknown>,
): Operation {
  const document = documentOf(dialect, operation);
  return {
    name,
    peers: ['raw'],
    request: (subject) => ({ method: 'GET', path: url(subject), headers: {} }),
    twin: {
      name: `${name} by GraphQL`,
      peers: [],
      request: (subject) => graphql(operation, document, variables(subject)),
    },
  };
}

export const LEGACY_READS: readonly Operation[] = [
  read(
    'anlife getUserInfo',
    ['anlife', 'UserInfoById'],
    (subject) => `/anlife/v1.0/user/getUserInfo?user_id=${anybody(subject)}`,
    (subject) => ({ id: anybody(subject) }),
  ),
  read(
    'plus users/:id',
    ['plus', 'UserByAccount'],
    (subject) => `/api/v2/users/${anybody(subject)}`,
    (subject) => ({ account: anybody(subject) }),
  ),
  read(
    'plus users?limit=20',
    ['plus', 'Users'],
    (subject) => `/api/v2/users?limit=20&since=${placeInList(subject)}`,
    (subject) => ({ first: 20, offset: 0, order: 'ID_DESC', filter: { since: placeInList(subject) } }),
  ),
  read(
    'open get-info',
    ['open', 'AccountByApp'],
    (subject) => `/v1/user/get-info?${new URLSearchParams(signed(subject))}`,
    (subject) => ({ parameters: signed(subject).map(([name, value]) => ({ name, value })) }),
  ),
];
