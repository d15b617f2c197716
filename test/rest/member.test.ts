import { UserStatus } from '../../src/modules/user/user.entity.js';
import { freshPhone, PASSWORD, wrongCode } from '../support/client.js';
import { freshEmail, freshName, giveEmail, setUser } from '../support/operations.js';
import { type Browser, JSON_PLEASE, type MemberApp, pick, startMember, told } from './member.support.js';

/** Every interface of member.md with every number of its tables. */

let app: MemberApp;
let browser: Browser;
const known = { phone: '', name: freshName(), email: '', id: 0 };

beforeAll(async () => {
  app = await startMember();
  const { phone, token, id } = await app.client.register({ name: known.name });
  Object.assign(known, { phone, id, email: await giveEmail(app.client, token) });
  await app.services.moderation.banWord(app.infrastructure.database, '违禁');
});
afterAll(() => app.close());
beforeEach(() => {
  browser = app.browser();
});

const MALFORMED = ['1', 'abc', '138123456789', '12345678901', '+1 650 253 0000', 'x'.repeat(9000)];
const UNAVAILABLE = '服务繁忙，请稍后再试';
const get = async (path: string, params = {}) => pick(await browser.get(path, params));
/** The same by GET and by POST; they must agree. */
async function both(path: string, params = {}) {
  const answer = await get(path, params);
  expect(pick(await browser.post(path, params))).toEqual(answer);
  return answer;
}
const submit = async (path: string, params = {}) => pick(await browser.post(path, params, JSON_PLEASE));

describe('documented examples', () => {
  const SEEN: [string, object][] = [
    ['/api/login/checkphone?phone=18321216666', { status: 1 }],
    ['/checkcaptcha/?captcha=delu', { code: 201 }],
    ['/checkcaptcha/?captcha=4ae1', { code: 201 }],
    ['/api/login/sendtophone?phone=18321217705', { status: 1 }],
    ['/api/login/number?username=18321217711', { status: 1 }],
    ['/api/login//number?username=18321217711', { status: 1 }],
    ['/api/login/submit?username=18321217711&password=111111', { status: -1 }],
    ['/api/login/submit?phone=18321217711&code=111111', { status: -1 }],
    ['/api/login/username?username=xiaohu', { status: 1 }],
    ['/api/registor/checkphone?phone=18321216666', { status: 1 }],
  ];

  test.each(SEEN)('the member centre answers the documented example %s', async (url, expected) => {
    for (const spelling of [url, url.replace(/\/?\?/, '/?'), url.replace(/^\/(api\/)?/, '/$1/')]) {
      const { status, body } = await app.browser().send(spelling);
      expect({ spelling, status, body }).toMatchObject({ spelling, status: 200, body: expected });
    }
  });

  test("the log-ins among the member centre's examples are log-ins when they are posted", async () => {
    for (const [url] of SEEN.filter(([url]) => url.includes('submit'))) {
      const { body } = await browser.send(url, { method: 'POST' });
      expect(body).toMatchObject({ status: 3, data: expect.any(Number) });
    }
  });

  test('/captcha shows a picture, also with a slash behind it', async () => {
    for (const url of ['/captcha', '/captcha/', '/captcha?t=1']) {
      expect((await browser.send(url)).headers.get('content-type')).toBe('image/png');
    }
  });
});

test('login/checkphone answers by the form of the phone alone', async () => {
  for (const phone of [freshPhone(), known.phone, `+86${known.phone}`]) {
    expect(await both('/api/login/checkphone', { phone })).toEqual(told(1, '手机号正确'));
  }
  for (const phone of MALFORMED) {
    expect(await both('/api/login/checkphone', { phone })).toEqual(told(2, '手机号不规范'));
  }
  for (const params of [{}, { phone: '' }, { phone: ' ' }]) {
    expect(await both('/api/login/checkphone', params)).toEqual(told(3, '手机号为空'));
  }
});

test('registor/checkphone answers whether somebody has the phone', async () => {
  expect(await both('/api/registor/checkphone', { phone: freshPhone() })).toEqual(told(1, '手机号可注册'));
  for (const phone of [known.phone, `86${known.phone}`]) {
    expect(await both('/api/registor/checkphone', { phone })).toEqual(told(2, '手机号已被注册'));
  }
  for (const phone of MALFORMED) {
    expect(await both('/api/registor/checkphone', { phone })).toEqual(told(3, '手机号不规范'));
  }
  for (const params of [{}, { phone: '' }, { phone: ' ' }]) {
    expect(await both('/api/registor/checkphone', params)).toEqual(told(4, '手机号为空'));
  }
});

test('login/username answers 1, 2, 3, 4 and -1 for a free, banned, taken, missing and invalid name', async () => {
  const path = '/api/login/username';
  expect(await both(path, { username: freshName() })).toEqual(told(1, '可注册'));
  for (const username of ['有违禁词', '违\u200b禁', '违禁 词']) {
    expect(await both(path, { username })).toEqual(told(2, '违禁词'));
  }
  expect(await both(path, { username: known.name.toUpperCase() })).toEqual(told(3, '已被注册'));
  for (const params of [{}, { username: '' }, { username: '  ' }]) {
    expect(await both(path, params)).toEqual(told(4, '用户名或手机号为空'));
  }
  for (const username of ['a', '1abc', 'a b c', known.phone]) {
    expect(await both(path, { username })).toEqual(told(-1, '用户名不合法'));
  }
});

describe('login/sendtophone', () => {
  const path = '/api/login/sendtophone';

  test('login/sendtophone answers 1 for new and known phones, with a code good for log-in and registration', async () => {
    for (const phone of [freshPhone(), known.phone]) {
      expect(await both(path, { phone })).toEqual(told(1, '发送成功'));
      expect(app.inbox.letters.at(-1)).toMatchObject({ to: phone, purposes: ['LOGIN', 'REGISTER'] });
    }
  });

  test('login/sendtophone answers 2 without a phone, and 3 for a malformed one', async () => {
    const sent = app.inbox.letters.length;
    expect(await both(path, { phone: '' })).toEqual(told(2, '手机号为空'));
    for (const phone of MALFORMED) expect(await both(path, { phone })).toEqual(told(3));
    expect(app.inbox.letters).toHaveLength(sent);
  });

  test('login/sendtophone answers 4 for one code too many today, and 5 for one too soon', async () => {
    const limited = await app.world.start({ CODE_DAILY_LIMIT: '5' });
    const phone = freshPhone();
    const client = app.browser(limited);
    for (let i = 0; i < 5; i++) expect(pick(await client.get(path, { phone }))).toEqual(told(1));
    const refused = await client.get(path, { phone });
    expect(pick(refused)).toEqual(told(4, '今日验证码发送次数已达上限'));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);

    const slow = app.browser(await app.world.start({ CODE_RESEND_SECONDS: '60' }));
    const another = freshPhone();
    expect(pick(await slow.get(path, { phone: another }))).toEqual(told(1));
    expect(pick(await slow.get(path, { phone: another }))).toEqual(told(5, '验证码发送过于频繁'));
  });

  test('login/sendtophone answers 4 with 429 when the source had its share, and 5 with 503 when the provider fails', async () => {
    const greedy = app.browser(
      await app.world.start({ CODE_IP_DAILY_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' }),
    );
    await greedy.get(path, { phone: freshPhone() });
    const refused = pick(await greedy.get(path, { phone: freshPhone() }));
    expect(refused).toEqual({ status: 429, body: { status: 4, msg: '操作过于频繁' } });

    app.inbox.failing = true;
    const failed = await get(path, { phone: freshPhone() });
    app.inbox.failing = false;
    expect(failed).toEqual({ status: 503, body: { status: 5, msg: UNAVAILABLE } });
  });
});

describe('login/checkphonecode', () => {
  const path = '/api/login/checkphonecode';

  test('login/checkphonecode answers 1 and leaves the code good; 2, 3 and 4 for what is missing or wrong', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    expect(await both(path, { phone, code })).toEqual(told(1, '校验成功'));
    expect(await both(path, { phone: `+86 ${phone}`, code: ` ${code} ` })).toEqual(told(1, '校验成功'));
    for (const params of [{}, { phone }, { code }, { phone, code: '' }, { phone: '', code }]) {
      expect(await both(path, params)).toEqual(told(2));
    }
    expect(await both(path, { phone: '123', code })).toEqual(told(3, '手机号格式不正确'));
    expect(await get(path, { phone, code: wrongCode(code) })).toEqual(told(4, '验证码错误'));
    expect((await submit('/api/login/phonesubmit', { phone, code })).body.status).toBe(1);
    expect(await get(path, { phone, code })).toEqual(told(4, '验证码错误'));
  });

  test('login/checkphonecode answers 5 when the guard refuses to look, and leaves a solved captcha for the submit', async () => {
    const phone = freshPhone();
    await browser.fail(phone, 6);
    const code = await browser.codeFor(phone, app.inbox);
    expect(await browser.solveCaptcha()).toBe(200);
    expect(await get(path, { phone, code })).toEqual(told(5, '请输入图片验证码'));
    expect(await submit('/api/login/phonesubmit', { phone, code })).toEqual(told(1, '登录成功'));
  });

  test('login/checkphonecode burns a code after five wrong tries', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    for (let i = 0; i < 5; i++) {
      expect(await get(path, { phone, code: wrongCode(code) })).toEqual(told(4));
    }
    expect(await get(path, { phone, code })).toEqual(told(4));
  });
});

test('login/number answers 0 from the sixth failure on, for every spelling, known or not, and -1 without a name', async () => {
  const path = '/api/login/number';
  const { phone } = await app.client.register();
  for (const username of [phone, freshName()]) {
    for (let failures = 0; failures < 6; failures++) {
      expect(await both(path, { username })).toEqual(told(1, '没有超过5次'));
      await browser.fail(username, 1);
    }
    for (const spelling of [username, username.toUpperCase(), ` ${username}`]) {
      expect(await both(path, { username: spelling })).toEqual(told(0, '超过5次'));
    }
    expect(pick(await app.browser().get(path, { username }))).toEqual(told(1, '没有超过5次'));
  }
  for (const params of [{}, { username: '' }]) {
    expect(await both(path, params)).toEqual(told(-1, '用户名或手机号为空'));
  }
});

describe('login/submit', () => {
  const path = '/api/login/submit';

  test('login/submit answers 1 by phone, e-mail and name, with the number of failures', async () => {
    for (const [index, username] of [known.phone, known.email, known.name, `86${known.phone}`].entries()) {
      expect(await submit(path, { username, password: PASSWORD })).toEqual(told(1, '登录成功', index));
      await browser.fail(username, 1);
    }
  });

  test('login/submit answers 2 without a name or a password, which is no try', async () => {
    const username = known.phone;
    for (const params of [{}, { password: PASSWORD }, { username: ' ', password: PASSWORD }]) {
      expect(await submit(path, params)).toEqual(told(2, '用户名或手机号为空'));
    }
    expect(await submit(path, { username, password: '' })).toEqual(told(2, '密码为空', 0));
    expect(await submit(path, { phone: username })).toEqual(told(2, '验证码为空', 0));
  });

  test('login/submit answers 3 and counts, for unknown accounts alike; from the seventh on it asks for a captcha', async () => {
    const { phone } = await app.client.register();
    for (const username of [phone, freshPhone()]) {
      const form = { username, password: 'wrong' };
      for (let failures = 1; failures <= 6; failures++) {
        expect(await submit(path, form)).toEqual(told(3, '账号或密码错误', failures));
      }
      expect(await submit(path, form)).toEqual(told(3, '请输入图片验证码', 6));
      expect(await submit(path, { username, password: PASSWORD })).toEqual(told(3, '请输入图片验证码', 6));
    }
  });

  test('login/submit answers -1 once locked, with the right password too', async () => {
    const { phone: username } = await app.client.register();
    for (let i = 0; i < 10; i++) {
      await browser.solveCaptcha();
      expect((await submit(path, { username, password: 'wrong' })).body.data).toBe(i + 1);
    }
    await browser.solveCaptcha();
    const refused = await submit(path, { username, password: PASSWORD });
    expect(refused).toEqual(told(-1, '账号已锁定，请稍后再试', 10));
    expect(await get('/api/login/number', { username })).toEqual(told(0));
    expect(pick(await app.browser().post(path, { username, password: PASSWORD })).status).toBe(302);
  });

  test('login/submit answers -1 for a disabled account, told only to who knows the password', async () => {
    const { phone: username, id } = await app.client.register();
    await setUser(app.infrastructure.database.fork(), id, { status: UserStatus.DISABLED });
    expect(await submit(path, { username, password: 'wrong' })).toEqual(told(3, '账号或密码错误', 1));
    expect(await submit(path, { username, password: PASSWORD })).toEqual(
      told(-1, '账号已被禁用，请联系管理员', 1),
    );
  });

  test('login/submit answers 4 from a blocked IP address', async () => {
    const em = app.infrastructure.database.fork();
    const form = { username: known.phone, password: PASSWORD };
    await app.services.moderation.blockIp({ em }, `${browser.source}/32`);
    expect(await submit(path, form)).toEqual(told(4, 'IP 已被禁止访问', 0));
    await app.services.moderation.unblockIp({ em }, `${browser.source}/32`);
    expect((await submit(path, form)).body.status).toBe(1);
  });

  test('login/submit takes parameters in the URL, in JSON, or both, and the body wins', async () => {
    const url = `${path}?username=${known.phone}&password=${PASSWORD}`;
    expect((await browser.send(url, { method: 'POST', headers: JSON_PLEASE })).body.status).toBe(1);
    const send = (body: object) =>
      browser.send(`${path}?username=nobody`, {
        method: 'POST',
        headers: { ...JSON_PLEASE, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await send({ username: known.phone, password: PASSWORD })).body.status).toBe(1);
    expect((await send({ password: PASSWORD })).body.status).toBe(3);
  });

  test('login/submit takes a phone and a code, with the numbers of its own table', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    expect((await submit(path, { phone, code: wrongCode(code) })).body).toMatchObject({ status: 3, data: 1 });
    expect((await submit(path, { phone: '123', code })).body.status).toBe(3);
    expect((await submit(path, { phone, code })).body.status).toBe(1);
  });

  test('a malformed phone is refused where it is read, which beside a name or a password it is not', async () => {
    const send = async (form: object) =>
      pick(
        await browser.send(path, {
          method: 'POST',
          headers: { ...JSON_PLEASE, 'content-type': 'application/json' },
          body: JSON.stringify({ phone: ['1'], ...form }),
        }),
      );
    expect(await send({ username: known.phone, password: PASSWORD })).toEqual(told(1, '登录成功', 0));
    expect(await send({ username: known.phone })).toEqual(told(2, '密码为空', 0));
    expect(await send({ password: PASSWORD })).toEqual(told(2, '用户名或手机号为空'));
    expect(await send({ code: '1' })).toEqual(told(-1, '参数错误'));
    expect(await send({ phone: '123', username: [] })).toEqual(told(-1, '参数错误'));
    expect(await send({ phone: '123', password: [] })).toEqual(told(-1, '参数错误', 0));
  });
});

describe('login/phonesubmit', () => {
  const path = '/api/login/phonesubmit';
  const owner = async (phone: string) =>
    (await app.sql<{ id: number }>('select id from users where phone = ?', [phone]))[0]?.id ?? null;

  test('login/phonesubmit answers 1 for a known phone, and for an unknown one, which is registered', async () => {
    const code = await browser.codeFor(known.phone, app.inbox);
    expect(await submit(path, { phone: known.phone, code })).toEqual(told(1, '登录成功'));
    expect(await owner(known.phone)).toBe(known.id);
    const phone = freshPhone();
    const registering = await browser.codeFor(phone, app.inbox);
    expect(await owner(phone)).toBeNull();
    expect(await submit(path, { phone: `+86${phone}`, code: registering })).toEqual(told(1, '登录成功'));
    expect(await owner(phone)).not.toBeNull();
    expect(await submit(path, { phone, code: registering })).toEqual(told(4));
  });

  test('login/phonesubmit answers 2, 3 and 4 for what is missing, malformed or wrong', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    for (const params of [{}, { phone }, { code }, { phone: ' ', code }]) {
      expect(await submit(path, params)).toEqual(told(2));
    }
    expect(await submit(path, { phone: 'abc', code })).toEqual(told(3, '手机号格式不正确'));
    expect(await submit(path, { phone, code: wrongCode(code) })).toEqual(told(4, '验证码错误或已过期'));
    expect(await owner(phone)).toBeNull();
  });

  test('login/phonesubmit answers 4 for a code sent for something else', async () => {
    const phone = freshPhone();
    const code = await app.client.sendCode(phone, ['REGISTER']);
    expect((await submit(path, { phone: known.phone, code })).body.status).toBe(4);
    const bound = await app.client.sendCode(phone, ['BIND']);
    expect((await submit(path, { phone, code: bound })).body.status).toBe(4);
  });

  const REFUSALS: [number, string][] = [
    [5, 'users_name_unique'],
    [6, 'users_phone_unique'],
  ];
  test.each(REFUSALS)(
    'login/phonesubmit answers %d for a violated %s and keeps the code good',
    async (status, name) => {
      const phone = freshPhone();
      const code = await browser.codeFor(phone, app.inbox);
      await app.sql(`create or replace function refuse_user() returns trigger language plpgsql as $$
      begin raise exception 'refused' using errcode = '23505', constraint = '${name}'; end $$`);
      await app.sql('create trigger refuse_user before insert on users execute function refuse_user()');
      const refused = await submit(path, { phone, code });
      await app.sql('drop trigger refuse_user on users');
      expect(refused).toEqual(told(status));
      expect(await submit(path, { phone, code })).toEqual(told(1));
    },
  );

  test('login/phonesubmit answers 7 above five failures until a captcha is solved, and 7 when locked', async () => {
    const phone = freshPhone();
    await browser.fail(phone, 6);
    const code = await browser.codeFor(phone, app.inbox);
    expect(await submit(path, { phone, code })).toEqual(told(7, '请输入图片验证码'));
    for (let i = 0; i < 4; i++) {
      expect(await browser.solveCaptcha()).toBe(200);
      expect((await submit(path, { phone, code: wrongCode(code) })).body.status).toBe(4);
    }
    await browser.solveCaptcha();
    expect(await submit(path, { phone, code })).toEqual(told(7, '账号已锁定，请稍后再试'));
  });

  test('login/phonesubmit answers -1 from a blocked IP address', async () => {
    const em = app.infrastructure.database.fork();
    await app.services.moderation.blockIp({ em }, browser.source);
    expect(await submit(path, { phone: known.phone, code: '123456' })).toEqual(told(-1, 'IP 已被禁止访问'));
  });
});

describe('registor/submit', () => {
  const path = '/api/registor/submit';
  const password = 'a-long-secret-9';

  test('registor/submit answers 1, and the account is good for the other APIs', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    expect(await submit(path, { username: phone, password, code })).toEqual(told(1, '注册成功'));
    expect((await submit('/api/login/submit', { username: phone, password })).body.status).toBe(1);
  });

  test('registor/submit answers 2, 3 and 4; a failure without a number is -1 with its reason, and leaves the code good', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    const form = { username: phone, password, code };
    expect(await submit(path, { ...form, username: known.phone })).toEqual(told(2, '手机号已被注册'));
    for (const username of ['123', known.name, freshEmail()]) {
      expect(await submit(path, { ...form, username })).toEqual(told(3, '手机号格式不正确'));
    }
    expect(await submit(path, { ...form, username: ' ' })).toEqual(told(4));
    expect(await submit(path, { ...form, password: '' })).toEqual(told(-1, '密码为空'));
    expect(await submit(path, { ...form, code: '' })).toEqual(told(-1, '验证码为空'));
    expect(await submit(path, { ...form, password: 'short' })).toEqual(told(-1, '密码不符合规则'));
    expect(await submit(path, { ...form, code: wrongCode(code) })).toEqual(told(-1, '验证码错误或已过期'));
    expect(await submit(path, form)).toEqual(told(1));
  });
});

describe('failures without a number', () => {
  const OTHERS = '接口不存在，或必须以 POST 方式提交';

  test('the member centre answers -1 with its reason to a submit by any method but POST, and to unknown URLs', async () => {
    const form = { username: known.phone, password: PASSWORD, phone: known.phone, code: '123456' };
    for (const path of ['/api/login/submit', '/api/login/phonesubmit', '/api/registor/submit']) {
      expect(await get(path, form)).toEqual(told(-1, OTHERS));
      expect(await get(`/${path}/`, form)).toEqual(told(-1, OTHERS));
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        expect(pick(await browser.send(path, { method }))).toEqual(told(-1, OTHERS));
      }
    }
    for (const path of ['/api/login', '/api/login/nothing', '/api/registor/x/y', '/captcha/x']) {
      expect(await get(path)).toEqual(told(-1, OTHERS));
    }
    expect([...browser.jar.keys()]).toEqual([]);
  });

  test('the member centre answers -1 with its reason to a repeated parameter, a malformed text and a malformed body', async () => {
    const twice = await browser.send('/api/login/checkphone?phone=1&phone=2');
    expect(pick(twice)).toEqual(told(-1, '参数错误'));
    for (const url of ['/api/login/number?username=%FF', '/api/login/username?username=a%00b']) {
      expect(pick(await browser.send(url))).toEqual(told(-1, '参数错误'));
    }
    for (const body of ['{', '[]', '"x"']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await browser.send('/api/login/checkphone', { method: 'POST', headers, body });
      expect(pick(answer)).toEqual(told(-1, '参数错误'));
    }
    expect(pick(await browser.send('/api/login/%ZZ'))).toEqual(told(-1, '参数错误'));
    expect(pick(await browser.send('/checkcaptcha?captcha=1&captcha=2'))).toEqual({
      status: 200,
      body: { code: 201 },
    });
  });

  test('the member centre keeps the status of 429 and 5xx', async () => {
    const limited = app.browser(
      await app.world.start({ RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '1', TRUSTED_PROXIES: '127.0.0.1' }),
    );
    await limited.get('/captcha');
    const refusal = { status: -1, msg: '操作过于频繁' };
    for (const path of ['/captcha', '/api/login/number']) {
      expect(pick(await limited.get(path, { username: 'x' }))).toEqual({ status: 429, body: refusal });
    }
    expect(pick(await limited.get('/checkcaptcha', { captcha: 'x' }))).toEqual({
      status: 429,
      body: { code: 201 },
    });
  });
});
