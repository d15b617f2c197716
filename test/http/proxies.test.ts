import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';

/** Whose word is taken for where a request comes from: nobody's but that of the proxies named. */

let world: TestWorld;
let direct: TestApp;
let behindOne: TestApp;
let behindTwo: TestApp;
let account: Account;

beforeAll(async () => {
  world = await createWorld();
  direct = await world.start();
  behindOne = await world.start({ TRUSTED_PROXIES: '127.0.0.1' });
  behindTwo = await world.start({ TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8' });
  account = await direct.client.register();
});
afterAll(() => world.close());

/** The address that a gateway sees: that of the session opened by the request. */
async function seenBy(app: TestApp, headers: Record<string, string>): Promise<string> {
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
  const input = { account: account.phone, password: PASSWORD };
  const { data, errors } = await app.client.graphql(login, { input }, { headers });
  if (!data?.login) throw new Error(JSON.stringify(errors));
  const { sessions } = await app.client.data('{ sessions { ip } }', {}, data.login.token);
  return sessions[0].ip;
}

const forwarded = (value: string) => ({ 'x-forwarded-for': value });

test('without trusted proxies no forwarding header is believed', async () => {
  const claims: Record<string, string>[] = [
    forwarded('203.0.113.9'),
    { 'x-real-ip': '203.0.113.9' },
    { forwarded: 'for=203.0.113.9' },
    { 'client-ip': '203.0.113.9' },
    { 'cf-connecting-ip': '203.0.113.9' },
    { 'true-client-ip': '203.0.113.9' },
  ];
  for (const headers of claims) expect(await seenBy(direct, headers)).toBe('127.0.0.1');
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8::9', '2001:db8::9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['0:0:0:0:0:FFFF:cb00:7109', '203.0.113.9'],
  ['203.0.113.9:51234', '203.0.113.9'],
  ['[2001:db8::9]', '2001:db8::9'],
  ['[2001:DB8:0::9]:5000', '2001:db8::9'],
  // Only the last one was written by the proxy; the others are what the client claims.
  ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['127.0.0.1, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 10.0.0.1', '10.0.0.1'],
])('behind one trusted proxy, %s is taken for %s', async (header, seen) => {
  expect(await seenBy(behindOne, forwarded(header))).toBe(seen);
});

test.each([
  ['203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['198.51.100.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 192.168.0.1', '192.168.0.1'],
  ['203.0.113.9:51234, 10.0.0.1:443', '203.0.113.9'],
  ['[2001:db8::9]:51234, [::ffff:10.0.0.1]:443', '2001:db8::9'],
])('behind two trusted proxies, %s is taken for %s', async (header, seen) => {
  expect(await seenBy(behindTwo, forwarded(header))).toBe(seen);
});

test('without a forwarding header the proxy itself is the source', async () => {
  expect(await seenBy(behindOne, {})).toBe('127.0.0.1');
});

const UNREADABLE = ['unknown', 'garbage', '999.1.1.1', '_hidden', '[::', '203.0.113.9, unknown', ' ', ','];

test.each(UNREADABLE)('a source that a trusted proxy calls %j is unknown, not the proxy', async (header) => {
  expect(await seenBy(behindOne, forwarded(header))).toBe('0.0.0.0');
});

test.each(UNREADABLE)('a client that is not trusted keeps its address, calling itself %j', async (header) => {
  expect(await seenBy(direct, forwarded(header))).toBe('127.0.0.1');
});

describe('internal calls', () => {
  const ids = (app: TestApp, headers: Record<string, string> = {}) =>
    app.client.legacy(
      'GET',
      '/anlife/v1.0/user/getUseridsByCityId',
      { city_id: 510100, device_type: 0 },
      headers,
    );

  test('calls from INTERNAL_NETWORKS are internal, by the address believed', async () => {
    expect(Object.keys((await ids(direct)).body)).toEqual(['datas']);
    expect((await ids(behindOne, forwarded('203.0.113.9'))).body.error_code).toBe(1003);
    expect((await ids(behindTwo, forwarded('203.0.113.9, 10.0.0.1'))).body.error_code).toBe(1003);
  });

  test.each([...UNREADABLE, '[2001:db8::1]:5000'])(
    'a source called %j by its proxy is not internal',
    async (header) => {
      expect((await ids(behindOne, forwarded(header))).body.error_code).toBe(1003);
    },
  );

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host', 'true-client-ip'])(
    'a call that an untrusted proxy passed on with %s is not internal',
    async (name) => {
      expect((await ids(direct, { [name]: '127.0.0.1' })).body.error_code).toBe(1003);
    },
  );

  test('a forwarding header of a client makes no call internal', async () => {
    expect((await ids(behindOne, forwarded('127.0.0.1, 203.0.113.9'))).body.error_code).toBe(1003);
  });
});
