import { UserStatus } from '../../src/modules/user/user.entity.js';
import { Vip } from '../../src/modules/wallet/vip.entity.js';
import { Wallet } from '../../src/modules/wallet/wallet.entity.js';
import { ABILITIES } from '../../src/policy.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone } from '../support/client.js';
import { freshEmail, freshName, giveEmail, grant, setUser } from '../support/operations.js';

let app: LoneApp;
let owner: Account & { name: string; email: string };
let stranger: Account;

beforeAll(async () => {
  app = await startTestApp();
  const name = freshName();
  const registered = await app.client.register({ name });
  owner = { ...registered, name, email: await giveEmail(app.client, registered.token) };
  stranger = await app.client.register();
  const em = app.infrastructure.database.fork();
  await em.insert(Wallet, {
    userId: owner.id,
    balance: 9_007_199_254_740_991,
    totalIncome: 7,
    totalExpenses: 3,
  } as never);
});
afterAll(() => app.close());

const USER =
  'query ($id: ID, $name: String, $phone: String, $email: String) { user(id: $id, name: $name, phone: $phone, email: $email) { id } }';
const find = async (key: Record<string, unknown>) => (await app.client.data(USER, key)).user?.id ?? null;

describe('me', () => {
  test('me is the caller, and null without a session', async () => {
    expect(await app.client.data('{ me { id name } }', {}, owner.token)).toEqual({
      me: { id: String(owner.id), name: owner.name },
    });
    for (const token of [undefined, 'garbage', 'A'.repeat(43), `${owner.token}=`]) {
      expect(await app.client.data('{ me { id } }', {}, token)).toEqual({ me: null });
    }
    const basic = { authorization: `Basic ${owner.token}` };
    expect((await app.client.graphql('{ me { id } }', {}, { headers: basic })).data.me).toBeNull();
  });

  test("the invite code of a user is the user's number in base 36", async () => {
    const { me } = await app.client.data('{ me { inviteCode } }', {}, owner.token);
    expect(me.inviteCode).toBe((owner.id + 60_947_423).toString(36).toUpperCase());
  });
});

describe('user', () => {
  test('a user is found by each key in each spelling', async () => {
    const id = String(owner.id);
    for (const key of [
      { id },
      { id: owner.id },
      { name: owner.name },
      { name: owner.name.toUpperCase() },
      { phone: owner.phone },
      { phone: `+86 ${owner.phone}` },
      { email: owner.email },
      { email: owner.email.toUpperCase() },
    ]) {
      expect(await find(key)).toBe(id);
    }
  });

  test('a user that does not exist is null', async () => {
    const unverified = freshEmail();
    await setUser(app.infrastructure.database.fork(), stranger.id, { email: unverified });
    for (const key of [
      { id: '2147483647' },
      { id: '99999999999999' },
      { id: '0' },
      { id: '-1' },
      { id: 'abc' },
      { id: '' },
      { name: freshName() },
      { name: '' },
      { name: '%' },
      { phone: freshPhone() },
      { phone: 'abc' },
      { phone: '' },
      { email: freshEmail() },
      { email: unverified },
      { email: 'abc' },
      { email: '' },
    ]) {
      expect(await find(key)).toBeNull();
    }
  });

  test('a lookup of a user needs exactly one key', async () => {
    const { id, name } = owner;
    for (const [key, field] of [
      [{}, 'id'],
      [{ id: null }, 'id'],
      [{ id, name }, 'name'],
      [{ name, phone: owner.phone }, 'phone'],
      [{ phone: owner.phone, email: owner.email }, 'email'],
    ] as const) {
      const { errors } = await app.client.graphql(USER, key);
      expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field });
    }
    expect(await find({ id, name: null })).toBe(String(id));
  });

  test('a user is found when disabled, and not when deleted', async () => {
    const { id } = await app.client.register();
    const em = app.infrastructure.database.fork();
    await setUser(em, id, { status: UserStatus.DISABLED });
    expect(await find({ id })).toBe(String(id));
    await setUser(em, id, { status: UserStatus.DELETED });
    expect(await find({ id })).toBeNull();
  });
});

describe('private fields', () => {
  const PRIVATE =
    'phone email emailVerified abilities wallet { balance totalIncome totalExpenses } currency { sum }';
  const hidden = {
    phone: null,
    email: null,
    emailVerified: null,
    abilities: null,
    wallet: null,
    currency: null,
  };
  const shown = () => ({
    phone: owner.phone,
    email: owner.email,
    emailVerified: true,
    abilities: [],
    wallet: { balance: 9_007_199_254_740_991, totalIncome: 7, totalExpenses: 3 },
    currency: { sum: 0 },
  });

  /** The owner's record, by each way that leads to it. */
  async function read(token?: string) {
    const id = String(owner.id);
    const query = `query ($id: ID!, $ids: [ID!]!) {
      user(id: $id) { ${PRIVATE} }
      users(filter: { ids: $ids }) { nodes { ${PRIVATE} } edges { node { ${PRIVATE} } } }
    }`;
    const { user, users } = await app.client.data(query, { id, ids: [id] }, token);
    return [user, users.nodes[0], users.edges[0].node];
  }

  test('private fields are null for anybody but the owner, in lists too', async () => {
    for (const token of [undefined, stranger.token]) {
      for (const record of await read(token)) expect(record).toEqual(hidden);
    }
    const follow = `mutation ($id: ID!) { follow(userId: $id) { ${PRIVATE} } }`;
    const { follow: followed } = await app.client.data(follow, { id: String(owner.id) }, stranger.token);
    expect(followed).toEqual(hidden);
  });

  test('private fields are there for the owner, wherever owners meet themselves', async () => {
    const { me } = await app.client.data(`{ me { ${PRIVATE} } }`, {}, owner.token);
    for (const record of [me, ...(await read(owner.token))]) expect(record).toEqual(shown());
  });

  test('private fields are there for a holder of the ability to read them, and of no other ability', async () => {
    const reader = await app.client.register();
    await grant(app, reader.id, [ABILITIES.disableUser, ABILITIES.recommendUser, ABILITIES.recordIncome]);
    for (const record of await read(reader.token)) expect(record).toEqual(hidden);
    for (const ability of [ABILITIES.readPrivate, ABILITIES.everything]) {
      await grant(app, reader.id, [ability]);
      for (const record of await read(reader.token)) expect(record).toEqual(shown());
    }
    await grant(app, reader.id, []);
    for (const record of await read(reader.token)) expect(record).toEqual(hidden);
  });
});

test('public fields of a new user have their empty values', async () => {
  const { id, phone } = await app.client.register();
  const query = `query ($id: ID!) { user(id: $id) {
    id name nickname sex birthday age bio location city { id } community { id } hobbies { id } avatar { id } avatarUrl background { id }
    status hasFollower hasFollowing vip { level } createdAt updatedAt
    extra { likesCount commentsCount followersCount followingsCount beRewardCount questionsCount answersCount feedsCount feedTopicsCount commoditiesCount checkinCount lastCheckinCount updatedAt }
  } }`;
  const { user } = await app.client.data(query, { id: String(id) });
  expect(JSON.stringify(user)).not.toContain(phone);
  const { name, createdAt, updatedAt, extra, ...rest } = user;
  expect(rest).toEqual({
    id: String(id),
    nickname: name,
    sex: 'UNSPECIFIED',
    birthday: null,
    age: null,
    bio: null,
    location: null,
    city: null,
    community: null,
    hobbies: [],
    avatar: null,
    avatarUrl: null,
    background: null,
    status: 'ACTIVE',
    hasFollower: false,
    hasFollowing: false,
    vip: null,
  });
  for (const time of [createdAt, updatedAt, extra.updatedAt])
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
  const { updatedAt: _, ...counters } = extra;
  expect(new Set(Object.values(counters))).toEqual(new Set([0]));
});

test('a membership is shown while it runs', async () => {
  const em = app.infrastructure.database.fork();
  const { id } = await app.client.register();
  const vip = async () =>
    (
      await app.client.data('query ($id: ID!) { user(id: $id) { vip { level name endTime } } }', {
        id: String(id),
      })
    ).user.vip;
  const endTime = new Date(Date.now() + 3_600_000);
  await em.insert(Vip, { userId: id, level: '1', name: '黄金会员', endTime } as never);
  expect(await vip()).toEqual({ level: '1', name: '黄金会员', endTime: endTime.toISOString() });
  await em.nativeUpdate(Vip, { userId: id }, { endTime: new Date(Date.now() - 1000) });
  expect(await vip()).toBeNull();
});

describe('userIds', () => {
  const IDS =
    'query ($cityId: ID!, $deviceType: DeviceType, $first: Int, $after: ID) { userIds(cityId: $cityId, deviceType: $deviceType, first: $first, after: $after) { ids hasNextPage endCursor } }';

  test('userIds answers only callers inside the configured networks', async () => {
    const outside = await app.world.start({ INTERNAL_NETWORKS: '10.0.0.0/8' });
    await grant(app, stranger.id, [ABILITIES.everything]);
    for (const token of [undefined, stranger.token]) {
      expect(await outside.client.code(IDS, { cityId: '510100' }, token)).toBe('FORBIDDEN');
    }
    const forwarded = { headers: { 'x-forwarded-for': '10.0.0.1' } };
    expect(
      (await outside.client.graphql(IDS, { cityId: '510100' }, forwarded)).errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    await grant(app, stranger.id, []);
  });

  test('userIds come ascending, in pages, by city and device of the latest session', async () => {
    const em = app.infrastructure.database.fork();
    const accounts = [];
    for (let i = 0; i < 5; i++) accounts.push(await app.client.register());
    for (const { id } of accounts) await setUser(em, id, { cityId: 510100, lastDeviceType: (id % 2) + 1 });
    const expected = accounts.map(({ id }) => id).sort((a, b) => a - b);
    const ask = async (variables: object) =>
      (await app.client.data(IDS, { cityId: '510100', ...variables })).userIds;

    expect(await ask({ first: 10_000 })).toEqual({
      ids: expected,
      hasNextPage: false,
      endCursor: String(expected.at(-1)),
    });
    const firstPage = await ask({ first: 3 });
    expect(firstPage).toEqual({
      ids: expected.slice(0, 3),
      hasNextPage: true,
      endCursor: String(expected[2]),
    });
    expect((await ask({ first: 3, after: firstPage.endCursor })).ids).toEqual(expected.slice(3));
    expect((await ask({ deviceType: 'IOS' })).ids).toEqual(expected.filter((id) => id % 2 === 0));
    expect((await ask({ deviceType: 'UNKNOWN' })).ids).toEqual([]);
    expect((await ask({ cityId: 'nowhere' })).ids).toEqual([]);
    for (const bad of [{ first: 0 }, { after: '99999999999999' }, { after: 'x' }]) {
      expect(await app.client.code(IDS, { cityId: '510100', ...bad })).toBe('INVALID_INPUT');
    }
  });
});
