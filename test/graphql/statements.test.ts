import { SecretBox } from '../../src/infra/secret-box.js';
import { Follow } from '../../src/modules/follow/follow.entity.js';
import { UserHobby } from '../../src/modules/hobby/user-hobby.entity.js';
import { Community } from '../../src/modules/place/community.entity.js';
import { UserTag } from '../../src/modules/tag/user-tag.entity.js';
import { Image } from '../../src/modules/user/image.entity.js';
import { User } from '../../src/modules/user/user.entity.js';
import { UserExtra } from '../../src/modules/user/user-extra.entity.js';
import { Verification, VerificationType } from '../../src/modules/verification/verification.entity.js';
import { VerificationSecrets } from '../../src/modules/verification/verification.secrets.js';
import { Currency } from '../../src/modules/wallet/currency.entity.js';
import { Vip } from '../../src/modules/wallet/vip.entity.js';
import { Wallet } from '../../src/modules/wallet/wallet.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone } from '../support/client.js';
import { grant, logIn } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';

const COUNT = 60;
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
let app: LoneApp;
let reader: Account;

/** Users who each have one of everything, of their own. */
async function insertRichUsers(): Promise<void> {
  const em = app.infrastructure.database.fork();
  const insert = (entity: unknown, rows: object[]) => em.insertMany(entity as typeof User, rows as never);
  const cities = await em.execute<{ id: number }[]>('select id from cities order by id limit 60');
  const each = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: COUNT }, (_, index) => make(index));
  await insert(
    Community,
    each((index) => ({ name: `小区${index}`, cityId: cities[index]?.id })),
  );
  const communities = await em.execute<{ id: number; city_id: number }[]>(
    'select id, city_id from communities',
  );
  const key = (index: number) => String(index).padStart(32, '0');
  const cardKey = (index: number) => key(COUNT + index);
  const picture = { mime: 'image/png', size: 1, width: 1, height: 1, hash: '0'.repeat(64) };
  await insert(
    Image,
    each((index) => [key(index), cardKey(index)])
      .flat()
      .map((id) => ({ id, key: `2026/01/01/${id}.png`, ...picture })),
  );
  await insert(
    User,
    each((index) => ({
      name: `Rich_${index}`,
      communityId: communities[index]?.id,
      cityId: communities[index]?.city_id,
      avatarId: key(index),
      backgroundId: key(COUNT - 1 - index),
    })),
  );
  const users = await em.execute<{ id: number }[]>(`select id from users where name like 'Rich%'`);
  const ids = users.map(({ id }) => id);
  await insert(
    UserExtra,
    ids.map((userId) => ({ userId, likesCount: 1 })),
  );
  await insert(
    UserHobby,
    ids.flatMap((userId) => [
      { userId, hobbyId: 1 },
      { userId, hobbyId: (userId % 5) + 2 },
    ]),
  );
  await insert(
    UserTag,
    ids.flatMap((userId) => [
      { userId, tagId: 1 },
      { userId, tagId: (userId % 5) + 2 },
    ]),
  );
  await insert(
    Wallet,
    ids.map((userId) => ({ userId, balance: 1 })),
  );
  await insert(
    Currency,
    ids.map((userId) => ({ userId, sum: 1 })),
  );
  await insert(
    Vip,
    ids.map((userId) => ({ userId, level: '1', name: 'VIP', endTime: new Date(Date.now() + 3_600_000) })),
  );
  const secrets = new VerificationSecrets(new SecretBox(app.config.DATA_KEYS));
  await insert(
    Verification,
    ids.map((userId, index) => ({
      userId,
      type: VerificationType.USER,
      phoneNumber: '15694005009',
      frontImageId: cardKey(index),
      rearImageId: cardKey(COUNT - 1 - index),
      ...secrets.seal(userId, { realName: `Person ${userId}`, idNumber: '110101199003077571' }),
    })),
  );
  await insert(
    Follow,
    ids.map((followeeId) => ({ followerId: reader.id, followeeId })),
  );
}

beforeAll(async () => {
  app = await startTestApp();
  reader = await app.client.register();
  await grant(app, reader.id, ['[user] Read Private']);
  // A new session, which was not looked at before its abilities changed.
  reader.token = await logIn(app.client, reader.phone);
  await insertRichUsers();
});
afterAll(() => app.close());

const EVERYTHING = `
  id nickname phone avatar { url } avatarUrl background { id node } city { name province } community { name city { name } }
  hobbies { name } tags { name } extra { likesCount } hasFollower hasFollowing blocked mutualFollowingsCount hasPassword wallet { balance } currency { sum } vip { level }
  verification { state realName frontImage { url } rearImage { url } user { nickname } }`;

/** What reading a page costs, once sessions and places are cached. */
async function pageOf(first: number) {
  const query = `query ($first: Int) { users(filter: { nameContains: "rich_" }, first: $first) { nodes { ${EVERYTHING} } } }`;
  let nodes: Record<string, unknown>[] = [];
  const statements = await statementsOf(app, async () => {
    nodes = (await app.client.data(query, { first }, reader.token)).users.nodes;
  });
  return { nodes, statements };
}

test('a page of users costs the same number of statements whatever its size', async () => {
  await pageOf(1);
  const small = await pageOf(5);
  const large = await pageOf(50);
  expect(small.nodes).toHaveLength(5);
  expect(large.nodes).toHaveLength(50);
  for (const node of large.nodes) {
    expect(node).toMatchObject({
      avatar: { url: expect.any(String) },
      city: { name: expect.any(String), province: expect.any(String) },
      community: { name: expect.stringContaining('小区') },
      extra: { likesCount: 1 },
      hasFollower: true,
      hasFollowing: false,
      blocked: false,
      mutualFollowingsCount: 0,
      hasPassword: false,
      wallet: { balance: 1 },
      currency: { sum: 1 },
      vip: { level: '1' },
      verification: {
        state: 'PENDING',
        realName: `Person ${node.id}`,
        frontImage: { url: expect.any(String) },
        rearImage: { url: expect.any(String) },
        user: { nickname: node.nickname },
      },
    });
    expect(node.hobbies).toHaveLength(2);
    expect(node.tags).toHaveLength(2);
  }
  expect(large.statements.length).toBe(small.statements.length);
  // One for the page, one for each of the fourteen relations, two more for the pictures and the user of a verification.
  expect(large.statements.length).toBeLessThanOrEqual(17);
});

test('a cached session costs no statement, and a user costs one', async () => {
  await app.client.data('{ me { id } }', {}, reader.token);
  const me = await statementsOf(app, () => app.client.data('{ me { id name phone } }', {}, reader.token));
  expect(me).toHaveLength(1);
  const nobody = await statementsOf(app, () => app.client.data('{ me { id } }'));
  expect(nobody).toEqual([]);
  const twice = await statementsOf(app, () =>
    app.client.data(
      'query ($id: ID!) { a: user(id: $id) { id } b: user(id: $id) { name } me { id } }',
      { id: String(reader.id) },
      reader.token,
    ),
  );
  expect(twice).toHaveLength(1);
});

test('a refused log-in costs the same statements for an unknown account as for a known one', async () => {
  const asked = async (account: string) => {
    const input = { account, password: 'no-such-password' };
    const statements = await statementsOf(app, () => app.client.graphql(LOGIN, { input }));
    // That a known one was refused is recorded, but nobody waits for it.
    return statements.filter((statement) => statement.startsWith('select'));
  };
  const known = await asked(reader.phone);
  expect(known.length).toBeGreaterThan(1);
  expect(await asked(freshPhone())).toEqual(known);
});

test('a list of sessions or events costs one statement', async () => {
  const sessions = await statementsOf(app, () => app.client.data('{ sessions { id } }', {}, reader.token));
  expect(sessions).toHaveLength(1);
  const events = await statementsOf(app, () =>
    app.client.data('{ securityEvents { nodes { id } } }', {}, reader.token),
  );
  expect(events).toHaveLength(1);
});

test('what the caller alone sees of a page of users is read once, however often they are on it', async () => {
  const own =
    'addresses { id } address(id: 1) { id } sessions { id } securityEvents(first: 2) { nodes { id } }';
  const ofOne = await statementsOf(app, () => app.client.data(`{ me { ${own} } }`, {}, reader.token));
  expect(ofOne).toHaveLength(4);
  const id = String(reader.id);
  const many = Array.from({ length: 5 }, (_, index) => `u${index}: user(id: $id) { ${own} }`).join(' ');
  const ofMany = await statementsOf(app, () =>
    app.client.data(
      `query ($id: ID!) { ${many} users(first: 9) { nodes { ${own} } } }`,
      { id },
      reader.token,
    ),
  );
  expect(ofMany).toHaveLength(5);
});

test('a query that fails costs the same the tenth time as the first', async () => {
  const query = '{ users(first: 1) { nodes { id } } none: user(id: 1, name: "x") { id } }';
  const ask = () => statementsOf(app, () => app.client.graphql(query, {}, { token: reader.token }));
  const first = await ask();
  expect(first.length).toBeGreaterThan(0);
  for (let time = 0; time < 9; time++) expect(await ask()).toEqual(first);
});
