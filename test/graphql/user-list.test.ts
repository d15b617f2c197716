import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { setUser } from '../support/operations.js';

const COUNT = 130;
const [CHENGDU, BEIJING] = [510100, 110100];
let app: LoneApp;
let caller: Account;
/** Numbers of the accounts in the order they were made: `number[i]` is that of `User_i`. */
let numbers: number[];

beforeAll(async () => {
  app = await startTestApp();
  caller = await app.client.register({ name: 'Caller_1' });
  const em = app.infrastructure.database.fork();
  const now = Date.now();
  const rows = Array.from({ length: COUNT }, (_, index) => ({
    name: `User_${index}`,
    cityId: index % 10 === 0 ? CHENGDU : index % 10 === 1 ? BEIJING : null,
    // The least recent is the last one made.
    lastActiveAt: new Date(now - (index + 1) * 60_000),
    recommendedAt: index < 4 ? new Date(now - (4 - index) * 60_000) : null,
  }));
  await em.insertMany(User, rows as never);
  const users = await em.execute<{ id: number }[]>(
    `select id from users where name like 'User%' order by id`,
  );
  numbers = users.map(({ id }) => id);
});
afterAll(() => app.close());

const USERS = `query ($filter: UserFilter, $order: UserOrder, $first: Int, $after: String, $offset: Int) {
  users(filter: $filter, order: $order, first: $first, after: $after, offset: $offset) {
    nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}`;

async function page(variables: Record<string, unknown> = {}, token?: string) {
  const { users } = await app.client.data(USERS, variables, token);
  const ids: number[] = users.nodes.map((node: { id: string }) => Number(node.id));
  expect(users.edges.map((edge: { node: { id: string } }) => Number(edge.node.id))).toEqual(ids);
  expect(users.pageInfo.endCursor).toBe(users.edges.at(-1)?.cursor ?? null);
  return { ids, ...users.pageInfo } as { ids: number[]; hasNextPage: boolean; endCursor: string | null };
}
const list = async (filter: Record<string, unknown>, token?: string) =>
  (await page({ filter, first: 100 }, token)).ids;

/** Every page of a list, one after the other. */
async function walk(variables: Record<string, unknown>, token?: string): Promise<number[]> {
  const found: number[] = [];
  let after: string | null = null;
  do {
    const { ids, hasNextPage, endCursor } = await page({ ...variables, after }, token);
    expect(ids.length).toBeGreaterThan(0);
    found.push(...ids);
    after = hasNextPage ? endCursor : null;
  } while (after);
  return found;
}

const descending = () => [...numbers].reverse();

describe('order and size', () => {
  test('users come newest first, twenty of them, unless asked otherwise', async () => {
    const usual = await page();
    expect(usual.ids).toEqual(descending().slice(0, 20));
    expect(usual.hasNextPage).toBe(true);
    expect((await page({ order: 'ID_ASC', first: 2 })).ids).toEqual([caller.id, numbers[0]]);
    expect((await page({ first: 100 })).ids).toHaveLength(100);
  });

  test('a page of more than a hundred users is cut to a hundred, and one of less than one is refused', async () => {
    for (const first of [101, 1000, 2_147_483_647]) expect((await page({ first })).ids).toHaveLength(100);
    for (const first of [0, -1]) expect(await app.client.code(USERS, { first })).toBe('INVALID_INPUT');
    const { errors } = await app.client.graphql(USERS, { first: 0 });
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'first' });
  });
});

describe('paging', () => {
  test.each([[1], [7], [100]])('users paged by cursor, %s at a time, are complete', async (first) => {
    const all = [...descending(), caller.id];
    if (first > 1) expect(await walk({ first })).toEqual(all);
    const some = { filter: { nameContains: 'user_11' }, first };
    const expected = [119, 118, 117, 116, 115, 114, 113, 112, 111, 110, 11].map((index) => numbers[index]);
    expect(await walk(some)).toEqual(expected);
    expect(await walk({ ...some, order: 'ID_ASC' })).toEqual([...expected].reverse());
  });

  test('users paged by cursor keep their order where it is one of times', async () => {
    const active = await walk({ filter: { active: true, nameContains: 'user_' }, first: 50 });
    expect(active).toEqual(numbers);
  });

  test('users paged by offset skip up to 10,000', async () => {
    expect((await page({ offset: 5, first: 3 })).ids).toEqual(descending().slice(5, 8));
    expect((await page({ offset: 10_000 })).ids).toEqual([]);
    for (const offset of [-1, 10_001]) expect(await app.client.code(USERS, { offset })).toBe('INVALID_INPUT');
  });

  test('a page of users takes only cursors that the gateway made', async () => {
    const cursor = (text: string) => Buffer.from(text).toString('base64url');
    for (const after of [
      '',
      'garbage',
      cursor('-1'),
      cursor('1.5'),
      cursor('1; drop table users'),
      cursor('9'.repeat(16)),
    ]) {
      expect(await app.client.code(USERS, { after })).toBe('INVALID_INPUT');
    }
    for (const filter of [{}, { active: true }]) {
      const beyond = await app.client.graphql(USERS, { filter, after: cursor('999999999999999') });
      expect([undefined, 'INVALID_INPUT']).toContain(beyond.errors?.[0]?.extensions.code);
    }
  });

  test('the last page of users says that it is the last', async () => {
    const last = await page({ order: 'ID_ASC', first: 10, offset: COUNT - 5 });
    expect(last).toMatchObject({ hasNextPage: false, ids: numbers.slice(-6) });
    expect(await page({ after: Buffer.from('1').toString('base64url') })).toMatchObject({
      ids: [],
      hasNextPage: false,
      endCursor: null,
    });
  });
});

describe('filters', () => {
  beforeAll(async () => {
    const em = app.infrastructure.database.fork();
    const names = ['per%cent', 'under_score', 'underXscore', 'back\\slash', '中文名字', 'ÄÖÜ_name'];
    await em.insertMany(User, names.map((name) => ({ name })) as never);
  });
  const named = async (filter: Record<string, unknown>) => {
    const { users } = await app.client.data(
      'query ($filter: UserFilter) { users(filter: $filter, order: ID_ASC) { nodes { name } } }',
      { filter },
    );
    return users.nodes.map((user: { name: string }) => user.name);
  };

  test('the filter nameContains takes every character literally, in either case', async () => {
    expect(await named({ nameContains: '%' })).toEqual(['per%cent']);
    expect(await named({ nameContains: 'r_s' })).toEqual(['under_score']);
    expect(await named({ nameContains: 'UNDER' })).toEqual(['under_score', 'underXscore']);
    expect(await named({ nameContains: '\\' })).toEqual(['back\\slash']);
    expect(await named({ nameContains: '文名' })).toEqual(['中文名字']);
    expect(await named({ nameContains: 'xS' })).toEqual(['underXscore']);
    // Both are in names, but not side by side.
    expect(await named({ nameContains: 'cr' })).toEqual([]);
    expect(await named({ nameContains: "' or 1=1 --" })).toEqual([]);
    expect(await named({ nameContains: '?' })).toEqual([]);
  });

  test('the filter names takes whole names, in either case, at most a hundred', async () => {
    expect(await named({ names: ['UNDER_SCORE', 'per%cent', 'user', 'under'] })).toEqual([
      'per%cent',
      'under_score',
    ]);
    expect(await named({ names: ['back\\slash', '"', 'a,b', '{}'] })).toEqual(['back\\slash']);
    // A line break is none of the letters that it could be escaped with.
    expect(await named({ names: ['per%ce\nt', 'back\\\\slash'] })).toEqual([]);
    expect(await named({ names: [] })).toEqual([]);
    const many = (count: number) => Array.from({ length: count }, (_, index) => `User_${index}`);
    expect(await named({ names: many(100) })).toHaveLength(20);
    const { errors } = await app.client.graphql(USERS, { filter: { names: many(101) } });
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'names' });
  });

  test('the filter ids finds disabled accounts, which no other list shows', async () => {
    const em = app.infrastructure.database.fork();
    const [disabled, deleted, fine] = [numbers[20], numbers[21], numbers[22]] as [number, number, number];
    await setUser(em, disabled, { status: UserStatus.DISABLED, recommendedAt: new Date() });
    await setUser(em, deleted, { status: UserStatus.DELETED });
    const hidden = [disabled, deleted];
    for (const filter of [
      { nameContains: 'User_2' },
      { names: ['User_20', 'User_21', 'User_22'] },
      { active: true },
      { recommended: true },
      { cityId: String(CHENGDU) },
    ]) {
      for (const id of hidden) expect(await list(filter)).not.toContain(id);
    }
    const strange = ['abc', '-1', '99999999999', '0', ''];
    expect(await list({ ids: [...hidden, fine, fine].map(String).concat(strange) })).toEqual([
      fine,
      disabled,
    ]);
    expect(await list({ ids: [] })).toEqual([]);
    expect(await list({ ids: strange })).toEqual([]);
    expect(await app.client.code(USERS, { filter: { ids: numbers.slice(0, 101).map(String) } })).toBe(
      'INVALID_INPUT',
    );
    await setUser(em, disabled, { status: UserStatus.ACTIVE, recommendedAt: null });
    await setUser(em, deleted, { status: UserStatus.ACTIVE });
  });

  test('active users come by latest activity, recommended ones by latest pick', async () => {
    expect((await list({ active: true, nameContains: 'User_' })).slice(0, 10)).toEqual(numbers.slice(0, 10));
    expect(await list({ recommended: true })).toEqual([3, 2, 1, 0].map((index) => numbers[index]));
    expect(await list({ recommended: true, names: ['User_1', 'User_9'] })).toEqual([numbers[1]]);
  });

  test('the filter cityId finds users of that city who meet all other conditions', async () => {
    const ofCity = (digit: number) => descending().filter((id) => numbers.indexOf(id) % 10 === digit);
    expect(await list({ cityId: String(CHENGDU) })).toEqual(ofCity(0));
    expect(await list({ cityId: String(BEIJING), nameContains: 'user_11' })).toEqual([
      numbers[111],
      numbers[11],
    ]);
    for (const cityId of ['0', 'nowhere', '99999999999']) expect(await list({ cityId })).toEqual([]);
  });

  test("the filter nearby finds users of the caller's city, without the caller, for callers who have one", async () => {
    const em = app.infrastructure.database.fork();
    expect(await app.client.code(USERS, { filter: { nearby: true } })).toBe('UNAUTHENTICATED');
    expect(await list({ nearby: true }, caller.token)).toEqual([]);
    await setUser(em, caller.id, { cityId: CHENGDU });
    const neighbours = numbers.filter((_, index) => index % 10 === 0).reverse();
    expect(await list({ nearby: true }, caller.token)).toEqual(neighbours);
    expect(await list({ cityId: String(CHENGDU) }, caller.token)).toEqual([...neighbours, caller.id]);
    await setUser(em, caller.id, { cityId: null });
  });

  test('filters that are null filter nothing', async () => {
    const filter = {
      nameContains: null,
      names: null,
      ids: null,
      active: null,
      recommended: null,
      nearby: null,
      cityId: null,
    };
    expect((await page({ filter, order: null, first: null, after: null, offset: null })).ids).toHaveLength(
      20,
    );
  });
});
