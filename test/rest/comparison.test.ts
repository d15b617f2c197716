import 'reflect-metadata';
import { getNamedType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { type Answer, bodyOf, OtherBody } from '../../src/rest/comparison/answer.js';
import { compareAnswers, noiseBetween } from '../../src/rest/comparison/compare.js';
import { kindOf } from '../../src/rest/comparison/marks.js';
import { parseRules, RuleBook } from '../../src/rest/comparison/rules.js';
import { DIALECTS } from '../../src/rest/dialects/index.js';
import { FULL, type SampledField, sampler } from '../../src/rest/openapi/samples.js';
import { loadOperations } from '../../src/rest/operations.js';
import { sampleParameters } from '../../src/rest/parameters.js';
import { rowFinder, rowsNamed } from '../../src/rest/row-finder.js';
import type { Services } from '../../src/services.js';

/** The texts that a difference may show, of whomever they are. */
const FOR_EVERYBODY = [
  'AppRelease.message',
  'AppRelease.title',
  'AppRelease.url',
  'AppRelease.version',
  'City.name',
  'City.province',
  'Community.name',
  'Division.name',
  'Hobby.name',
  'Image.mime',
  'Tag.name',
  'TagCategory.name',
  'UploadTicket.md5',
  'UploadTicket.mime',
  'User.abilities',
  'User.bio',
  'User.inviteCode',
  'User.location',
  'Verification.description',
  'Verification.slogan',
  'Vip.level',
  'Vip.name',
];

const schema = createSchema({} as Services);
const find = rowFinder(DIALECTS);

function rulesOf(method: string, url: string, given: string[] = []) {
  const found = find(method, url);
  if (!found) throw new Error(`no row: ${url}`);
  const name = `${found.dialect.name}:${found.row.id}`;
  const rules = given.length > 0 ? [{ row: name, ignore: given }] : [];
  return new RuleBook(DIALECTS, schema, rules).of(found.dialect, found.row);
}

const users = rulesOf('GET', '/api/v2/users');
const told = (body: unknown, status = 200): Answer => ({ status, body });
const user = (id: number, own: object = {}) => ({
  id,
  name: `n${id}`,
  created_at: '2020-01-01T00:00:00Z',
  ...own,
});
const found = (...given: Parameters<typeof compareAnswers>) =>
  compareAnswers(...given).map(({ what, path }) => `${what} ${path}`);

test('times, tokens and addresses of pictures are left out because of what fills them, and nothing else', () => {
  const login = rulesOf('POST', '/anlife/v1.0/user/loginAndGetUserInfo');
  const datas = { user_id: 1, nickname: 'a', photo: 'http://a/1.jpg', auth_token: 'x' };
  const other = { user_id: 1, nickname: 'b', photo: 'http://b/2.jpg', auth_token: 'y' };
  expect(found(login, told({ datas }), told({ datas: other }))).toEqual(['value datas.nickname']);
  const swapped = rulesOf('POST', '/api/v2/auth/refresh');
  const token = { access_token: 'a', token_type: 'Bearer', expires_in: 5, refresh_ttl: 5 };
  expect(
    found(swapped, told(token), told({ ...token, access_token: 'b', expires_in: 4, refresh_ttl: 4 })),
  ).toEqual([]);
  const captcha = rulesOf('GET', '/captcha');
  const png = (last: number): Answer => told(bodyOf('image/png', Buffer.from([0x89, 0x50, 0xff, last])));
  expect(found(captcha, png(1), png(2))).toEqual([]);
});

test('what is left out still has to be there, to be of the same type, and to be filled or not', () => {
  expect(found(users, told([user(1)]), told([user(1, { created_at: 1577836800 })]))).toEqual([
    'type [0].created_at',
  ]);
  expect(found(users, told([user(1)]), told([user(1, { created_at: null })]))).toEqual([
    'type [0].created_at',
  ]);
  const { created_at: _, ...without } = user(1);
  expect(found(users, told([user(1)]), told([without]))).toEqual(['missing [0].created_at']);
  const info = rulesOf('GET', '/anlife/v1.0/user/getUserInfo');
  const photo = (url: string) => told({ datas: { photo: url } });
  expect(found(info, photo(''), photo('http://a/1.jpg'))).toEqual(['value datas.photo']);
});

test('another order is one difference, and so is an element more, whatever stands behind it', () => {
  const list = (...ids: number[]) => told(ids.map((id) => user(id)));
  expect(found(users, list(1, 2, 3, 4), list(1, 3, 2, 4))).toEqual(['order []']);
  expect(found(users, list(1, 2, 3, 4), list(1, 3, 4))).toEqual(['length []']);
  expect(found(users, list(1, 2, 3), list(0, 1, 2, 3))).toEqual(['length []']);
  expect(found(users, list(1, 2), told([user(1), user(2, { name: 'other' })]))).toEqual(['value [1].name']);
});

test('ids that are mapped are compared as what they are mapped to', () => {
  const translate = (value: string, kind: string) =>
    kind === 'account id' && value === '1' ? '7' : undefined;
  expect(found(users, told([user(1, { name: 'n' })]), told([user(7, { name: 'n' })]), { translate })).toEqual(
    [],
  );
  expect(found(users, told([user(1)]), told([user(1)]), { translate })).toEqual(['value [0].id']);
  expect(found(users, told([user(1, { name: 'n' })]), told([user(7, { name: 'n' })]))).toEqual([
    'value [0].id',
  ]);
});

test('status and form are compared, and the seconds of a refusal are not', () => {
  expect(found(users, told([], 200), told([], 201))).toEqual(['status (status)']);
  expect(found(users, told([]), told(bodyOf('text/html', Buffer.from('<html>'))))).toEqual(['type (type)']);
  expect(found(users, told(undefined, 204), told({}, 204))).toEqual(['type (type)']);
  const code = rulesOf('POST', '/api/v2/verifycodes');
  const wait = (seconds: number) => told({ message: `验证码发送失败，还需要${seconds}秒后才能获取` }, 400);
  expect(found(code, wait(59), wait(7))).toEqual([]);
  expect(found(code, wait(59), told({ message: '获取成功' }, 400))).toEqual(['value message']);
});

test('what is nested as deep as it is long is compared as a text, and long names are cut in places', () => {
  const nested = (depth: number) =>
    bodyOf('application/json', Buffer.from(`${'['.repeat(depth)}1${']'.repeat(depth)}`));
  expect(nested(32)).not.toBeInstanceOf(OtherBody);
  expect(nested(60_000)).toBeInstanceOf(OtherBody);
  expect(found(users, told(nested(60_000)), told(nested(60_001)))).toEqual(['value (body)']);
  const name = 'n'.repeat(60_000);
  const [difference] = compareAnswers(users, told({ [name]: [1] }), told({ [name]: [2] }));
  expect(difference?.path.length).toBeLessThan(100);
});

test('no more differences are looked for than are wanted', () => {
  const [left, right] = [1, 2].map((one) => told(Array.from({ length: 1000 }, () => one)));
  expect(compareAnswers(users, left as Answer, right as Answer, { most: 3 })).toHaveLength(3);
});

test('a long text without an address in it is not searched for one from each of its characters', () => {
  const text = 'a.'.repeat(500_000);
  expect(found(users, told([{ note: text }]), told([{ note: '' }]))).toEqual(['value [0].note']);
});

test('two calls of the same server that differ show noise, and only there', () => {
  const first = told([user(1, { bio: 'a', online: 1 })]);
  const noise = noiseBetween(users, first, told([user(1, { bio: 'a', online: 2 })]));
  expect(found(users, first, told([user(1, { bio: 'b', online: 3 })]), { noise })).toEqual(['value [0].bio']);
});

test('given rules reach all rows of a name and everything below a place', () => {
  const rules = rulesOf('GET', '/api/v2/users', ['[].extra', '[].*_count', '[].bio']);
  const left = told([user(1, { extra: { a: 1 }, bio: 'a', feed_topics_count: 1 })]);
  expect(found(rules, left, told([user(1, { extra: { b: 2 }, feed_topics_count: 2 })]))).toEqual([]);
  expect(rowsNamed(DIALECTS, 'plus:获取所有用户').map(({ path }) => path)).toEqual(['/api/v2/users']);
  expect(rowsNamed(DIALECTS, 'plus:登录')).toHaveLength(3);
  expect(rowsNamed(DIALECTS, 'member:*').length).toBeGreaterThan(8);
  expect(rowsNamed(DIALECTS, 'plus:什么')).toEqual([]);
  expect(() => parseRules('[{"row":"plus:什么","ignore":[]}]', DIALECTS)).toThrow('rules[0].row');
  expect(() => parseRules('[{"row":"plus:登录","ignores":[]}]', DIALECTS)).toThrow('rules[0]');
});

test('a request finds its row as the router does', () => {
  const at = (method: string, url: string) => find(method, url)?.path;
  expect(at('GET', '/api/v2//users/recommends/?x=1')).toBe('/api/v2/users/:user');
  expect(at('GET', '/api/v2/user/recommends/')).toBe('/api/v2/user/recommends');
  expect(find('GET', '/api/v2/users/%E5%BC%A0?token=x')?.params).toEqual({ user: '张' });
  expect(at('HEAD', '/api/v2/user')).toBe('/api/v2/user');
  expect(at('POST', '/upload/')).toBe('/upload');
  expect(at('GET', '/api/v2/nowhere')).toBeUndefined();
  expect(at('DELETE', '/anlife/v1.0/user/getUserInfo')).toBeUndefined();
});

test('a difference shows neither what is declared as secret nor what looks like it', () => {
  const shownOf = (left: unknown, right: unknown, secrets: string[] = []) =>
    compareAnswers(users, told([left]), told([right]), { secrets: new Set(secrets) }).map((one) => one.left);
  expect(shownOf({ phone: '13812345678' }, { phone: 'b' })).toEqual(['"[redacted]"']);
  expect(shownOf({ phone: 13812345678 }, { phone: 1 })).toEqual(['[redacted]']);
  expect(shownOf({ bio: 'at 138-1234-5678!' }, { bio: '' })).toEqual(['"at [redacted]!"']);
  expect(shownOf({ bio: 'id 11010519491231002X' }, { bio: '' })).toEqual(['"id [redacted]"']);
  expect(shownOf({ bio: `t ${'ab'.repeat(16)}` }, { bio: '' })).toEqual(['"t [redacted]"']);
  expect(shownOf({ bio: 'my hunter2 here' }, { bio: '' }, ['hunter2'])).toEqual(['"my [redacted] here"']);
  const [echo] = compareAnswers(users, told([{ hunter2: 1 }]), told([{}]), { secrets: new Set(['hunter2']) });
  expect(echo?.path).toBe('[0].[redacted]');
  expect(shownOf({ password: 'abc' }, { password: 'd' })).toEqual(['"[redacted]"']);
  expect(shownOf({ sex: 1 }, { sex: 2 })).toEqual(['1']);
  expect(shownOf({ bio: 'a' }, {})).toEqual(['"a"']);
});

test('every text that a row asks the schema for is a secret, made by chance, or known to be for everybody', () => {
  const sample = sampler(schema);
  const open = new Set<string>();
  for (const dialect of DIALECTS) {
    for (const row of dialect.mounts.flatMap(({ rows }) => rows)) {
      const operation = loadOperations(dialect, schema).get(row.operation) ?? '';
      const variables = row.variables?.(sampleParameters(row.parameters ?? {})) ?? {};
      const swap = (field: SampledField, value: unknown) => {
        const isText = getNamedType(field.type).name === 'String';
        if (isText && kindOf(field, schema) === undefined) open.add(`${field.parent}.${field.name}`);
        return value;
      };
      sample(operation, variables, { ...FULL, swap });
    }
  }
  // A new text of the schema is added here, or to the kinds of marks.ts: reports show what is here as it is.
  expect([...open].sort()).toEqual(FOR_EVERYBODY);
});
