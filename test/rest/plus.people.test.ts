import { UserStatus } from '../../src/modules/user/user.entity.js';
import { atOnce, tally } from '../support/at-once.js';
import { OldServer } from '../support/old-server.js';
import { grant, registerByCode, setUser } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import { applicant, personOf, review, submit } from '../support/verification.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  NOT_FOUND,
  type PlusApp,
  refused,
  said,
  send,
  startPlus,
  TOO_MANY,
  UNAUTHENTICATED,
} from './plus.support.js';

/** The object of a user as the public clients read it, and what they do about other people. */

let app: PlusApp;
beforeAll(async () => {
  app = await startPlus();
});
afterAll(() => app.close());

const em = () => app.infrastructure.database.fork();
/** In the order of their ids, which lists go by: those who register at once are numbered in any order. */
const members = async (count: number): Promise<Member[]> =>
  (await Promise.all(Array.from({ length: count }, () => app.member()))).toSorted((a, b) => a.id - b.id);
const shown = async (id: number, by?: Member) =>
  (await app.call('GET', `/users/${id}`, { token: by?.token })).body;
const own = async ({ token }: { token: string }) => (await app.call('GET', '/user', { token })).body;
const follow = (by: Member, whom: Member) =>
  app.call('PUT', `/user/followings/${whom.id}`, { token: by.token });

describe('the object of a user', () => {
  test('a user of plus has following and follower beside the names of the document', async () => {
    const [ann, bob] = (await members(2)) as [Member, Member];
    expect(await shown(bob.id, ann)).toMatchObject({ follower: false, following: false });
    await follow(ann, bob);
    expect(await shown(bob.id, ann)).toMatchObject({
      has_follower: true,
      follower: true,
      has_following: false,
      following: false,
    });
    expect(await shown(ann.id, bob)).toMatchObject({ follower: false, following: true });
    expect(await shown(bob.id)).toMatchObject({ follower: false, following: false });
  });

  test("friends_count of plus counts whom one follows and is followed by, in one's own record", async () => {
    const [ann, bob, cat, dan] = (await members(4)) as [Member, Member, Member, Member];
    for (const [by, whom] of [
      [ann, bob],
      [bob, ann],
      [ann, cat],
      [cat, ann],
      [ann, dan],
      [cat, bob],
    ] as const) {
      expect(await follow(by, whom)).toEqual(NO_CONTENT);
    }
    expect(await own(ann)).toMatchObject({ friends_count: 2 });
    expect(await own(bob)).toMatchObject({ friends_count: 1 });
    expect(await own(dan)).toMatchObject({ friends_count: 0 });
    await app.call('DELETE', `/user/followings/${ann.id}`, { token: bob.token });
    expect(await own(ann)).toMatchObject({ friends_count: 1 });
  });

  test('initial_password of plus tells whether the account has a password, and new_wallet is the wallet', async () => {
    const [withOne] = (await members(1)) as [Member];
    const without = await registerByCode(app.client);
    const mine = await own(withOne);
    expect(mine.initial_password).toBe(true);
    expect(mine.new_wallet).toEqual(mine.wallet);
    expect((await own(without)).initial_password).toBe(false);
  });

  test('verified of plus is there once a verification has passed, and says nothing before', async () => {
    const person = await applicant(app.client);
    const reviewer = await app.member();
    await grant(app, reviewer.id, ['[user] Review Verification']);
    expect(await shown(person.id)).toMatchObject({ verification: null, verified: null });
    await submit(app.client, person.token, personOf(person));
    expect(await shown(person.id)).toMatchObject({ verification: { state: -1 }, verified: null });
    await review(app.client, reviewer.token, person.id, 'PASS', { description: '画家' });
    expect((await shown(person.id)).verified).toEqual({ type: 'user', icon: null, description: '画家' });
  });

  test('an avatar at a third party is an object in plus, wherever it is, or a text as the operator says', async () => {
    const [ann, bob] = (await members(2)) as [Member, Member];
    const url = 'https://thirdwx.qlogo.cn/mmopen/vi_32/abc/132';
    await setUser(em(), ann.id, { externalAvatarUrl: url });
    const file = { url, vendor: 'external', mime: null, size: null, dimension: null };
    expect((await shown(ann.id)).avatar).toEqual(file);
    expect((await own(ann)).avatar).toEqual(file);
    const listed = { params: { id: `${ann.id},${bob.id}` } };
    const avatars = (body: { avatar: unknown }[]) => body.map(({ avatar }) => avatar);
    expect(avatars((await app.call('GET', '/users', listed)).body)).toEqual([null, file]);

    const older = await app.world.start({ PLUS_AVATAR: 'string' });
    const get = async (path: string) => (await fetch(`${older.url}/api/v2${path}`)).json();
    expect(((await get(`/users/${ann.id}`)) as { avatar: unknown }).avatar).toBe(url);
    expect(avatars((await get(`/users?id=${ann.id},${bob.id}`)) as { avatar: unknown }[])).toEqual([
      null,
      url,
    ]);
    await older.close();
  });
});

describe('the black list', () => {
  const block = (by: Member, id: unknown, method: 'POST' | 'DELETE' = 'POST') =>
    app.call(method, `/user/black/${id}`, { token: by.token });
  const DONE = said('操作成功', 201);
  const listed = async ({ token }: Member, params: Record<string, number> = {}) => {
    const { status, body } = await app.call('GET', '/user/blacks', { token, params });
    expect(status).toBe(200);
    return body.map(({ id }: { id: number }) => id);
  };
  const counts = async (id: number) => {
    const { followers_count, followings_count } = (await shown(id)).extra;
    return [followers_count, followings_count];
  };

  test('who is blocked in plus is shown so to the blocker alone, once and until it is taken back', async () => {
    const [ann, bob] = (await members(2)) as [Member, Member];
    expect(await shown(bob.id, ann)).toMatchObject({ blacked: false });
    for (const _ of [1, 2]) expect(await block(ann, bob.id)).toEqual(DONE);
    expect(await shown(bob.id, ann)).toMatchObject({ blacked: true });
    expect(await shown(ann.id, bob)).toMatchObject({ blacked: false });
    expect(await shown(bob.id)).toMatchObject({ blacked: false });
    for (const _ of [1, 2]) expect(await block(ann, bob.id, 'DELETE')).toEqual(NO_CONTENT);
    expect(await shown(bob.id, ann)).toMatchObject({ blacked: false });
    expect(await listed(ann)).toEqual([]);
  });

  test('a block in plus ends the follows between the two, and neither can follow until it ends', async () => {
    const [ann, bob, cat] = (await members(3)) as [Member, Member, Member];
    for (const [by, whom] of [
      [ann, bob],
      [bob, ann],
      [cat, ann],
      [cat, bob],
    ] as const) {
      await follow(by, whom);
    }
    expect(await block(ann, bob.id)).toEqual(DONE);
    expect([await counts(ann.id), await counts(bob.id), await counts(cat.id)]).toEqual([
      [1, 0],
      [1, 0],
      [0, 2],
    ]);
    const refusal = refused('你们之间存在拉黑关系，无法关注');
    expect(await follow(bob, ann)).toEqual(refusal);
    expect(await follow(ann, bob)).toEqual(refusal);
    expect(await follow(cat, bob)).toEqual(NO_CONTENT);
    await block(ann, bob.id, 'DELETE');
    expect([await counts(ann.id), await counts(bob.id)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(await follow(bob, ann)).toEqual(NO_CONTENT);
    expect(await counts(ann.id)).toEqual([2, 0]);
  });

  test('two who block each other in plus are kept apart until both have taken it back', async () => {
    const [ann, bob] = (await members(2)) as [Member, Member];
    await Promise.all([block(ann, bob.id), block(bob, ann.id)]);
    await block(ann, bob.id, 'DELETE');
    expect((await follow(ann, bob)).status).toBe(422);
    await block(bob, ann.id, 'DELETE');
    expect(await follow(ann, bob)).toEqual(NO_CONTENT);
  });

  test('the black list of plus is latest first, by limit and offset, without who is disabled or gone', async () => {
    const [ann, ...others] = (await members(5)) as [Member, Member, Member, Member, Member];
    for (const { id } of others) await block(ann, id);
    const ids = others.map(({ id }) => id).reverse();
    expect(await listed(ann)).toEqual(ids);
    expect(await listed(ann, { limit: 2, offset: 1 })).toEqual(ids.slice(1, 3));
    expect(await listed(ann, { offset: 4 })).toEqual([]);
    const [first, second, ...left] = ids;
    await setUser(em(), first as number, { status: UserStatus.DISABLED });
    await setUser(em(), second as number, { status: UserStatus.DELETED });
    expect(await listed(ann)).toEqual(left);
    expect(await listed(others[0])).toEqual([]);
    expect((await app.call('GET', '/user/blacks', { token: ann.token })).body[0]).toMatchObject({
      blacked: true,
      follower: false,
      extra: { followers_count: 0 },
    });
  });

  test('the black list of plus shows 15 unless asked, and costs the same statements whatever its size', async () => {
    const ann = await app.member();
    await app.sql(
      `with made as (insert into users (name) select 'blocked_' || n from generate_series(1, 40) as n returning id)
       insert into blocks (blocker_id, blocked_id) select ?, id from made`,
      [ann.id],
    );
    expect(await listed(ann)).toHaveLength(15);
    expect(await listed(ann, { limit: 99 })).toHaveLength(40);
    const cost = async (limit: number) => (await statementsOf(app, () => listed(ann, { limit }))).length;
    expect(await cost(40)).toBe(await cost(2));
  });

  test('blocking in plus is refused for oneself, nobody, and without a session', async () => {
    const ann = await app.member();
    for (const method of ['POST', 'DELETE'] as const) {
      expect(await block(ann, ann.id, method)).toEqual(refused('不能拉黑自己'));
      for (const id of [999_999_999, 0, 'x', '99999999999999999999']) {
        expect(await block(ann, id, method)).toEqual(NOT_FOUND);
      }
      expect(await app.call(method, `/user/black/${ann.id}`)).toEqual(UNAUTHENTICATED);
    }
    expect(await app.call('GET', '/user/blacks')).toEqual(UNAUTHENTICATED);
  });
});

describe('report/users/:id', () => {
  const report = (by: Member, id: unknown, reason?: string) =>
    app.call('POST', `/report/users/${id}`, {
      token: by.token,
      params: reason === undefined ? {} : { reason },
    });
  const DONE = said('操作成功', 201);
  const REPORTS = `query ($userId: ID, $first: Int, $after: String) {
    reports(userId: $userId, first: $first, after: $after) {
      nodes { reason createdAt user { id } reporter { id } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  const reviewer = async () => {
    const member = await app.member();
    await grant(app, member.id, ['[user] Review Report']);
    return member;
  };
  const told = async (by: Member, variables: Record<string, unknown>) =>
    (await app.client.data(REPORTS, variables, by.token)).reports;

  test('a report of plus is read by holders of the ability alone, newest first, page by page', async () => {
    const [ann, bob, cat] = (await members(3)) as [Member, Member, Member];
    expect(await report(ann, bob.id, ' 发布广告 ')).toEqual(DONE);
    expect(await report(cat, bob.id, '骂人')).toEqual(DONE);
    expect(await report(bob, ann.id, '反过来')).toEqual(DONE);
    expect(await app.client.code(REPORTS, {}, ann.token)).toBe('FORBIDDEN');
    expect(await app.client.code(REPORTS, {})).toBe('UNAUTHENTICATED');

    const reader = await reviewer();
    const first = await told(reader, { userId: String(bob.id), first: 1 });
    expect(first).toMatchObject({
      nodes: [{ reason: '骂人', user: { id: String(bob.id) }, reporter: { id: String(cat.id) } }],
      pageInfo: { hasNextPage: true },
    });
    expect(await told(reader, { userId: String(bob.id), after: first.pageInfo.endCursor })).toMatchObject({
      nodes: [{ reason: '发布广告', reporter: { id: String(ann.id) }, createdAt: expect.any(String) }],
      pageInfo: { hasNextPage: false },
    });
    const all = await told(reader, { first: 3 });
    expect(all.nodes.map(({ reason }: { reason: string }) => reason)).toEqual(['反过来', '骂人', '发布广告']);
    expect((await told(reader, { userId: 'nobody' })).nodes).toEqual([]);
  });

  test('reporting in plus is refused for oneself, nobody, no reason or a long one, and without a session', async () => {
    const [ann, bob] = (await members(2)) as [Member, Member];
    expect(await report(ann, ann.id, '自己')).toEqual(invalid('id', '不能举报自己'));
    for (const id of [999_999_999, 'x']) expect(await report(ann, id, '骂人')).toEqual(NOT_FOUND);
    for (const reason of [undefined, '', ' \u200b ', '长'.repeat(256)]) {
      expect(await report(ann, bob.id, reason)).toEqual(invalid('reason', '请填写举报理由，最多 255 个字符'));
    }
    expect(await report(ann, bob.id, '长'.repeat(255))).toEqual(DONE);
    const params = { reason: '骂人' };
    expect(await app.call('POST', `/report/users/${bob.id}`, { params })).toEqual(UNAUTHENTICATED);
    expect((await app.sql('select 1 from reports where user_id = ?', [bob.id])).length).toBe(1);
  });

  test('one account reports only so often a day, all at once, and others go on', async () => {
    const limited = await app.world.start({ REPORT_DAILY_LIMIT: '3' });
    const [ann, bob, cat] = (await members(3)) as [Member, Member, Member];
    const at = (base: string, by: Member) =>
      send(base, 'POST', `/report/users/${bob.id}`, { token: by.token, params: { reason: '骂人' } });
    const answers = await atOnce(8, () => at(limited.url, ann));
    expect(tally(answers.map(({ status }) => String(status)))).toEqual({ 201: 3, 429: 5 });
    const refusal = await at(limited.url, ann);
    expect(refusal).toMatchObject(TOO_MANY);
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect((await at(limited.url, cat)).status).toBe(201);
    await app.sql(`update reports set created_at = now() - interval '25 hours' where reporter_id = ?`, [
      ann.id,
    ]);
    expect((await at(limited.url, ann)).status).toBe(201);
    await limited.close();
  });
});

describe('user/counts', () => {
  const counts = async ({ token }: Member) => (await app.call('GET', '/user/counts', { token })).body;
  const seen = (by: Member, type?: string) =>
    app.call('PATCH', '/user/counts', { token: by.token, params: type === undefined ? {} : { type } });
  const user = (following: number, mutual: number) => ({
    user: { following, mutual, liked: 0, commented: 0, system: 0 },
  });

  test('user/counts of plus are the new followers and the mutual ones among them, until they were seen', async () => {
    const [ann, bob, cat, dan] = (await members(4)) as [Member, Member, Member, Member];
    expect(await counts(ann)).toEqual(user(0, 0));
    for (const by of [bob, cat]) await follow(by, ann);
    await follow(ann, cat);
    expect(await counts(ann)).toEqual(user(2, 1));
    expect(await counts(bob)).toEqual(user(0, 0));
    for (const type of ['mutual', 'liked', 'commented', 'system']) {
      expect(await seen(ann, type)).toEqual(NO_CONTENT);
    }
    expect(await counts(ann)).toEqual(user(2, 1));
    expect(await seen(ann, 'following')).toEqual(NO_CONTENT);
    expect(await counts(ann)).toEqual(user(0, 0));
    await follow(ann, dan);
    await follow(dan, ann);
    expect(await counts(ann)).toEqual(user(1, 1));
    expect(await shown(ann.id)).toMatchObject({ extra: { followers_count: 3, followings_count: 2 } });
  });

  test('user/counts of plus tell no more than a thousand, whoever is looked at by how many', async () => {
    const star = await app.member();
    await app.sql(
      `with fans as (insert into users (name) select 'fan_' || n from generate_series(1, 1100) as n returning id)
       insert into follows (follower_id, followee_id) select id, ? from fans`,
      [star.id],
    );
    expect(await counts(star)).toEqual(user(1000, 0));
    await seen(star, 'following');
    expect(await counts(star)).toEqual(user(0, 0));
  });

  test('user/counts of plus are refused without a session, and for what is no type', async () => {
    const ann = await app.member();
    expect(await app.call('GET', '/user/counts')).toEqual(UNAUTHENTICATED);
    expect(await app.call('PATCH', '/user/counts', { params: { type: 'following' } })).toEqual(
      UNAUTHENTICATED,
    );
    for (const type of [undefined, '', 'followers']) {
      expect(await seen(ann, type)).toEqual(invalid('type', '参数错误'));
    }
  });
});

describe('what plus answers in the place of other servers', () => {
  const none = { badge: 0, last_created_at: null, preview_users_names: [] };
  const ANSWERS = {
    '/feeds': { feeds: [], pinned: [] },
    '/user/notification-statistics': { at: none, comment: none, like: none, system: none, follow: none },
    '/user/unread-count': {},
    '/advertisingspace': [],
    '/news/cates': { my_cates: [], more_cates: [] },
  };
  const answersOf = async (base: string) => {
    const answers: Record<string, unknown> = {};
    for (const path of Object.keys(ANSWERS)) answers[path] = await send(base, 'GET', path);
    return answers;
  };
  const each = (answer: (path: string) => unknown) =>
    Object.fromEntries(Object.keys(ANSWERS).map((path) => [path, answer(path)]));

  test('plus answers with nothing what is not its own, with and without a session', async () => {
    const { token } = await app.member();
    for (const [path, body] of Object.entries(ANSWERS)) {
      expect(await app.call('GET', path)).toEqual({ status: 200, body });
      expect(await app.call('GET', path, { token, params: { limit: 15 } })).toEqual({ status: 200, body });
      expect(await app.call('POST', path)).toEqual(NOT_FOUND);
    }
  });

  test('PLUS_STANDALONE is off where there is an old server, unless it is on, and can be off without one', async () => {
    const old = await OldServer.open();
    const beside = await app.world.start({ UPSTREAM_PLUS: old.url });
    expect(await answersOf(beside.url)).toMatchObject(each(() => ({ status: 200, body: { old: true } })));
    await beside.close();
    old.reset();
    const alone = await app.world.start({ UPSTREAM_PLUS: old.url, PLUS_STANDALONE: 'on' });
    expect(await answersOf(alone.url)).toMatchObject(
      each((path) => ({ status: 200, body: ANSWERS[path as keyof typeof ANSWERS] })),
    );
    expect(old.received).toEqual([]);
    await alone.close();
    await old.close();
    const off = await app.world.start({ PLUS_STANDALONE: 'off' });
    expect(await answersOf(off.url)).toMatchObject(each(() => NOT_FOUND));
    await off.close();
  });
});
