import sharp from 'sharp';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { anlifeDoor, graphqlDoor, memberDoor } from '../support/doors.js';
import { mutate } from '../support/operations.js';
import {
  type Browser,
  CAPTCHA,
  JSON_PLEASE,
  type MemberApp,
  pick,
  startMember,
  told,
} from './member.support.js';

/** The life of a captcha in a browser, and the guard that asks for it. */

let app: MemberApp;
let browser: Browser;
beforeAll(async () => {
  app = await startMember();
});
afterAll(() => app.close());
beforeEach(() => {
  browser = app.browser();
});

const COOKIE = 'member_captcha';
const check = async (captcha: string, from = browser) =>
  (await from.get('/checkcaptcha', { captcha })).body.code as number;
const login = async (username: string, from = browser) =>
  (await from.post('/api/login/submit', { username, password: PASSWORD }, JSON_PLEASE)).body;

/** An account that needs a captcha from where `browser` is. */
async function suspectAccount(): Promise<string> {
  const { phone } = await app.client.register();
  await browser.fail(phone, 6);
  return phone;
}

describe('/captcha', () => {
  test('/captcha is a PNG that no cache keeps, and binds its id to a cookie out of reach of scripts', async () => {
    for (const method of ['GET', 'POST']) {
      const { status, body, headers, cookies } = await browser.send('/captcha', { method });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('image/png');
      expect(headers.get('cache-control')).toBe('no-store');
      expect((await sharp(body).metadata()).format).toBe('png');
      const [value, ...attributes] = cookies[COOKIE]?.split('; ') ?? [];
      expect(value).toMatch(/^member_captcha=[\w-]{22}$/);
      expect(attributes).toEqual([
        'Max-Age=300',
        'Path=/',
        expect.stringMatching(/^Expires=/),
        'HttpOnly',
        'SameSite=Lax',
      ]);
    }
  });

  test('/captcha draws another captcha each time', async () => {
    const first = (await browser.get('/captcha')).cookies[COOKIE];
    expect((await browser.get('/captcha')).cookies[COOKIE]).not.toBe(first);
  });
});

describe('/checkcaptcha', () => {
  test('/checkcaptcha answers 200 without regard to case, width, blanks and look-alikes, as often as asked', async () => {
    await browser.get('/captcha');
    for (const answer of [CAPTCHA, CAPTCHA.toUpperCase(), ' A b C d ', '\u3000ＡＢｃｄ', '48C0', 'a6co']) {
      expect([answer, await check(answer)]).toEqual([answer, 200]);
    }
    expect((await browser.post('/checkcaptcha/', { captcha: CAPTCHA })).body).toEqual({ code: 200 });
  });

  test('/checkcaptcha answers 201 for a wrong answer, which burns the captcha', async () => {
    await browser.get('/captcha');
    expect(await check('wrong')).toBe(201);
    expect(await check(CAPTCHA)).toBe(201);
  });

  test('/checkcaptcha answers 201 without an answer, which burns nothing', async () => {
    await browser.get('/captcha');
    for (const query of ['', '?captcha=', '?captcha=%20', '?captcha=%E3%80%80', '?captcha=%E2%80%8B']) {
      expect(pick(await browser.send(`/checkcaptcha${query}`))).toEqual({ status: 200, body: { code: 201 } });
    }
    expect(await check(CAPTCHA)).toBe(200);
  });

  test('/checkcaptcha answers 201 in a browser that was shown no captcha, or claims one', async () => {
    expect(await check(CAPTCHA)).toBe(201);
    for (const id of ['x', '%00', 'A'.repeat(22), 'x'.repeat(11_000)]) {
      browser.jar.set(COOKIE, id);
      expect(await check(CAPTCHA)).toBe(201);
    }
  });

  test('/checkcaptcha answers 201 once the time of the captcha is over', async () => {
    await browser.get('/captcha');
    const key = `captcha:${browser.jar.get(COOKIE)}`;
    expect(await app.infrastructure.redis.client.pttl(key)).toBeGreaterThan(290_000);
    await app.infrastructure.redis.client.hset(key, 'expires', Date.now() - 1);
    expect(await check(CAPTCHA)).toBe(201);
  });

  test('a new picture of /captcha replaces the old one', async () => {
    await browser.solveCaptcha();
    await browser.get('/captcha');
    expect((await login(await suspectAccount())).status).toBe(3);
    expect(await check(CAPTCHA)).toBe(200);
  });
});

describe('a submit above five failures', () => {
  test('a captcha answered before lets one submit above five failures through', async () => {
    const account = await suspectAccount();
    expect(await login(account)).toEqual({ status: 3, msg: '请输入图片验证码', data: 6 });
    expect(await browser.solveCaptcha()).toBe(200);
    expect(await login(account)).toEqual({ status: 1, msg: '登录成功', data: 6 });
    expect(await login(account)).toMatchObject({ status: 3, msg: '请输入图片验证码' });
  });

  test('a captcha that was only shown, answered wrongly, burnt, or is over lets no submit through', async () => {
    const account = await suspectAccount();
    await browser.get('/captcha');
    expect(await login(account)).toMatchObject({ status: 3, msg: '请输入图片验证码' });
    // Sending it along unanswered did not spend it.
    expect(await check(CAPTCHA)).toBe(200);
    expect(await check('wrong')).toBe(201);
    expect(await login(account)).toMatchObject({ status: 3, msg: '请输入图片验证码' });
    await browser.solveCaptcha();
    const key = `captcha:${browser.jar.get(COOKIE)}`;
    await app.infrastructure.redis.client.hset(key, 'expires', Date.now() - 1);
    expect(await login(account)).toMatchObject({ status: 3, msg: '请输入图片验证码' });
  });

  test('a captcha of another browser lets no submit through', async () => {
    const account = await suspectAccount();
    const other = app.browser();
    expect(await other.solveCaptcha()).toBe(200);
    expect(await login(account)).toMatchObject({ status: 3, msg: '请输入图片验证码' });
  });

  test('of ten submits at once with one captcha, one goes through', async () => {
    const account = await suspectAccount();
    await browser.solveCaptcha();
    const answers = await Promise.all(Array.from({ length: 10 }, () => login(account)));
    expect(answers.map(({ status }) => status).sort()).toEqual([1, ...Array(9).fill(3)]);
  });

  test('a registration at the member centre above five failures asks for a captcha too', async () => {
    const username = freshPhone();
    await browser.fail(username, 6);
    const code = await browser.codeFor(username, app.inbox);
    const form = { username, password: 'a-long-secret-9', code };
    const register = async () => pick(await browser.post('/api/registor/submit', form, JSON_PLEASE));
    expect(await register()).toEqual(told(-1, '请输入图片验证码'));
    await browser.solveCaptcha();
    expect(await register()).toEqual(told(1, '注册成功'));
  });
});

describe('the shared guard', () => {
  test('failures at anlife and GraphQL count at the member centre, and the other way round', async () => {
    const { phone: account } = await app.client.register();
    const { source } = browser;
    const attempt = { account, password: 'wrong', source };
    for (const door of [anlifeDoor, graphqlDoor, memberDoor, anlifeDoor, graphqlDoor, memberDoor]) {
      expect(await door(app.client, attempt)).toBe('wrong');
    }
    const number = await browser.get('/api/login/number', { username: account });
    expect(number.body.status).toBe(0);
    expect(await memberDoor(app.client, attempt)).toBe('captcha');
    expect(await graphqlDoor(app.client, attempt)).toBe('captcha');
    for (let i = 0; i < 4; i++) expect(await anlifeDoor(app.client, attempt)).toBe('wrong');
    for (const door of [anlifeDoor, graphqlDoor, memberDoor]) {
      expect(await door(app.client, { ...attempt, password: PASSWORD })).toBe('locked');
    }
  });

  test('a captcha of GraphQL is good at the member centre when the browser holds it, and the other way round', async () => {
    const account = await suspectAccount();
    const { createCaptcha } = await app.client.data('mutation { createCaptcha { id } }');
    browser.jar.set(COOKIE, createCaptcha.id);
    expect(await check(CAPTCHA)).toBe(200);
    expect((await login(account)).status).toBe(1);

    await browser.solveCaptcha();
    const input = { account, password: PASSWORD, captcha: { id: browser.jar.get(COOKIE) } };
    const headers = { 'x-forwarded-for': browser.source };
    expect((await mutate(app.client, 'login', input, undefined, headers)).value).toBeDefined();
    expect((await login(account)).status).toBe(3);
  });

  test('an account of the member centre opens the other APIs, and theirs the member centre', async () => {
    const phone = freshPhone();
    const code = await browser.codeFor(phone, app.inbox);
    const password = 'a-long-secret-9';
    await browser.post('/api/registor/submit', { username: phone, password, code });
    for (const door of [anlifeDoor, graphqlDoor, memberDoor]) {
      expect(await door(app.client, { account: phone, password })).toBe('ok');
    }
    const other = freshPhone();
    await app.client.legacy('GET', '/anlife/v1.0/user/getRegisterSms', { phone: other });
    const form = { phone: other, sms_code: app.inbox.code(other), password: md5(password) };
    await app.client.legacy('POST', '/anlife/v1.0/user/register', form);
    expect(await memberDoor(app.client, { account: other, password })).toBe('ok');
  });
});
