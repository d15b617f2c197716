import sharp from 'sharp';
import { UserStatus } from '../../src/modules/user/user.entity.js';
import { freshPhone, PASSWORD, wrongCode } from '../support/client.js';
import { freshEmail, freshName, giveEmail, logIn, registerByCode, setUser } from '../support/operations.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  type PlusApp,
  refused,
  said,
  startPlus,
  taken,
  UNAUTHENTICATED,
  WIRES,
  type Wire,
  WRONG_CODE,
  WRONG_LOGIN,
} from './plus.support.js';

/** One's own record, from `plus.md` 修改用户信息 to 注销账号. */

let app: PlusApp;

beforeAll(async () => {
  // The guard is not what this file is about.
  app = await startPlus({ GUARD_LOCK_AFTER: '10000', GUARD_ACCOUNT_HOURLY: '10000' });
});
afterAll(() => app.close());

type Params = Record<string, unknown>;
const patch = (token: string, params: Params, wire?: Wire) =>
  app.call('PATCH', '/user', { token, params, wire });
const put = (path: string, token: string | undefined, params: Params, wire?: Wire) =>
  app.call('PUT', path, { token, params, wire });
const remove = (path: string, token: string, params: Params, wire?: Wire) =>
  app.call('DELETE', path, { token, params, wire });

/** The record as its owner reads it. */
const read = async (token: string) => (await app.call('GET', '/user', { token })).body;

const WRONG_PHONE = invalid('phone', '请输入符合大陆地区的手机号码');
const WRONG_EMAIL = invalid('email', '请输入正确的 E-Mail');
const UNLAWFUL = refused('非法操作');
const NO_PASSWORD = invalid('password', '请输入密码');
const NO_CODE = invalid('verifiable_code', '请输入验证码');
const WEAK = invalid('password', '密码不符合规则');

describe('PATCH user', () => {
  test.each(WIRES)('PATCH user of plus changes what is sent, trimmed (%s)', async (wire) => {
    const { token } = await app.member();
    const name = freshName();
    const changes = { name: ` ${name} `, bio: ' 你好\n再见 ', sex: 2, location: ' 四川省 成都市 ' };
    expect(await patch(token, changes, wire)).toEqual(NO_CONTENT);
    const changed = { name, bio: '你好\n再见', sex: 2, location: '四川省 成都市' };
    expect(await read(token)).toMatchObject(changed);
    expect(await patch(token, { bio: 'only this' }, wire)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ ...changed, bio: 'only this' });
    expect(await patch(token, { bio: '', sex: '', location: ' ' }, wire)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ name, bio: null, sex: 0, location: null });
  });

  test('PATCH user of plus clears by null, but not the name', async () => {
    const { name, token } = await app.member();
    await patch(token, { bio: 'bio', sex: 1, location: '成都' });
    const cleared = { bio: null, sex: null, location: null, avatar: null, bg: null };
    expect(await patch(token, cleared)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ name, ...cleared, sex: 0 });
    expect(await patch(token, {})).toEqual(NO_CONTENT);
    for (const none of [null, '', ' ']) {
      expect(await patch(token, { name: none, bio: `beside ${none}` })).toEqual(NO_CONTENT);
      expect(await read(token)).toMatchObject({ name, bio: `beside ${none}`.trim() });
    }
  });

  test('PATCH user of plus takes the sexes 0, 1 and 2 only', async () => {
    const { token } = await app.member();
    for (const sex of [0, 1, 2, '0', '1', '2', ' 1 ']) {
      expect({ sex, ...(await patch(token, { sex })) }).toEqual({ sex, ...NO_CONTENT });
      expect((await read(token)).sex).toBe(Number(sex));
    }
    for (const sex of [3, -1, 1.5, 'x', '3', '1.0', 'MALE', true, [1], { 1: 1 }]) {
      expect({ sex, ...(await patch(token, { sex })) }).toEqual({
        sex,
        ...invalid('sex', '发送的性别数据非法'),
      });
    }
    expect((await read(token)).sex).toBe(1);
  });

  test.each(['bio', 'location'])('PATCH user of plus takes a %s of 191 characters at most', async (field) => {
    const { token } = await app.member();
    for (const character of ['a', '中', '😀']) {
      const longest = character.repeat(191);
      expect(await patch(token, { [field]: ` ${longest}\n` })).toEqual(NO_CONTENT);
      expect((await read(token))[field]).toBe(longest);
      const text = `${{ bio: '个人简介', location: '位置信息' }[field]}最多 191 个字符`;
      expect(await patch(token, { [field]: `${longest}b` })).toEqual(invalid(field, text));
      expect((await read(token))[field]).toBe(longest);
    }
  });

  test('PATCH user of plus holds names to the rule, and changes nothing when one thing is refused', async () => {
    const [{ name, token }, other] = [await app.member(), await app.member()];
    await app.sql("insert into banned_words (word) values ('badword') on conflict do nothing");
    const shape = invalid('name', '用户名只能以非特殊字符和数字开头，不能包含特殊字符');
    const length = invalid('name', '用户名长度不合法');
    for (const [wish, answer] of [
      ['1abcdef', shape],
      ['ab cdef', shape],
      ['ab-cdef', shape],
      ['abc', length],
      ['甲'.repeat(13), length],
      [other.name, taken('name', '用户名已被使用')],
      [other.name.toLowerCase(), taken('name', '用户名已被使用')],
      ['MyBadWord', invalid('name', '名称包含违禁词')],
    ] as const) {
      expect({ wish, ...(await patch(token, { name: wish, bio: 'new' })) }).toEqual({ wish, ...answer });
    }
    expect(await patch(token, { name: freshName(), sex: 3 })).toMatchObject({ status: 422 });
    expect(await read(token)).toMatchObject({ name, bio: null });
    expect(await patch(token, { name: name.toUpperCase() })).toEqual(NO_CONTENT);
  });

  test("PATCH user of plus takes no picture that is not the caller's", async () => {
    const [{ token }, other] = [await app.member(), await app.member()];
    const form = new FormData();
    const picture = { create: { width: 60, height: 60, channels: 3 as const, background: '#fff' } };
    form.append('file', new Blob([new Uint8Array(await sharp(picture).png().toBuffer())]), 'a.png');
    const init = { method: 'POST', body: form };
    const upload = await fetch(`${app.url}/upload?auth_token=${other.token}`, init);
    const { image } = (await upload.json()) as { image: { id: string; url: string } };
    const use = 'mutation ($id: ID!) { updateProfile(input: { avatarId: $id }) { id } }';
    await app.client.data(use, { id: image.id }, other.token);
    const { node, url } = (await read(other.token)).avatar;
    expect(node).toMatch(/^public:/);

    const never = 'public:2021/01/05/dlZOEOmKCBaWjv3GPaAVjzU2GoRxJSF0yxldpaUZ0XxyOaBcWITz9laDAcB8OlAN.jpg';
    const nothing = ['x', 'public:', 'public:../../etc/passwd', '%', 7, true, ['x'], { node }, '\ud800'];
    for (const value of [node, url, image.id, never, `private:${node.slice(7)}`, ...nothing]) {
      expect({ value, ...(await patch(token, { avatar: value })) }).toEqual({
        value,
        ...invalid('avatar', '头像错误'),
      });
      expect({ value, ...(await patch(token, { bg: value })) }).toEqual({
        value,
        ...invalid('bg', '背景图片错误'),
      });
    }
    expect(await read(token)).toMatchObject({ avatar: null, bg: null });
  });
});

describe('PUT user', () => {
  test.each(WIRES)('PUT user of plus replaces phone and e-mail address by code (%s)', async (wire) => {
    const { phone: former, token } = await app.member();
    const [phone, email] = [freshPhone(), freshEmail()];
    const byPhone = { phone, verifiable_code: await app.codeForNew(phone) };
    expect(await put('/user', token, byPhone, wire)).toEqual(NO_CONTENT);
    const byMail = { email, verifiable_code: await app.codeForNew(email) };
    expect(await put('/user', token, byMail, wire)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ phone, email });
    expect((await app.me(token)).emailVerified).toBe(true);
    expect(await app.login(former, PASSWORD)).toEqual(WRONG_LOGIN);
    await logIn(app.client, email);
    expect(await put('/user', token, byPhone, wire)).toEqual(WRONG_CODE);
  });

  test('PUT user of plus refuses both, neither, a malformed or taken one, and a wrong code', async () => {
    const [{ phone: former, token }, other] = [await app.member(), await app.member()];
    const theirs = await giveEmail(app.client, other.token);
    const [phone, email] = [freshPhone(), freshEmail()];
    const verifiable_code = await app.codeForNew(phone);
    const attempt = (params: Params) => put('/user', token, { verifiable_code, ...params });

    expect(await attempt({})).toEqual(UNLAWFUL);
    expect(await attempt({ phone: '', email: null })).toEqual(UNLAWFUL);
    expect(await attempt({ phone, email })).toEqual(UNLAWFUL);
    expect(await attempt({ phone: '12345' })).toEqual(WRONG_PHONE);
    expect(await attempt({ phone: [phone] })).toEqual(WRONG_PHONE);
    expect(await attempt({ email: 'a@' })).toEqual(WRONG_EMAIL);
    expect(await attempt({ phone: other.phone })).toEqual(taken('phone'));
    expect(await attempt({ email: theirs })).toEqual(taken('email'));
    expect(await attempt({ phone, verifiable_code: '' })).toEqual(NO_CODE);
    expect(await attempt({ phone, verifiable_code: wrongCode(verifiable_code) })).toEqual(WRONG_CODE);
    // Sent to the phone, and no proof of an e-mail address.
    expect(await attempt({ email })).toEqual(WRONG_CODE);
    expect(await read(token)).toMatchObject({ phone: former, email: null });
    expect(await put('/user', undefined, { phone, verifiable_code })).toEqual(UNAUTHENTICATED);
    expect(await attempt({ phone: `+86 ${phone}` })).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ phone });
  });

  test('of two accounts that bind one address by PUT user of plus at once, one has it', async () => {
    const [a, b] = [await app.member(), await app.member()];
    const email = freshEmail();
    const params = { email, verifiable_code: await app.codeForNew(email) };
    const answers = await Promise.all([a, b].map(({ token }) => put('/user', token, params)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    const owners = await Promise.all([a, b].map(async ({ token }) => (await read(token)).email));
    expect(owners.filter((one) => one === email)).toHaveLength(1);
  });
});

describe('PUT user/password', () => {
  const change = (token: string | undefined, old_password: unknown, password: unknown, wire?: Wire) =>
    put('/user/password', token, { old_password, password, password_confirmation: password }, wire);

  test.each(WIRES)('PUT user/password of plus ends all sessions but this one (%s)', async (wire) => {
    const { name, phone, token } = await app.member();
    const other = await logIn(app.client, phone);
    expect(await change(token, PASSWORD, ' new horse ', wire)).toEqual(NO_CONTENT);
    expect(await app.me(token)).not.toBeNull();
    expect(await app.me(other)).toBeNull();
    expect(await app.login(name, PASSWORD)).toEqual(WRONG_LOGIN);
    expect(await app.login(name, 'new horse')).toEqual(WRONG_LOGIN);
    await logIn(app.client, name, ' new horse ');
  });

  test('PUT user/password of plus needs no old password when there is none yet', async () => {
    const { phone, token } = await registerByCode(app.client);
    expect(await change(token, undefined, 'six ch')).toEqual(NO_CONTENT);
    await logIn(app.client, phone, 'six ch');
    expect(await change(token, undefined, 'another')).toEqual(taken('old_password', '账户密码错误'));
  });

  test('PUT user/password of plus refuses a wrong or missing old password, the same, one unconfirmed, and a weak one', async () => {
    const { name, phone, token } = await app.member();
    const other = await logIn(app.client, phone);
    for (const wrong of ['not the password', '', null, ` ${PASSWORD}`]) {
      expect(await change(token, wrong, 'new horse')).toEqual(taken('old_password', '账户密码错误'));
    }
    expect(await change(token, PASSWORD, PASSWORD)).toEqual(invalid('password', '新密码和旧密码相同'));
    for (const password of ['5 cha', 'password', 'x'.repeat(129)]) {
      expect(await change(token, PASSWORD, password)).toEqual(WEAK);
    }
    expect(await change(token, PASSWORD, '')).toEqual(NO_PASSWORD);
    const unconfirmed = invalid('password', '确认输入的新密码不一致');
    for (const password_confirmation of [undefined, '', 'new horse ', 'New horse']) {
      const params = { old_password: PASSWORD, password: 'new horse', password_confirmation };
      expect(await put('/user/password', token, params)).toEqual(unconfirmed);
    }
    expect(await change(undefined, PASSWORD, 'new horse')).toEqual(UNAUTHENTICATED);
    expect(await app.me(other)).not.toBeNull();
    await logIn(app.client, name);
  });
});

describe('PUT user/retrieve-password', () => {
  const retrieve = (params: Params, wire?: Wire) => put('/user/retrieve-password', undefined, params, wire);

  test.each(WIRES)('PUT user/retrieve-password of plus ends all sessions (%s)', async (wire) => {
    const { name, phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const sms = { verifiable_type: 'sms', phone, verifiable_code: await app.codeForKnown(phone) };
    expect(await retrieve({ ...sms, password: ' by sms ' }, wire)).toEqual(NO_CONTENT);
    expect(await app.me(token)).toBeNull();
    const session = await logIn(app.client, name, ' by sms ');
    const mail = { verifiable_type: 'mail', email, verifiable_code: await app.codeForKnown(email) };
    expect(await retrieve({ ...mail, password: 'by mail' }, wire)).toEqual(NO_CONTENT);
    expect(await app.me(session)).toBeNull();
    expect(await app.login(name, ' by sms ')).toEqual(WRONG_LOGIN);
    await logIn(app.client, name, 'by mail');
    expect(await retrieve({ ...mail, password: 'once more' }, wire)).toEqual(WRONG_CODE);
  });

  test('PUT user/retrieve-password of plus refuses for every other reason before the code, which stays good', async () => {
    const { name, phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const verifiable_code = await app.codeForKnown(phone);
    const good = { verifiable_type: 'sms', phone, password: 'six ch', verifiable_code };
    const attempt = (changes: Params) => retrieve({ ...good, ...changes });

    expect(await attempt({ email })).toEqual(refused('非法请求', 400));
    expect(await attempt({ phone: undefined })).toEqual(WRONG_PHONE);
    expect(await attempt({ phone: undefined, email })).toEqual(WRONG_PHONE);
    expect(await attempt({ phone: '12345' })).toEqual(WRONG_PHONE);
    expect(await attempt({ phone: freshPhone() })).toEqual(invalid('phone', '用户不存在'));
    const byMail = { verifiable_type: 'mail', phone: undefined };
    expect(await attempt(byMail)).toEqual(WRONG_EMAIL);
    expect(await attempt({ ...byMail, email: 'a@' })).toEqual(WRONG_EMAIL);
    expect(await attempt({ ...byMail, email: freshEmail() })).toEqual(invalid('email', '用户不存在'));
    // The code came by SMS.
    expect(await attempt({ ...byMail, email })).toEqual(WRONG_CODE);
    for (const verifiable_type of [undefined, '', 'phone', 1]) {
      expect(await attempt({ verifiable_type })).toEqual(invalid('verifiable_type', '参数错误'));
    }
    expect(await attempt({ password: '' })).toEqual(NO_PASSWORD);
    expect(await attempt({ password: '5 cha' })).toEqual(WEAK);
    expect(await attempt({ verifiable_code: '' })).toEqual(NO_CODE);
    expect(await attempt({ verifiable_code: wrongCode(verifiable_code) })).toEqual(WRONG_CODE);
    expect(await app.me(token)).not.toBeNull();
    await logIn(app.client, name);

    expect(await attempt({})).toEqual(NO_CONTENT);
  });

  test('PUT user/retrieve-password of plus tells a disabled account so, but only who has the code', async () => {
    const { id, phone } = await app.member();
    const verifiable_code = await app.codeForKnown(phone);
    await setUser(app.infrastructure.database.fork(), id, { status: UserStatus.DISABLED });
    const params = { verifiable_type: 'sms', phone, password: 'new horse', verifiable_code };
    expect(await retrieve({ ...params, verifiable_code: wrongCode(verifiable_code) })).toEqual(WRONG_CODE);
    expect(await retrieve(params)).toEqual(said('账号已被禁用，请联系管理员', 403));
  });
});

describe('DELETE user/phone and user/email', () => {
  const LAST = refused('请至少保留手机号码、邮箱或第三方账号之一');

  test.each(WIRES)('DELETE user/phone and user/email of plus keep the last one (%s)', async (wire) => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const byPhone = { password: PASSWORD, verifiable_code: await app.codeForKnown(phone) };
    expect(await remove('/user/phone', token, byPhone, wire)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ phone: null, email });
    expect(await remove('/user/phone', token, byPhone, wire)).toEqual(UNLAWFUL);
    expect(await app.login(phone, PASSWORD)).toEqual(WRONG_LOGIN);

    const byMail = { password: PASSWORD, verifiable_code: await app.codeForKnown(email) };
    expect(await remove('/user/email', token, byMail, wire)).toEqual(LAST);
    const again = { phone, verifiable_code: await app.codeForNew(phone) };
    expect(await put('/user', token, again)).toEqual(NO_CONTENT);
    // The code was not used by what was refused.
    expect(await remove('/user/email', token, byMail, wire)).toEqual(NO_CONTENT);
    expect(await read(token)).toMatchObject({ phone, email: null });
  });

  test('DELETE user/phone of plus looks at the password before the code, which a wrong one leaves unused', async () => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const verifiable_code = await app.codeForKnown(phone);
    const good = { password: PASSWORD, verifiable_code };
    const wrong = wrongCode(verifiable_code);
    for (const password of ['not the password', ` ${PASSWORD}`]) {
      expect(await remove('/user/phone', token, { ...good, password })).toEqual(refused('密码错误'));
    }
    // More wrong codes than a code survives, none of which is looked at.
    for (let tries = 0; tries < 5; tries++) {
      const both = { password: 'not the password', verifiable_code: wrong };
      expect(await remove('/user/phone', token, both)).toEqual(refused('密码错误'));
    }
    expect(await remove('/user/phone', token, { ...good, verifiable_code: wrong })).toEqual(WRONG_CODE);
    expect(await remove('/user/email', token, good)).toEqual(WRONG_CODE);
    expect(await remove('/user/phone', token, { verifiable_code })).toEqual(NO_PASSWORD);
    expect(await remove('/user/phone', token, { password: PASSWORD })).toEqual(NO_CODE);
    expect(await app.call('DELETE', '/user/phone', { params: good })).toEqual(UNAUTHENTICATED);
    expect(await read(token)).toMatchObject({ phone, email });
    expect(await remove('/user/phone', token, good)).toEqual(NO_CONTENT);
  });

  test('DELETE user/phone and user/email of plus at once leave one', async () => {
    const { phone, token } = await app.member();
    const email = await giveEmail(app.client, token);
    const byPhone = { password: PASSWORD, verifiable_code: await app.codeForKnown(phone) };
    const byMail = { password: PASSWORD, verifiable_code: await app.codeForKnown(email) };
    const answers = await Promise.all([
      remove('/user/phone', token, byPhone),
      remove('/user/email', token, byMail),
    ]);
    expect(answers).toEqual(expect.arrayContaining([NO_CONTENT, LAST]));
  });
});

describe('DELETE user', () => {
  const GOODBYE = said('操作成功,再见', 202);

  const again = async ({ name, phone }: Member, wire?: Wire) => {
    const params = { name, verifiable_type: 'sms', phone, verifiable_code: await app.codeForNew(phone) };
    return app.call('POST', '/users', { params, wire });
  };

  test.each(WIRES)('DELETE user of plus ends every session and frees name and phone (%s)', async (wire) => {
    const member = await app.member();
    const { token } = member;
    const email = await giveEmail(app.client, token);
    const other = await logIn(app.client, member.name);
    expect(await app.call('DELETE', '/user', { params: { token }, wire })).toEqual(GOODBYE);
    for (const ended of [token, other]) {
      expect(await app.call('GET', '/user', { token: ended })).toEqual(UNAUTHENTICATED);
      expect(await app.call('DELETE', '/user', { token: ended })).toEqual(UNAUTHENTICATED);
    }
    expect(await app.login(member.name, PASSWORD)).toEqual(WRONG_LOGIN);
    expect(await app.login(email, PASSWORD)).toEqual(WRONG_LOGIN);
    expect(await again(member)).toMatchObject({ status: 201 });
    expect(await app.codeForNew(email)).toMatch(/^\d{6}$/);
  });

  test('DELETE user of plus needs a session', async () => {
    expect(await app.call('DELETE', '/user')).toEqual(UNAUTHENTICATED);
    expect(await app.call('DELETE', '/user', { token: 'nonsense' })).toEqual(UNAUTHENTICATED);
  });
});

describe('hostile values', () => {
  const HOSTILE: unknown[] = [
    ...[[], ['x'], {}, { a: 1 }, true, -1, 1e300, 'x\0y', '\ud800', '\u202e', "' or 1=1 --"],
    ...['x'.repeat(20_000), '😀'.repeat(300), { length: 3 }, [[['x']]]],
  ];
  const DOORS = [
    ['POST', '/auth/login', ['login', 'password', 'verifiable_code']],
    ['POST', '/verifycodes', ['phone', 'email']],
    ['POST', '/verifycodes/register', ['phone', 'email']],
    ['POST', '/users', ['name', 'phone', 'verifiable_type', 'verifiable_code', 'password']],
    ['PATCH', '/user', ['name', 'sex', 'avatar', 'bg']],
    ['PUT', '/user', ['phone', 'email', 'verifiable_code']],
    ['PUT', '/user/password', ['old_password', 'password', 'password_confirmation']],
    ['PUT', '/user/retrieve-password', ['verifiable_type', 'phone', 'verifiable_code', 'password']],
    ['DELETE', '/user/phone', ['password', 'verifiable_code']],
  ] as const;

  test.each(DOORS)('%s %s of plus refuses hostile values', async (method, path, names) => {
    const { name, phone, token } = await app.member();
    const good: Params = {
      ...{ login: name, name: freshName(), verifiable_type: 'sms', verifiable_code: '123456' },
      ...{ password: 'new horse', password_confirmation: 'new horse', old_password: PASSWORD },
    };
    const before = await read(token);
    for (const field of names) {
      const given = path === '/users' || path.startsWith('/verify') ? {} : { phone };
      for (const value of HOSTILE) {
        const params = { ...good, ...given, [field]: value };
        const { status } = await app.call(method, path, { token, params });
        expect({ field, value, status }).toEqual({ field, value, status: 422 });
      }
    }
    expect(await read(token)).toEqual(before);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    '%s of plus survives a body of objects inside each other',
    async (method) => {
      const { token } = await app.member();
      const body = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const paths = { POST: '/auth/login', PUT: '/user/password', PATCH: '/user', DELETE: '/user/phone' };
      const response = await fetch(`${app.url}/api/v2${paths[method]}`, { method, headers, body });
      expect(response.status).toBe(method === 'PATCH' ? 204 : 422);
    },
  );
});
