import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5 } from '../support/client.js';
import { PASSWORD_DOORS } from '../support/doors.js';
import { freshEmail, freshName, mutate, setUser } from '../support/operations.js';

/** What people type and paste, at every door: names, codes, phones, addresses and texts that only look different. */

let app: LoneApp;
/** Good at every door. */
const PASSWORD = 'Felsen42wald';

beforeAll(async () => {
  app = await startTestApp({ CODE_IP_DAILY_LIMIT: '10000', GUARD_IP_HOURLY: '10000', CODE_TRIES: '5' });
});
afterAll(() => app.close());

const JSON_PLEASE = { accept: 'application/json' };
const post = async (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  (await app.client.legacy('POST', path, form, headers)).body;
const get = async (path: string) => (await fetch(app.url + path)).json();

describe('a name in another case and composition', () => {
  const mark = Math.random().toString(36).slice(2, 8);
  const NAME = `Zoë_Жук${mark}`;
  const OTHERS = [
    NAME.toUpperCase(),
    NAME.normalize('NFD'),
    `\u200b ${NAME.toLowerCase().normalize('NFD')} `,
  ];
  let id: number;

  beforeAll(async () => {
    id = (await app.client.register({ name: NAME.normalize('NFD'), password: PASSWORD })).id;
  });

  test('a name in another case and composition logs in, through every API that takes names', async () => {
    const doors = PASSWORD_DOORS.filter(([door]) => door !== 'anlife');
    for (const [door, attempt] of doors) {
      for (const account of OTHERS) {
        expect([door, await attempt(app.client, { account, password: PASSWORD })]).toEqual([door, 'ok']);
      }
    }
  });

  test('a name in another case and composition is found and taken, wherever it is looked up', async () => {
    for (const name of OTHERS) {
      const query =
        'query ($name: String!) { user(name: $name) { id } nameAvailability(name: $name) users(filter: { names: [$name] }) { nodes { id } } part: users(filter: { nameContains: $name }) { nodes { id } } }';
      const nodes = [{ id: String(id) }];
      expect(await app.client.data(query, { name })).toEqual({
        user: { id: String(id) },
        nameAvailability: 'TAKEN',
        users: { nodes },
        part: { nodes },
      });
      const written = encodeURIComponent(name);
      expect(await get(`/api/v2/users/${written}`)).toMatchObject({ id });
      expect(await get(`/api/v2/users?name=${written}`)).toMatchObject([{ id }]);
      expect(await get(`/api/v2/users?fetch_by=username&name=${written}`)).toMatchObject([{ id }]);
      expect(await get(`/api/login/username?username=${written}`)).toMatchObject({ status: 3 });
      const phone = freshPhone();
      const code = await app.client.sendCode(phone, ['REGISTER']);
      expect(await mutate(app.client, 'register', { phone, code, name })).toMatchObject({
        code: 'NAME_TAKEN',
      });
    }
  });

  test('a name in another case and composition counts against the same budget, known or not', async () => {
    const status = 'query ($account: String!) { loginStatus(account: $account) { failures } }';
    for (const name of [NAME, `Øre${mark}`]) {
      await mutate(app.client, 'login', { account: name, password: 'not the password' });
      for (const account of [name.toUpperCase(), name.toLowerCase().normalize('NFD')]) {
        expect(await app.client.data(status, { account })).toEqual({ loginStatus: { failures: 1 } });
      }
    }
  });
});

/** The same code, as it is pasted. */
const PASTED: Readonly<Record<string, (code: string) => string>> = {
  'with a line break': (code) => `${code}\n`,
  'with blanks around': (code) => `\u3000 ${code}\u00a0`,
  'with a blank inside': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  'with a dash inside': (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  'in full width': (code) =>
    code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  'with marks': (code) => `\u202d${code}\u202c\u200b`,
};

describe('a pasted code', () => {
  const VERIFY: Readonly<Record<string, (phone: string, code: string) => Promise<boolean>>> = {
    GraphQL: async (phone, code) => (await mutate(app.client, 'verify', { phone, code })).value,
    anlife: async (phone, code) =>
      (await post('/anlife/v1.0/user/verifyPhoneCode', { phone, sms_code: code })).datas,
    member: async (phone, code) => (await post('/api/login/checkphonecode', { phone, code })).status === 1,
  };
  /** What uses the code up; each account is new. */
  const USE: Readonly<Record<string, (phone: string, code: string) => Promise<unknown>>> = {
    GraphQL: async (phone, code) =>
      (await mutate(app.client, 'register', { phone, code, password: PASSWORD })).code,
    anlife: async (phone, sms_code) =>
      (await post('/anlife/v1.0/user/register', { phone, sms_code, password: md5(PASSWORD) })).error_code,
    account: async (phone, verifycode) =>
      (await post('/user/register', { phone, verifycode, password: PASSWORD })).code === '000000'
        ? undefined
        : 'refused',
    plus: async (phone, verifiable_code) =>
      (
        await post('/api/v2/users', {
          name: freshName(),
          phone,
          verifiable_type: 'sms',
          verifiable_code,
          password: PASSWORD,
        })
      ).message,
    member: async (phone, code) =>
      (await post('/api/login/phonesubmit', { phone, code }, JSON_PLEASE)).status === 1
        ? undefined
        : 'refused',
  };
  const purposesOf = (door: string) => (door === 'member' ? ['LOGIN', 'REGISTER'] : ['REGISTER']);

  test.each(Object.entries(PASTED))('a pasted code is read: %s', async (_how, paste) => {
    for (const [door, use] of Object.entries(USE)) {
      const phone = freshPhone();
      const code = await app.client.sendCode(phone, purposesOf(door));
      for (const verify of Object.values(VERIFY)) expect(await verify(phone, paste(code))).toBe(true);
      expect([door, await use(phone, paste(code))]).toEqual([door, undefined]);
    }
  });

  test.each([
    ['six other digits', (code: string) => (code === '000000' ? '０００ ００１' : '０００ ０００')],
    ['what can be no code', (code: string) => code.slice(1)],
  ])('a pasted code of %s is a wrong try, and five burn the right one', async (_what, wrong) => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER']);
    for (let tries = 0; tries < 4; tries++) expect(await VERIFY.GraphQL?.(phone, wrong(code))).toBe(false);
    expect(await VERIFY.GraphQL?.(phone, ` ${code}\n`)).toBe(true);
    expect(await VERIFY.GraphQL?.(phone, wrong(code))).toBe(false);
    expect(await VERIFY.GraphQL?.(phone, code)).toBe(false);
  });
});

describe('a pasted phone or address', () => {
  const written = (phone: string) => [
    `\u202d${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}\u202c`,
    `+86(${phone.slice(0, 3)})${phone.slice(3)}`,
    `${phone.slice(0, 3)}.${phone.slice(3, 7)}.${phone.slice(7)}`,
    PASTED['in full width']?.(phone) ?? '',
  ];

  test('a pasted phone is the phone, for every API', async () => {
    const { id, phone } = await app.client.register({ password: PASSWORD });
    for (const account of written(phone)) {
      for (const [door, attempt] of PASSWORD_DOORS) {
        expect([door, await attempt(app.client, { account, password: PASSWORD })]).toEqual([door, 'ok']);
      }
      expect(await get(`/api/v2/users/${encodeURIComponent(account)}`)).toMatchObject({ id });
      expect(await get(`/api/login/checkphone?phone=${encodeURIComponent(account)}`)).toMatchObject({
        status: 1,
      });
      expect(await get(`/api/registor/checkphone?phone=${encodeURIComponent(account)}`)).toMatchObject({
        status: 2,
      });
      expect((await post('/anlife/v1.0/user/getRegisterSms', { phone: account })).error_code).toBe(1006);
    }
  });

  test('an e-mail address is bound as a provider gives it, and logs in however it is written', async () => {
    const mark = freshEmail().replace(/@.*/, '');
    for (const [email, stored = email] of [
      [`a&b.${mark}@example.com`],
      [`o'brien+${mark}@mail.example.photography`],
      [`${mark}@example.xn--fiqs8s`],
      [`${mark}@例子.中国`, `${mark}@xn--fsqu00a.xn--fiqs8s`],
    ] as [string, string?][]) {
      const { token } = await app.client.register({ password: PASSWORD });
      await app.client.data('mutation ($i: SendCodeInput!) { sendCode(input: $i) { resendAfter } }', {
        i: { email, purposes: ['BIND'] },
      });
      const code = await app.inbox.code(stored);
      expect((await mutate(app.client, 'bindEmail', { email, code }, token)).value).toMatchObject({
        email: stored,
        emailVerified: true,
      });
      for (const account of [email, stored.toUpperCase(), `\ufeff${email.replace('@', '＠')} `]) {
        expect(await mutate(app.client, 'login', { account, password: PASSWORD })).toMatchObject({
          value: { user: { email: stored } },
        });
      }
    }
  });
});

describe('a text of nothing that can be seen', () => {
  const NOTHING = '\u200b\u3164\u2800\u00ad\ufeff';

  test('a text of nothing visible clears a profile, and a nickname falls back to the name', async () => {
    const { id, token } = await app.client.register();
    const { name } = (await app.client.data('{ me { name } }', {}, token)).me;
    const em = app.infrastructure.database.fork();
    const filled = () => setUser(em, id, { nickname: '小明', bio: '你好', location: '成都' });
    const shown = async () => (await app.client.data('{ me { nickname bio location } }', {}, token)).me;
    const cleared = { nickname: name, bio: null, location: null };

    await filled();
    const input = { nickname: NOTHING, bio: NOTHING, location: NOTHING };
    await app.client.data(
      'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }',
      { input },
      token,
    );
    expect(await shown()).toEqual(cleared);

    await filled();
    const headers = { authorization: `Bearer ${token}` };
    await post(
      '/anlife/v1.0/user/modifyInfo',
      { user_id: String(id), nickname: NOTHING, signature: NOTHING },
      headers,
    );
    const body = new URLSearchParams({ location: NOTHING });
    await fetch(`${app.url}/api/v2/user`, { method: 'PATCH', headers, body });
    expect(await shown()).toEqual(cleared);
  });

  test('a text of nothing visible is an empty field, where one is told from a malformed one', async () => {
    const { id, token } = await app.client.register();
    const headers = { authorization: `Bearer ${token}` };
    await setUser(app.infrastructure.database.fork(), id, { nickname: '小明' });
    expect(await post('/user/update_info', { name: NOTHING }, headers)).toMatchObject({
      data: { name: '小明' },
    });
    expect(await get(`/api/login/username?username=${encodeURIComponent(NOTHING)}`)).toMatchObject({
      status: 4,
    });
    expect(await get(`/api/login/checkphone?phone=${encodeURIComponent(NOTHING)}`)).toMatchObject({
      status: 3,
    });
    const form = { username: NOTHING, password: 'geheim 77' };
    expect(await post('/api/login/submit', form, JSON_PLEASE)).toMatchObject({ status: 2 });
  });

  test('a text of nothing visible is no name, no receiver and no address', async () => {
    const { token } = await app.client.register();
    const headers = { authorization: `Bearer ${token}` };
    const good = { name: '张三', phone: '13800138000', detail: '一号', is_default: '0' };
    for (const field of ['name', 'detail']) {
      expect(await post('/api/v2/user/addresses', { ...good, [field]: NOTHING }, headers)).toMatchObject({
        errors: { [field]: expect.anything() },
      });
    }
    const update = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    expect(await app.client.code(update, { input: { name: NOTHING } }, token)).toBe('NAME_LENGTH');
    const init = { method: 'PATCH', headers, body: new URLSearchParams({ name: NOTHING }) };
    expect((await fetch(`${app.url}/api/v2/user`, init)).status).toBe(422);
  });
});
