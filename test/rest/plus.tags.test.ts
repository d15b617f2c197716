import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { atOnce, tally } from '../support/at-once.js';
import { freshName, setUser } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import {
  type Member,
  NO_CONTENT,
  NOT_FOUND,
  type PlusApp,
  refused,
  startPlus,
  UNAUTHENTICATED,
} from './plus.support.js';

/** Tags: by category, of a user, and the users who share them; through plus and through GraphQL. */

interface Tag {
  id: number;
  name: string;
  weight: number;
}

let app: PlusApp;
let me: Member;
let tags: Tag[];

const em = () => app.infrastructure.database.fork();
const put = (id: unknown, member: Member | undefined = me) => app.call('PUT', `/user/tags/${id}`, member);
const remove = (id: unknown, member: Member | undefined = me) =>
  app.call('DELETE', `/user/tags/${id}`, member);
const own = async (member: Member = me) => (await app.call('GET', '/user/tags', member)).body;
const of = (id: unknown) => app.call('GET', `/users/${id}/tags`);

/** Gives tags to an account behind the gateway's back. */
const give = async (userId: number, ...given: (Tag | undefined)[]): Promise<void> => {
  for (const tag of given) await app.sql('insert into user_tags values (?, ?)', [userId, tag?.id]);
};

beforeAll(async () => {
  app = await startPlus();
  me = await app.member();
  const { body } = await app.call('GET', '/tags');
  tags = body.flatMap((category: { tags: Tag[] }) => category.tags);
});
afterAll(() => app.close());

describe('the list', () => {
  test('plus lists the tags that are there from the start by category, without a session', async () => {
    const { status, body } = await app.call('GET', '/tags');
    expect(status).toBe(200);
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['兴趣', '运动', '职业']);
    expect(body[0]).toEqual({ id: expect.any(Number), name: '兴趣', weight: 0, tags: expect.any(Array) });
    expect(body[0].tags[0]).toEqual({ id: expect.any(Number), name: '旅行', weight: 0 });
    expect(tags).toHaveLength(18);
  });

  test('the heaviest categories and tags come first, and no more than thirty and fifty', async () => {
    await app.sql(
      `insert into tag_categories (name, weight) select '分类' || n, n from generate_series(1, 40) n`,
    );
    await app.sql(
      `insert into tags (category_id, name, weight) select c.id, '标签' || n, n % 3
       from tag_categories c, generate_series(1, 60) n where c.name in ('分类40', '分类39')`,
    );
    const { body } = await app.call('GET', '/tags');
    await app.sql(`delete from tag_categories where name like '分类%'`);
    expect(body.map(({ weight }: Tag) => weight)).toEqual(
      Array.from({ length: 30 }, (_, index) => 40 - index),
    );
    for (const category of body.slice(0, 2)) {
      expect(category.tags).toHaveLength(50);
      const names = category.tags.map(({ name }: Tag) => name);
      expect(names.slice(0, 2)).toEqual(['标签2', '标签5']);
      expect(category.tags.at(-1).weight).toBe(0);
    }
    expect(body[2].tags).toEqual([]);
  });

  test('a list of categories costs two statements, however many they are', async () => {
    expect(await statementsOf(app, () => app.call('GET', '/tags'))).toHaveLength(2);
  });
});

describe('the tags of a user', () => {
  test('a user of plus attaches tags and takes them off, and everybody sees them', async () => {
    const [first, second] = tags;
    expect(await own()).toEqual([]);
    for (const tag of [second, first]) expect(await put(tag?.id)).toEqual(NO_CONTENT);
    expect(await own()).toEqual([first, second]);
    expect(await of(me.id)).toEqual({ status: 200, body: [first, second] });
    for (const path of [`/users/${me.id}`, '/user'])
      expect((await app.call('GET', path, me)).body.tags).toEqual([first, second]);
    const [listed] = (await app.call('GET', '/users', { params: { id: me.id } })).body;
    expect(listed.tags).toEqual([first, second]);
    expect(await remove(first?.id)).toEqual(NO_CONTENT);
    expect(await own()).toEqual([second]);
    expect(await remove(second?.id)).toEqual(NO_CONTENT);
  });

  test('plus refuses a tag that is attached, one that is not, one that is none, and who is nobody', async () => {
    const [tag] = tags;
    expect(await remove(tag?.id)).toEqual(refused('没有添加该标签'));
    expect(await put(tag?.id)).toEqual(NO_CONTENT);
    expect(await put(tag?.id)).toEqual(refused('已经添加了该标签'));
    expect(await remove(tag?.id)).toEqual(NO_CONTENT);
    for (const id of ['0', 'x', '-1', '2147483647', '9'.repeat(20)])
      expect([id, await put(id), await remove(id)]).toEqual([id, NOT_FOUND, NOT_FOUND]);
    for (const change of ['PUT', 'DELETE'] as const)
      expect(await app.call(change, `/user/tags/${tag?.id}`)).toEqual(UNAUTHENTICATED);
    expect(await app.call('GET', '/user/tags')).toEqual(UNAUTHENTICATED);
    for (const id of ['2147483646', 'x', '0']) expect(await of(id)).toEqual(NOT_FOUND);
    const gone = await app.member();
    await setUser(em(), gone.id, { status: UserStatus.DELETED, deletedAt: new Date() });
    expect(await of(gone.id)).toEqual(NOT_FOUND);
  });

  test('a user has at most twenty tags, and each once, whatever comes at once', async () => {
    const member = await app.member();
    const [category] = await app.sql<{ id: number }>('select min(id) as id from tag_categories');
    await app.sql(
      `insert into tags (category_id, name, weight) select ?, '多' || n, -1 from generate_series(1, 10) n`,
      [category?.id],
    );
    const all = await app.sql<{ id: number }>('select id from tags order by id');
    const answers = await atOnce(28, (index) => put(all[index]?.id, member));
    expect(tally(answers.map(({ status, body }) => `${status} ${body?.message ?? ''}`))).toEqual({
      '204 ': 20,
      '422 标签数量已达上限': 8,
    });
    const [held] = await own(member);
    await remove(held.id, member);
    const again = await atOnce(5, () => put(held.id, member));
    expect(tally(again.map(({ status, body }) => `${status} ${body?.message ?? ''}`))).toEqual({
      '204 ': 1,
      '422 已经添加了该标签': 4,
    });
    expect(await own(member)).toHaveLength(20);
    await app.sql(`delete from tags where name like '多%'`);
    await app.sql('delete from user_tags where user_id = ?', [member.id]);
  });

  test('GraphQL attaches and detaches tags, and says why it does not', async () => {
    const member = await app.member();
    const [tag] = tags;
    const change = (name: 'attachTag' | 'detachTag', id: unknown = tag?.id) =>
      app.client.graphql(
        `mutation ($id: ID!) { ${name}(id: $id) { id tags { id name weight categoryId } } }`,
        { id: String(id) },
        { token: member.token },
      );
    const codeOf = async (answer: ReturnType<typeof change>) => (await answer).errors?.[0]?.extensions.code;
    expect((await change('attachTag')).data.attachTag).toEqual({
      id: String(member.id),
      tags: [{ id: String(tag?.id), name: tag?.name, weight: 0, categoryId: expect.any(String) }],
    });
    expect(await codeOf(change('attachTag'))).toBe('TAG_ATTACHED');
    expect((await change('detachTag')).data.detachTag.tags).toEqual([]);
    expect(await codeOf(change('detachTag'))).toBe('TAG_NOT_ATTACHED');
    for (const id of ['x', '0', '2147483647'])
      for (const name of ['attachTag', 'detachTag'] as const)
        expect(await codeOf(change(name, id))).toBe('NOT_FOUND');
  });
});

describe('users who share tags', () => {
  let peers: Record<'three' | 'two' | 'alsoTwo' | 'one' | 'none' | 'disabled', number>;
  const insertUser = (columns: Partial<User> = {}): Promise<number> =>
    em().insert(User, { name: freshName(), ...columns } as never);

  beforeAll(async () => {
    const [a, b, c, d] = tags.slice(6);
    await give(me.id, a, b, c);
    peers = {
      three: await insertUser(),
      two: await insertUser(),
      alsoTwo: await insertUser(),
      one: await insertUser(),
      none: await insertUser(),
      disabled: await insertUser({ status: UserStatus.DISABLED }),
    };
    await give(peers.three, a, b, c, d);
    await give(peers.two, a, c);
    await give(peers.alsoTwo, b, c, d);
    await give(peers.one, c);
    await give(peers.none, d);
    await give(peers.disabled, a, b, c);
  });

  const sharing = async (params: Record<string, unknown> = {}, member = me): Promise<number[]> => {
    const { status, body } = await app.call('GET', '/user/find-by-tags', { token: member.token, params });
    expect(status).toBe(200);
    return body.map(({ id }: { id: number }) => id);
  };

  test('plus finds active users by their tags, most shared first, without the caller', async () => {
    const { three, two, alsoTwo, one } = peers;
    expect(await sharing()).toEqual([three, alsoTwo, two, one]);
    expect(await sharing({ limit: 2, offset: 1 })).toEqual([alsoTwo, two]);
    expect(await sharing({ offset: 4 })).toEqual([]);
    expect(await sharing({ limit: 0, offset: 'x' })).toEqual([three]);
    const { body } = await app.call('GET', '/user/find-by-tags', me);
    const [shown] = (await app.call('GET', '/users', { params: { id: three } })).body;
    expect(body[0]).toEqual(shown);
    expect(await sharing({}, await app.member())).toEqual([]);
    // The original asks for no session either, and its clients show the page to guests.
    expect(await app.call('GET', '/user/find-by-tags')).toMatchObject({ status: 200, body: [] });
  });

  test('plus answers fifteen users who share tags unless asked for more, and at most fifty', async () => {
    const member = await app.member();
    const tag = tags[17];
    await give(member.id, tag);
    await app.sql(
      `with made as (insert into users (name) select 'Peer_' || n from generate_series(1, 60) n returning id)
       insert into user_tags (user_id, tag_id) select id, ? from made`,
      [tag?.id],
    );
    expect(await sharing({}, member)).toHaveLength(15);
    const most = await sharing({ limit: 60 }, member);
    expect(most).toHaveLength(50);
    expect(most).toEqual([...most].sort((one, other) => other - one));
  });

  test('of each tag the thousand newest accounts are looked at', async () => {
    const member = await app.member();
    const tag = tags[16];
    const oldest = await insertUser();
    await give(member.id, tag);
    await give(oldest, tag);
    await app.sql(
      `with made as (insert into users (name) select 'Crowd_' || n from generate_series(1, 999) n returning id)
       insert into user_tags (user_id, tag_id) select id, ? from made`,
      [tag?.id],
    );
    expect(await sharing({ offset: 999 }, member)).toEqual([oldest]);
    await give(await insertUser(), tag);
    expect(await sharing({ offset: 999 }, member)).not.toContain(oldest);
    expect(await sharing({ offset: 1000 }, member)).toEqual([]);
  });

  test('GraphQL pages through the users who share tags', async () => {
    const query = `query ($after: String) { usersSharingTags(first: 3, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const found: number[] = [];
    let after: string | null = null;
    do {
      const { usersSharingTags: page } = await app.client.data(query, { after }, me.token);
      found.push(...page.nodes.map(({ id }: { id: string }) => Number(id)));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(found).toEqual([peers.three, peers.alsoTwo, peers.two, peers.one]);
    const codeOf = (list: string) =>
      app.client.code(`{ usersSharingTags(${list}) { nodes { id } } }`, {}, me.token);
    expect(await codeOf('first: 0')).toBe('INVALID_INPUT');
    expect(await codeOf('offset: 10001')).toBe('INVALID_INPUT');
    expect(await codeOf('after: "?"')).toBe('INVALID_INPUT');
  });
});
