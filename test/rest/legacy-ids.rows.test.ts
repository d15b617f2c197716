import { createHash } from 'node:crypto';
import { getNamedType, isObjectType } from 'graphql';
import { LEGACY_SYSTEMS } from '../../src/door.js';
import { createSchema } from '../../src/graphql/schema.js';
import { ABILITIES } from '../../src/policy.js';
import { DIALECTS } from '../../src/rest/dialects/index.js';
import { accountParameters } from '../../src/rest/legacy-ids.js';
import { documentParameters } from '../../src/rest/parameters.js';
import { holdsAccountId } from '../../src/schema/account-ids.js';
import type { Services } from '../../src/services.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import { FakeProviders } from '../support/fake-providers.js';
import { bearer } from '../support/graphql-http.js';
import { freshName, grant, uploadPicture } from '../support/operations.js';
import { personOf, submit } from '../support/verification.js';

/**
 * Every row of every dialect, at doors that speak old ids: no answer holds the number that an account has here. All of
 * those are `77000….`; the old ones of the system at place k are `900k……`, beyond 32 bits.
 */

const OWN = /(?<!\d)77000\d{4}(?!\d)/;
const FIRST = 770_000_000;
const oldNumber = (place: number, id: number): number => 9_000_000_000 + place * 1_000_000 + id - FIRST;
const oldPattern = (place: number): RegExp => new RegExp(`(?<!\\d)900${place}\\d{6}(?!\\d)`);

const rows = DIALECTS.flatMap((dialect) =>
  dialect.mounts.flatMap(({ prefix, rows }) =>
    rows.map((row) => ({ dialect, prefix, row, place: LEGACY_SYSTEMS.indexOf(dialect.name) })),
  ),
);
type Case = (typeof rows)[number];

let app: LoneApp;
let providers: FakeProviders;
let openApp: { id: number; secret: string };
let cityId: number;
/** Somebody whom every request may be about. */
let other: Account;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startTestApp({ ...providers.env, LEGACY_IDS: LEGACY_SYSTEMS.join(), GUARD_IP_HOURLY: '10000' });
  await app.sql(`select setval('users_id_seq', ${FIRST})`);
  // Whoever registers has old ids at once, in every system.
  await app.sql(`create function give_old_ids() returns trigger language plpgsql as $$
    begin
      insert into legacy_ids (system, legacy_id, number, user_id)
      select system, number::text, number, new.id
      from (select system, 9000000000 + (place - 1) * 1000000 + new.id - ${FIRST} as number
            from unnest(array['${LEGACY_SYSTEMS.join("','")}']) with ordinality as all_systems(system, place)) as old;
      return new;
    end $$`);
  await app.sql(
    'create trigger users_old_ids after insert on users for each row execute function give_old_ids()',
  );
  const created = await app.services.openApps.create(
    { em: app.infrastructure.database.fork() },
    { allowedIps: [] },
  );
  openApp = { id: created.app.id, secret: created.secret };
  other = await app.client.register();
  cityId = (await app.sql<{ id: number }>('select min(id) as id from cities'))[0]?.id ?? 0;
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

type Params = Record<string, string>;

/** The people of one request: the caller, whom everything belongs to, and somebody else. */
interface People {
  me: Account;
  other: Account;
  /** Their old ids at the door. */
  old: { me: string; other: string };
}

async function people(place: number): Promise<People> {
  const me = await app.client.register();
  await grant(app, me.id, Object.values(ABILITIES));
  await app.sql(
    'update users set city_id = ?, recommended_at = now(), last_active_at = now() where id in (?, ?)',
    [cityId, me.id, other.id],
  );
  const old = { me: String(oldNumber(place, me.id)), other: String(oldNumber(place, other.id)) };
  return { me, other, old };
}

const signed = (params: Params): Params => {
  const all: Params = {
    app_id: String(openApp.id),
    timestamp: String(Math.floor(Date.now() / 1000)),
    ...params,
  };
  const pairs = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  const text = pairs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('');
  return {
    ...all,
    sign: createHash('md5')
      .update(text + openApp.secret)
      .digest('hex'),
  };
};

const anAddress = async ({ me }: People): Promise<string> => {
  const { createAddress } = await app.client.data(
    'mutation ($input: AddressInput!) { createAddress(input: $input) { id } }',
    { input: { name: '小明', phone: '13812345678', detail: 'E1', isDefault: true } },
    me.token,
  );
  return createAddress.id;
};

const anIncome = async ({ me, other }: People): Promise<Params> => {
  for (const { id } of [me, other]) {
    await app.client.data(
      'mutation ($input: RecordIncomeInput!) { recordIncome(input: $input) { id } }',
      { input: { userId: String(id), amount: 5, key: `income ${id}`, title: 'income' } },
      me.token,
    );
  }
  return {};
};

/** Both follow each other. */
const aFollow = async ({ me, other }: People): Promise<Params> => {
  await app.sql('insert into follows (follower_id, followee_id) values (?, ?), (?, ?)', [
    me.id,
    other.id,
    other.id,
    me.id,
  ]);
  return {};
};

const aRank = async ({ me }: People): Promise<Params> => {
  await app.sql(
    `insert into user_extras (user_id, followers_count, last_checkin_count, answers_count, likes_count) values (?, 1, 1, 1, 1)`,
    [me.id],
  );
  await app.sql('insert into currencies (user_id, sum, total_income) values (?, 1, 1)', [me.id]);
  return {};
};

/** The parameters of rows that need more than their examples; what names accounts is filled in for all. */
const RECIPES: Readonly<Record<string, (people: People) => Params | Promise<Params>>> = {
  'anlife /user/loginAndGetUserInfo': ({ me }) => ({ phone: me.phone, password: md5(PASSWORD) }),
  'anlife /user/sinaLoginAndGetUserInfo': () => {
    providers.addWeiboToken('t', { uid: '17' });
    return { token: 't', uid: '17' };
  },
  'anlife /user/wechatLoginAndGetUserInfo': () => {
    providers.addWechatCode('c', { openid: 'person' });
    return { code: 'c', dev: '0' };
  },
  'anlife /user/register': async () => {
    const phone = freshPhone();
    return { phone, sms_code: await app.client.sendCode(phone, ['REGISTER']), password: md5(PASSWORD) };
  },
  'anlife /user/modifyInfo': () => ({ nickname: '小明' }),
  'anlife /user/getUseridsByCityId': () => ({ city_id: String(cityId), device_type: '0' }),
  'account /login': ({ me }) => ({ user_type: '1', account: me.phone, password: PASSWORD }),
  'account /register': async () => {
    const phone = freshPhone();
    return { phone, verifycode: await app.client.sendCode(phone, ['REGISTER']), password: 'abc12345' };
  },
  'plus /users': ({ old }) => ({ id: `${old.me}, ${old.other}` }),
  'plus /user/addresses/:id': async (people) => ({ id: await anAddress(people), name: '小红' }),
  'plus /user/addresses': async (people) => {
    await anAddress(people);
    return { name: '小明', phone: '13812345678', detail: 'E1', is_default: '1' };
  },
  'plus /user/currency/income-rank': anIncome,
  'plus /socialite/:provider': async ({ me }) => {
    const access_token = `token of ${me.phone}`;
    providers.addQqToken(access_token, { openid: `q${me.phone}` });
    await app.client.data(
      'mutation ($input: ThirdPartyInput!) { linkProvider(input: $input) }',
      { input: { provider: 'QQ', accessToken: access_token } },
      me.token,
    );
    return { provider: 'qq', access_token, name: freshName(), login: me.phone, password: PASSWORD };
  },
  'plus /around-amap': async () => {
    const nearby = await app.client.register();
    const input = { longitude: 104, latitude: 30 };
    await app.client.data(
      'mutation ($input: CoordinatesInput!) { sharePlace(input: $input) }',
      { input },
      nearby.token,
    );
    return { longitude: '104', latitude: '30' };
  },
  'plus /user/blacks': async ({ me, other }) => {
    const block = 'mutation ($userId: ID!) { block(userId: $userId) { id } }';
    await app.client.data(block, { userId: String(other.id) }, me.token);
    return {};
  },
  'plus /users/:id/followers': aFollow,
  'plus /users/:id/followings': aFollow,
  'plus /user/followers': aFollow,
  'plus /user/followings': aFollow,
  'plus /user/follow-mutual': aFollow,
  'plus /user/populars': aRank,
  'plus /ranks/followers': aRank,
  'plus /ranks/balance': aRank,
  'plus /ranks/income': aRank,
  'plus /checkin-ranks': aRank,
  'plus /question-ranks/experts': aRank,
  'plus /question-ranks/likes': aRank,
  'plus /user/search': () => ({}),
  'plus /user/find-by-phone': ({ other }) => ({ 'phones[]': other.phone }),
  'plus /user/verification': async ({ me }) => {
    const picture = await uploadPicture(app.client, me.token);
    await submit(app.client, me.token, personOf({ picture }));
    return {};
  },
  'plus /user/certification': async ({ me }) => {
    const picture = await uploadPicture(app.client, me.token);
    await submit(app.client, me.token, personOf({ picture }));
    return {};
  },
  'plus /user/find-by-tags': async ({ me, other }) => {
    for (const { id } of [me, other])
      await app.sql('insert into user_tags select ?, min(id) from tags on conflict do nothing', [id]);
    return {};
  },
  'open /register': async () => signed({ name: freshName(), phone: freshPhone(), password: 'anjuke2015' }),
  'open /get-info': ({ old }) => signed({ account: old.me, type: 'id' }),
};

async function paramsOf({ dialect, row }: Case, one: People): Promise<Params> {
  const recipe = RECIPES[`${dialect.name} ${row.path}`];
  const documented = documentParameters(row.parameters ?? {});
  const samples = documented.flatMap(({ name, example }) => (example ? [[name, example] as const] : []));
  const filled = await (recipe?.(one) ?? Object.fromEntries(samples));
  const named = [...accountParameters(row)].flatMap(([name, naming]) => {
    const whom = row.owner === name || naming === 'any' ? one.old.me : one.old.other;
    return naming === 'signed' || naming === 'position' || filled[name]?.includes('900')
      ? []
      : [[name, whom] as const];
  });
  return { ...filled, ...Object.fromEntries(named) };
}

/** Sends one request to a row, as its clients do; the answer as it came, head and body. */
async function answerOf(one: Case): Promise<string> {
  const who = await people(one.place);
  const params = await paramsOf(one, who);
  const path = one.row.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '1');
  const [method = 'GET'] = one.row.methods;
  const form = new URLSearchParams(params);
  const inQuery = method === 'GET' || method === 'DELETE';
  const headers = one.dialect.name === 'open' ? {} : bearer(who.me.token);
  const url = `${app.url}${one.prefix}${path}${inQuery ? `?${form}` : ''}`;
  const response = await fetch(url, { method, headers, redirect: 'manual', ...(!inQuery && { body: form }) });
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

/** The rows whose answers show accounts' ids; every other has none to show. */
const SHOWING = [
  'anlife 接口1 POST /user/loginAndGetUserInfo',
  'anlife 接口2 GET /user/getUserInfo',
  'anlife 接口4 POST /user/sinaLoginAndGetUserInfo',
  'anlife 接口4 POST /user/wechatLoginAndGetUserInfo',
  'anlife 接口6 POST /user/register',
  'anlife 接口7 POST /user/modifyInfo',
  'anlife 接口17 GET /user/getUseridsByCityId',
  'account 3.1 POST /login',
  'account 3.2 POST /register',
  'plus 获取指定用户 GET /users/:user',
  'plus 当前登录用户信息 GET /user',
  'plus 获取所有用户、活跃用户 GET /users',
  'plus 推荐用户 GET /user/recommends',
  'plus 同城用户 GET /user/nearby',
  'plus 用户积分收入排名 GET /user/currency/income-rank',
  'plus 第三方登录 POST /socialite/:provider',
  'plus 第三方登录 PATCH /socialite/:provider',
  'plus 第三方登录 PUT /socialite/:provider',
  'plus 附近的人 GET /around-amap',
  'plus 黑名单 GET /user/blacks',
  'plus 用户的粉丝 GET /users/:id/followers',
  'plus 用户的关注 GET /users/:id/followings',
  'plus 用户的粉丝 GET /user/followers',
  'plus 用户的关注 GET /user/followings',
  'plus 相互关注的用户 GET /user/follow-mutual',
  'plus 热门用户 GET /user/populars',
  'plus 最新用户 GET /user/latests',
  'plus 搜索用户 GET /user/search',
  'plus 通讯录用户 POST /user/find-by-phone',
  'plus 粉丝排行榜 GET /ranks/followers',
  'plus 财富排行榜 GET /ranks/balance',
  'plus 收入排行榜 GET /ranks/income',
  'plus 签到排行榜 GET /checkin-ranks',
  'plus 问答专家排行榜 GET /question-ranks/experts',
  'plus 回答点赞排行榜 GET /question-ranks/likes',
  'plus 获取收货地址列表 GET /user/addresses',
  'plus 获取单个收货地址 GET /user/addresses/:id',
  'plus 添加收货地址 POST /user/addresses',
  'plus 修改收货地址 PUT /user/addresses/:id',
  'plus 用户认证 GET /user/verification',
  'plus 认证 GET /user/certification',
  'plus 标签用户 GET /user/find-by-tags',
  'open 注册新用户 GET /register',
  'open 获得用户信息 GET /get-info',
];

const nameOf = ({ dialect, row }: Case): string => `${dialect.name} ${row.id} ${row.methods[0]} ${row.path}`;

test.each(DIALECTS)(
  '$name: no row shows the number that an account has here, and those that show accounts show old ids',
  async (dialect) => {
    const leaking: string[] = [];
    const showing = new Set<string>();
    for (const one of rows.filter((row) => row.dialect === dialect)) {
      const answer = await answerOf(one);
      if (OWN.test(answer)) leaking.push(`${nameOf(one)}: ${answer}`);
      if (oldPattern(one.place).test(answer)) showing.add(nameOf(one));
    }
    expect(leaking).toEqual([]);
    expect([...showing].sort()).toEqual(SHOWING.filter((name) => name.startsWith(`${dialect.name} `)).sort());
  },
);

test('every parameter of a row that takes an account by its id says so', () => {
  const declared = rows.flatMap(({ dialect, row }) =>
    documentParameters(row.parameters ?? {})
      .filter(({ account, meaning }) => account !== undefined || /用户\s*(的)?\s*id\b/i.test(meaning))
      .map(({ name, account }) => `${dialect.name} ${row.path} ${name} ${account}`),
  );
  const ofAnlife = ['getUserInfo', 'getHobbyList', 'modifyInfo', 'bindPhone', 'logout'];
  expect([...new Set(declared)].sort()).toEqual(
    [
      ...ofAnlife.map((path) => `anlife /user/${path} user_id id`),
      // The id that Weibo has for a person.
      'anlife /user/sinaLoginAndGetUserInfo uid undefined',
      'plus /users/:user user any',
      'plus /users/:user follower id',
      'plus /users/:user following id',
      'plus /users since position',
      'plus /users id ids',
      'plus /user/followings/:id id id',
      'plus /user/black/:id id id',
      'plus /report/users/:id id id',
      'plus /users/:id/followers id id',
      'plus /users/:id/followings id id',
      'plus /system/disabled/:user user id',
      'plus /users/:id/tags id id',
      'open /get-info account signed',
    ].sort(),
  );
});

test('a row about one’s own record translates the parameter that names it', () => {
  const owners = rows.flatMap(({ row }) => (row.owner ? [accountParameters(row).get(row.owner)] : []));
  expect(owners).toHaveLength(3);
  expect(new Set(owners)).toEqual(new Set(['id']));
});

test('every field of the schema that is called like an account’s id is declared as one', () => {
  const types = Object.values(createSchema({} as Services).getTypeMap()).filter(isObjectType);
  const fields = types.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
  const declared = fields.filter(({ field }) => holdsAccountId(field));
  const wanted = fields.filter(
    ({ type, field }) =>
      /^(user|owner|account|follower|followee)Id$/i.test(field.name) ||
      (/^(User|OpenAccount)$/.test(type.name) && field.name === 'id') ||
      (type.name === 'UserIdPage' && field.name === 'ids'),
  );
  const names = (list: typeof fields) => list.map(({ type, field }) => `${type.name}.${field.name}`).sort();
  expect(names(declared).length).toBeGreaterThan(5);
  expect(names(declared)).toEqual(names(wanted));
  for (const { field } of declared) expect(getNamedType(field.type).name).toMatch(/^(ID|Int)$/);
});
