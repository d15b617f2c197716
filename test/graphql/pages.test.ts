import { ABILITIES } from '../../src/policy.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';

/** Pages of lists that can be read from both ends, and of those that cannot. */

let app: LoneApp;
let token: string;
const ROWS = 7;
const CITY = '510100';

beforeAll(async () => {
  app = await startTestApp();
  const reader = await app.client.register();
  token = reader.token;
  await app.sql('update users set abilities = ? where id = ?', [
    `{${[ABILITIES.reviewReport, ABILITIES.reviewVerification].map((ability) => `"${ability}"`).join()}}`,
    reader.id,
  ]);
  const made = await app.sql(
    `insert into users (name) select 'Paged_' || n from generate_series(1, ${ROWS}) as n returning id`,
  );
  const ids = `{${made.map(({ id }) => id).join()}}`;
  await app.sql(
    'insert into reports (reporter_id, user_id, reason) select ?, id, id::text from unnest(?::int[]) as id',
    [reader.id, ids],
  );
  await app.sql(
    `insert into security_events (user_id, kind, door, ip) select ?, 'LOGGED_IN', 'graphql', '192.0.2.1' from unnest(?::int[])`,
    [reader.id, ids],
  );
  await app.sql(
    `insert into communities (city_id, name) select ?, '小区' || n from generate_series(1, ${ROWS}) as n`,
    [Number(CITY)],
  );
  // Some were changed at one moment, so that the account alone tells them apart.
  await app.sql(
    `insert into verifications (user_id, type, state, encrypted_real_name, encrypted_id_number, phone_number, key_id, updated_at)
     select id, 'USER', -1, '', '', '${freshPhone()}', '', to_timestamp((id % 3) * 1000) from unnest(?::int[]) as id`,
    [ids],
  );
  await app.sql('insert into follows (follower_id, followee_id) select ?, id from unnest(?::int[]) as id', [
    reader.id,
    ids,
  ]);
});
afterAll(() => app.close());

interface Asked {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

interface Listed {
  edges: { cursor: string; node: Record<string, string> }[];
  pageInfo: {
    hasPreviousPage: boolean;
    hasNextPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const INFO = 'pageInfo { hasPreviousPage hasNextPage startCursor endCursor }';
const pageOf = (list: string, node: string, more = '') => `
  query ($first: Int, $after: String, $last: Int, $before: String) {
    list: ${list}(first: $first, after: $after, last: $last, before: $before${more}) { edges { cursor node { ${node} } } ${INFO} }
  }`;

const LISTS: [list: string, text: string][] = [
  ['users', pageOf('users', 'id')],
  ['users, oldest first', pageOf('users', 'id', ', order: ID_ASC')],
  ['securityEvents', pageOf('securityEvents', 'id')],
  ['reports', pageOf('reports', 'id')],
  ['verifications', pageOf('verifications', 'userId')],
  ['communities', pageOf('communities', 'id', `, cityId: "${CITY}"`)],
];

describe.each(LISTS)('%s', (_list, text) => {
  const read = async (asked: Asked): Promise<Listed> =>
    (await app.client.data(text, { ...asked }, token)).list;
  const idsOf = ({ edges }: Listed) => edges.map(({ node }) => node.id ?? node.userId);

  test('is the same list from both ends, page by page', async () => {
    const all = await read({ first: 100 });
    expect(all.edges.length).toBeGreaterThanOrEqual(ROWS);
    expect(all.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: false });
    const forward: unknown[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await read({ first: 3, after });
      expect(page.pageInfo).toMatchObject({
        hasPreviousPage: after !== null,
        startCursor: page.edges[0]?.cursor,
        endCursor: page.edges.at(-1)?.cursor,
      });
      forward.push(...idsOf(page));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    const backward: unknown[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const page = await read({ first: null, last: 3, before });
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      backward.unshift(...idsOf(page));
      before = page.pageInfo.startCursor;
      more = page.pageInfo.hasPreviousPage;
    }
    expect(forward).toEqual(idsOf(all));
    expect(backward).toEqual(idsOf(all));
  });

  test('gives what lies between two cursors', async () => {
    const all = await read({ first: 100 });
    const [from, to] = [all.edges[1]?.cursor, all.edges[5]?.cursor];
    const between = idsOf(all).slice(2, 5);
    expect(idsOf(await read({ after: from, before: to }))).toEqual(between);
    expect(idsOf(await read({ last: 2, after: from, before: to }))).toEqual(between.slice(1));
  });

  test('refuses the first and the last ones together, and what is no size or cursor, with the field', async () => {
    const refused = async (asked: Asked) =>
      (await app.client.graphql(text, { ...asked }, { token })).errors?.[0]?.extensions;
    for (const first of [3, 20])
      expect(await refused({ first, last: 3 })).toEqual({ code: 'INVALID_INPUT', field: 'last' });
    expect(await refused({ last: 0 })).toEqual({ code: 'INVALID_INPUT', field: 'last' });
    expect(await refused({ last: 1, before: 'garbage' })).toEqual({ code: 'INVALID_INPUT', field: 'before' });
  });
});

test('a list by time takes neither last nor before', async () => {
  const refused = async (list: string) =>
    (await app.client.graphql(`{ users(filter: { active: true }, ${list}) { nodes { id } } }`)).errors?.[0]
      ?.extensions;
  expect(await refused('last: 3')).toEqual({ code: 'INVALID_INPUT', field: 'last' });
  expect(await refused('before: "Mw"')).toEqual({ code: 'INVALID_INPUT', field: 'before' });
});

test('a list by position tells whether something comes before', async () => {
  const { me } = await app.client.data(
    `{ me { followings(first: 3) { ${INFO} } later: followings(first: 3, offset: 3) { ${INFO} } none: followers { ${INFO} } } }`,
    {},
    token,
  );
  expect(me.followings.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  expect(me.later.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: true });
  expect(me.none.pageInfo).toEqual({
    hasPreviousPage: false,
    hasNextPage: false,
    startCursor: null,
    endCursor: null,
  });
});

test('the cost of a page is that of its last ones too', async () => {
  const heavy = (size: string) =>
    app.client.code(`{ users(${size}) { nodes { id hobbies { id name } tags { id } legacyIds { id } } } }`);
  expect(await heavy('last: 100')).toBe('QUERY_TOO_COMPLEX');
  expect(await heavy('last: 1')).toBeUndefined();
});
