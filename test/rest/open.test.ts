import { createHash } from 'node:crypto';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';
import { freshEmail, freshName, mutate } from '../support/operations.js';
import { until } from '../support/until.js';

/** The signed open API, as the servers that call it see it (`open.md` and docs/decisions.md). */

let app: LoneApp;
let credentials: { id: number; secret: string };

const now = () => Math.floor(Date.now() / 1000);

type Parameters = readonly (readonly [name: string, value: string])[];

/** As `open.md` 签名算法 says it, written independently of the gateway. */
function sign(parameters: Parameters, secret = credentials.secret): string {
  const pairs = parameters.map(([name, value]) => `${name}=${value}`);
  pairs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return createHash('md5')
    .update(pairs.join('') + secret)
    .digest('hex');
}

const common = (): Parameters => [
  ['app_id', String(credentials.id)],
  ['timestamp', String(now())],
  ['format', 'json'],
];

async function get(path: string, query: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${app.url}${path}?${query}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const encode = (parameters: Parameters): string =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');

/** A call as a sound client makes it. */
function call(action: 'register' | 'get-info', own: Record<string, string>, base = common()) {
  const parameters = [...base, ...Object.entries(own)];
  return get(`/v1/user/${action}/`, encode([...parameters, ['sign', sign(parameters)]]));
}

const ok = (body: unknown) => ({ status: 200, body: { code: 200, ...(body as object) } });
const refused = (code: number) => ({ status: 200, body: { code, msg: expect.any(String) } });

const em = () => app.infrastructure.database.fork();

async function createApp(allowedIps: string[] = []) {
  const { OpenAppService } = await import('../../src/modules/openapp/open-app.service.js');
  const { SecretBox } = await import('../../src/infra/secret-box.js');
  const created = await new OpenAppService(new SecretBox(app.config.DATA_KEYS)).create(
    { em: em() },
    { allowedIps },
  );
  return { id: created.app.id, secret: created.secret };
}

const countUsers = async () =>
  (await em().execute<{ n: number }[]>('select count(*)::int as n from users'))[0]?.n ?? 0;

beforeAll(async () => {
  app = await startTestApp();
  credentials = await createApp();
});
afterAll(() => app.close());

describe('get-info', () => {
  test('get-info finds by id, e-mail address and phone, told by the type or by the form', async () => {
    const [phone, email, name] = [freshPhone(), freshEmail(), freshName()];
    const { body } = await call('register', { phone, email, name, password: 'anjuke-2015' });
    const found = ok({ id: body.id, name, phone, email });
    for (const own of [
      { account: phone, type: 'phone' },
      { account: `+86${phone}` },
      { account: email, type: 'email' },
      { account: email.toUpperCase() },
      { account: String(body.id), type: 'id' },
      { account: String(body.id) },
    ]) {
      expect(await call('get-info', own as Record<string, string>)).toEqual(found);
    }
    expect(await get('/site/v1/user/get-info', 'x=1')).toEqual(refused(400));
  });

  test('get-info answers empty values for what an account does not have', async () => {
    const { body } = await call('register', { name: freshName(), password: 'anjuke-2015' });
    expect((await call('get-info', { account: String(body.id) })).body).toMatchObject({
      phone: '',
      email: '',
    });
  });

  test.each([
    [{ account: '2000000000', type: 'id' }, 1011],
    [{ account: '9999999999' }, 1011],
    [{ account: '17895896178958961789', type: 'id' }, 1011],
    [{ account: '13988888888', type: 'id' }, 1011],
    [{ account: '0' }, 1011],
    [{ account: '13912345678', type: 'phone' }, 1011],
    [{ account: 'nobody@example.com' }, 1011],
    [{}, 400],
    [{ account: '' }, 400],
    [{ account: 'somebody' }, 400],
    [{ account: 'somebody', type: 'id' }, 400],
    [{ account: '1', type: 'phone' }, 400],
    [{ account: '1', type: 'name' }, 400],
    [{ account: 'a@', type: 'email' }, 400],
  ])('get-info of %j is answered %i', async (own, code) => {
    expect(await call('get-info', own as Record<string, string>)).toEqual(refused(code));
  });
});

describe('register', () => {
  test("open's register creates an account that logs in with its password, its contacts trusted as verified", async () => {
    const [phone, email, name] = [freshPhone(), freshEmail(), freshName()];
    const { status, body } = await call('register', { name, phone, email, password: 'anjuke-2015' });
    expect({ status, body }).toEqual(ok({ id: expect.any(Number) }));
    for (const account of [name, phone, email]) {
      const { value } = await mutate(app.client, 'login', { account, password: 'anjuke-2015' });
      expect(value.user).toMatchObject({ id: String(body.id), name, phone, email, emailVerified: true });
    }
    expect(app.inbox.letters.filter(({ to }) => to === phone || to === email)).toEqual([]);
  });

  test("open's register generates a password, sends it to the new user and returns it to nobody", async () => {
    for (const [kind, account] of [
      ['phone', freshPhone()],
      ['email', freshEmail()],
    ] as const) {
      const { body } = await call('register', { [kind]: account });
      expect(Object.keys(body)).toEqual(['code', 'id']);
      const password = await app.inbox.code(account);
      expect(app.inbox.letters.find(({ to }) => to === account)).toMatchObject({ purposes: ['PASSWORD'] });
      const { value } = await mutate(app.client, 'login', { account, password });
      expect(value.user.id).toBe(String(body.id));
    }
  });

  test("open's register takes the shorter names of its document, and their owner keeps them", async () => {
    const [phone, password] = [freshPhone(), 'anjuke2015'];
    const { body } = await call('register', { name: 'ken', email: freshEmail(), phone, password });
    expect((await call('get-info', { account: String(body.id) })).body.name).toBe('ken');
    const { value } = await mutate(app.client, 'login', { account: 'ken', password });
    const rename = 'mutation ($name: String!) { updateProfile(input: { name: $name }) { name } }';
    expect((await app.client.data(rename, { name: 'ken' }, value.token)).updateProfile.name).toBe('ken');
    expect(await app.client.code(rename, { name: 'Ken' }, value.token)).toBe('NAME_LENGTH');
    for (const username of ['ken', 'KEN', ' ken ']) {
      expect((await get('/api/login/username', encode([['username', username]]))).body.status).toBe(3);
    }
    expect((await get('/api/login/username', 'username=kim')).body.status).toBe(-1);
    const asked = await app.client.data('{ nameAvailability(name: "ken") }');
    expect(asked.nameAvailability).toBe('TAKEN');
  });

  test("open's register gives a free name when the one asked for is taken", async () => {
    const name = freshName();
    const [first, second] = [
      await call('register', { name, phone: freshPhone() }),
      await call('register', { name: name.toUpperCase(), phone: freshPhone() }),
    ];
    expect(second.body).toEqual({ code: 200, id: expect.any(Number) });
    expect(second.body.id).not.toBe(first.body.id);
    const { body } = await call('get-info', { account: String(second.body.id) });
    expect(String(body.name).toLowerCase()).not.toBe(name.toLowerCase());
  });

  test('the same registration by open again creates nothing, one after the other and at once', async () => {
    const parameters = [...common(), ['name', freshName()], ['password', 'anjuke-2015']] as Parameters;
    const query = encode([...parameters, ['sign', sign(parameters)]]);
    const before = await countUsers();
    const answers = await Promise.all(Array.from({ length: 10 }, () => get('/v1/user/register/', query)));
    answers.push(await get('/v1/user/register', query));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body).toEqual({ code: 200, id: expect.any(Number) });
    expect(await countUsers()).toBe(before + 1);
  });

  test('a replayed registration by open that comes while the first is at work is answered the same account', async () => {
    const phone = freshPhone();
    const parameters = [...common(), ['phone', phone], ['password', 'anjuke-2015']] as Parameters;
    const signature = sign(parameters);
    const first = em();
    const { id, replay } = await first.transactional(async () => {
      // The first one just before its end; nobody can look at the users until then.
      const [user] = await first.execute<{ id: number }[]>(
        'insert into users (name, phone) values (?, ?) returning id',
        [freshName(), phone],
      );
      const call = 'insert into open_app_calls (app_id, signature, user_id) values (?, ?, ?)';
      await first.execute(call, [credentials.id, signature, user?.id]);
      await first.execute('lock table users in access exclusive mode');
      const replay = get('/v1/user/register', encode([...parameters, ['sign', signature]]));
      // The embedded database has one connection: there the replay begins when this has ended.
      if (app.config.DATABASE_URL) {
        const waiting =
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        await until('the replay waits', async () => (await first.execute(waiting)).length > 0);
      }
      return { id: user?.id, replay };
    });
    expect(await replay).toEqual(ok({ id }));
  });

  test('a replayed registration by open sends no second password', async () => {
    const phone = freshPhone();
    const parameters = [...common(), ['phone', phone]] as Parameters;
    const query = encode([...parameters, ['sign', sign(parameters)]]);
    await get('/v1/user/register/', query);
    await app.inbox.code(phone);
    await get('/v1/user/register/', query);
    expect(app.inbox.letters.filter(({ to }) => to === phone)).toHaveLength(1);
  });

  test("open's register has numbers of their own for taken phones and addresses", async () => {
    const [phone, email] = [freshPhone(), freshEmail()];
    await call('register', { phone, email });
    expect(await call('register', { phone, name: freshName() })).toEqual(refused(1001));
    expect(await call('register', { email, name: freshName() })).toEqual(refused(1002));
    expect(await call('register', { phone, email, name: freshName() })).toEqual(refused(1001));
  });

  test.each([
    ['nothing', {}],
    ['empty values', { name: '', phone: '', email: '' }],
    ['a malformed phone', { phone: '1381234' }],
    ['a malformed address', { email: 'ken@' }],
    ['a malformed name', { name: '1ken' }],
    ['a name too short', { name: 'k' }],
    ['a weak password', { name: 'ken_2015', password: '12345678' }],
    ['a short password', { name: 'ken_2015', password: 'x7z' }],
    ['another format', { name: 'ken_2015', format: 'xml' }],
  ])("open's register with %s is 400 and creates nothing", async (_, own) => {
    const before = await countUsers();
    const base = common().filter(([name]) => !(name in own));
    expect(await call('register', own as Record<string, string>, base)).toEqual(refused(400));
    expect(await countUsers()).toBe(before);
  });

  test("open's register answers POST too, with its parameters in the body", async () => {
    const parameters = [...common(), ['phone', freshPhone()]] as Parameters;
    const body = encode([...parameters, ['sign', sign(parameters)]]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${app.url}/site/v1/user/register`, { method: 'POST', headers, body });
    expect(await response.json()).toEqual({ code: 200, id: expect.any(Number) });
  });
});

describe('the signature', () => {
  const own: Parameters = [['account', '2000000000']];
  const signed = (parameters: Parameters): Parameters => [...parameters, ['sign', sign(parameters)]];
  const info = (query: string) => get('/v1/user/get-info/', query);
  /** What a believed request is answered: there is no such account. */
  const BELIEVED = 1011;

  test('a signature of open does not depend on the order of the parameters', async () => {
    const parameters = signed([...common(), ...own]);
    expect(await info(encode([...parameters].reverse()))).toEqual(refused(BELIEVED));
  });

  test('a signature of open is good in upper case', async () => {
    const parameters = [...common(), ...own];
    expect(await info(encode([...parameters, ['sign', sign(parameters).toUpperCase()]]))).toEqual(
      refused(BELIEVED),
    );
  });

  test('a signature of open is over what the parameters mean, however they were escaped', async () => {
    const parameters: Parameters = [...common(), ...own, ['note', '小 +&=%']];
    const sum = sign(parameters);
    const base = `${encode([...common(), ...own])}&sign=${sum}`;
    for (const note of ['%E5%B0%8F%20%2B%26%3D%25', '%e5%b0%8f+%2b%26%3d%25']) {
      expect(await info(`${base}&note=${note}`)).toEqual(refused(BELIEVED));
    }
  });

  test('a signature of open covers every parameter, known or not, empty or not', async () => {
    const parameters: Parameters = [...common(), ...own, ['empty', ''], ['Z', '1'], ['a', '2']];
    expect(await info(encode(signed(parameters)))).toEqual(refused(BELIEVED));
    const withoutEmpty = sign(parameters.filter(([, value]) => value !== ''));
    expect(await info(encode([...parameters, ['sign', withoutEmpty]]))).toEqual(refused(401));
    expect(await info(`${encode(signed([...common(), ...own]))}&extra=1`)).toEqual(refused(401));
    expect(await info(`${encode(signed([...common(), ...own]))}&extra=`)).toEqual(refused(401));
  });

  test('a signed parameter sent twice is refused', async () => {
    const query = encode(signed([...common(), ...own]));
    expect(await info(`${query}&account=2000000000`)).toEqual(refused(400));
    expect(await info(`${query}&sign=${'0'.repeat(32)}`)).toEqual(refused(400));
  });

  test('a signed parameter sent twice in JSON is refused, whether both values are the same or not', async () => {
    const parameters = signed([...common(), ...own]);
    const json = JSON.stringify(Object.fromEntries(parameters));
    const headers = { 'content-type': 'application/json' };
    const send = async (body: string) =>
      (await fetch(`${app.url}/v1/user/get-info`, { method: 'POST', headers, body })).json();
    expect(await send(json)).toMatchObject({ code: BELIEVED });
    for (const again of ['"account":"2000000000"', json.slice(1, -1), '"\\u0061ccount":"1"']) {
      expect(await send(`${json.slice(0, -1)},${again}}`)).toMatchObject({ code: 400 });
    }
  });

  test('a signature of open covers query and body together, and a parameter in both is refused', async () => {
    const parameters = signed([...common(), ...own]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const send = async (query: string, body: Parameters) => {
      const url = `${app.url}/v1/user/get-info?${query}`;
      return (await fetch(url, { method: 'POST', headers, body: encode(body) })).json();
    };
    expect(await send(encode(parameters.slice(0, 2)), parameters.slice(2))).toMatchObject({ code: BELIEVED });
    expect(await send('account=1', parameters)).toMatchObject({ code: 400 });
    expect(await send(encode(own), parameters)).toMatchObject({ code: 400 });
  });

  test('a signature of open that is wrong, missing or malformed is refused', async () => {
    const parameters = [...common(), ...own];
    expect(await info(encode([...parameters, ['sign', '0'.repeat(32)]]))).toEqual(refused(401));
    expect(await info(encode([...parameters, ['sign', sign(parameters, 'another secret')]]))).toEqual(
      refused(401),
    );
    expect(await info(encode(parameters))).toEqual(refused(400));
    expect(await info(encode([...parameters, ['sign', 'abc']]))).toEqual(refused(400));
  });

  test.each([
    ['nine minutes old', -540, BELIEVED],
    ['nine minutes ahead', 540, BELIEVED],
    ['eleven minutes old', -660, 401],
    ['eleven minutes ahead', 660, 401],
  ])('a signed timestamp %s is judged by ten minutes either way', async (_, offset, code) => {
    const base = common().map(([name, value]) =>
      name === 'timestamp' ? ([name, String(now() + offset)] as const) : ([name, value] as const),
    );
    expect(await info(encode(signed([...base, ...own])))).toEqual(refused(code));
  });

  test.each([
    ['', 400],
    ['soon', 400],
    ['-5', 400],
    ['1e9', 400],
    ['0', 401],
    ['1442888568000', 401],
    ['9'.repeat(400), 401],
  ])('the signed timestamp %j is answered %i', async (timestamp, code) => {
    const base = common().map(([name, value]) => [name, name === 'timestamp' ? timestamp : value] as const);
    expect(await info(encode(signed([...base, ...own])))).toEqual(refused(code));
  });

  test.each([
    ['x', 400],
    ['', 400],
    ['9999999999', 401],
    ['9999999999999999', 401],
    ['1', 401],
  ])('the signing app %j is answered %i', async (appId, code) => {
    const base = common().map(([name, value]) => [name, name === 'app_id' ? appId : value] as const);
    expect(await info(encode(signed([...base, ...own])))).toEqual(refused(code));
  });

  test('a signature of a disabled app is refused, and one by a rotated secret', async () => {
    const other = await createApp();
    const base: Parameters = [['app_id', String(other.id)], ['timestamp', String(now())], ...own];
    const query = encode([...base, ['sign', sign(base, other.secret)]]);
    expect(await info(query)).toEqual(refused(BELIEVED));
    await em().execute('update open_apps set disabled_at = now() where id = ?', [other.id]);
    expect(await info(query)).toEqual(refused(401));
  });

  test('open checks the signature before the source address, which the list of the app must allow', async () => {
    const [inside, outside] = [await createApp(['127.0.0.0/8', '::1']), await createApp(['10.1.0.0/16'])];
    const ask = (one: typeof inside, secret: string) => {
      const base: Parameters = [['app_id', String(one.id)], ['timestamp', String(now())], ...own];
      return info(encode([...base, ['sign', sign(base, secret)]]));
    };
    expect(await ask(inside, inside.secret)).toEqual(refused(BELIEVED));
    expect(await ask(outside, outside.secret)).toEqual(refused(403));
    expect(await ask(outside, inside.secret)).toEqual(refused(401));
  });

  test('a signature of open binds GraphQL callers to what was signed too', async () => {
    const parameters = signed([...common(), ['name', freshName()], ['password', 'anjuke-2015']]);
    const query = 'mutation ($p: [RequestParameter!]!) { registerByApp(parameters: $p) { id } }';
    const variables = (list: Parameters) => ({ p: list.map(([name, value]) => ({ name, value })) });
    const altered = parameters.map(([name, value]) => [name, name === 'name' ? freshName() : value] as const);
    expect(await app.client.code(query, variables(altered))).toBe('SIGNATURE_INVALID');
    expect((await app.client.data(query, variables(parameters))).registerByApp.id).toMatch(/^\d+$/);
  });
});

test('open answers unknown URLs, bad JSON and hostile values in its envelope', async () => {
  expect(await get('/v1/user/nowhere', '')).toEqual(refused(400));
  expect(await get('/site/v1/user/get-info', 'app_id=%ff')).toEqual(refused(400));
  const headers = { 'content-type': 'application/json' };
  for (const body of ['{', '[]', '{"app_id":{"a":1}}', '{"__proto__":{"a":1}}']) {
    const response = await fetch(`${app.url}/v1/user/register`, { method: 'POST', headers, body });
    expect({ status: response.status, body: await response.json() }).toEqual(refused(400));
  }
});

test('more than fifty signed parameters are refused', async () => {
  const phone = freshPhone();
  await call('register', { phone });
  // Three common ones, the account and the sign are five.
  const others = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`other${index}`, 'x']));
  expect((await call('get-info', { account: phone, ...others(45) })).body).toMatchObject({
    code: 200,
    phone,
  });
  expect(await call('get-info', { account: phone, ...others(46) })).toEqual(refused(400));
});
