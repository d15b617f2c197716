import { type LoneApp, startTestApp } from '../support/app.js';
import { PASSWORD } from '../support/client.js';
import { logIn, mutate, whoIs } from '../support/operations.js';

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const SESSIONS = '{ sessions { id deviceType ip userAgent createdAt lastSeenAt expiresAt } }';
const REVOKE = 'mutation ($id: ID!) { revokeSession(id: $id) }';
const LOGOUT = 'mutation ($everywhere: Boolean! = false) { logout(everywhere: $everywhere) }';
const IPHONE = 'anlife/8.7 (iPhone; iOS 18.1)';

async function withUserAgent(account: string, userAgent: string): Promise<string> {
  const input = { account, password: PASSWORD };
  const { value } = await mutate(app.client, 'login', input, undefined, { 'user-agent': userAgent });
  return value.token;
}

describe('the list of sessions', () => {
  test('sessions shows callers their own, newest first, with device and address', async () => {
    const { phone, token } = await app.client.register();
    await app.client.register();
    await withUserAgent(phone, IPHONE);
    await withUserAgent(phone, 'okhttp/4.12.0');
    await withUserAgent(phone, `long ${'x'.repeat(400)}`);
    const { sessions } = await app.client.data(SESSIONS, {}, token);
    expect(sessions.map((session: { deviceType: string }) => session.deviceType)).toEqual([
      'UNKNOWN',
      'ANDROID',
      'IOS',
      'UNKNOWN',
    ]);
    expect(sessions[2]).toMatchObject({ ip: '127.0.0.1', userAgent: IPHONE });
    expect(sessions[0].userAgent).toHaveLength(255);
    const ids = sessions.map((session: { id: string }) => Number(session.id));
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => b - a));
    for (const { createdAt, lastSeenAt, expiresAt } of sessions) {
      expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
      expect(Date.parse(lastSeenAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
      expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBeGreaterThan(29 * 86_400_000);
    }
  });

  test('every operation on sessions needs a session', async () => {
    expect(await app.client.code(SESSIONS)).toBe('UNAUTHENTICATED');
    expect(await app.client.code(REVOKE, { id: '1' })).toBe('UNAUTHENTICATED');
    expect(await app.client.code(SESSIONS, {}, 'x'.repeat(43))).toBe('UNAUTHENTICATED');
  });
});

describe('ending sessions', () => {
  test('logout ends the session in use', async () => {
    const { id, phone, token } = await app.client.register();
    const other = await logIn(app.client, phone);
    expect(await app.client.data(LOGOUT, {}, token)).toEqual({ logout: true });
    expect(await whoIs(app.client, token)).toBeNull();
    expect(await app.client.data(LOGOUT, {}, token)).toEqual({ logout: false });
    expect(await whoIs(app.client, other)).toBe(id);
    expect((await app.client.data(SESSIONS, {}, other)).sessions).toHaveLength(1);
  });

  test("logout everywhere ends all sessions of the account, and nobody else's", async () => {
    const { id, phone, token } = await app.client.register();
    const stranger = await app.client.register();
    const others = await Promise.all([logIn(app.client, phone), logIn(app.client, phone)]);
    for (const one of others) expect(await whoIs(app.client, one)).toBe(id);
    expect(await app.client.data(LOGOUT, { everywhere: true }, token)).toEqual({ logout: true });
    for (const one of [token, ...others]) expect(await whoIs(app.client, one)).toBeNull();
    expect(await whoIs(app.client, stranger.token)).toBe(stranger.id);
  });

  test('revokeSession ends one session of the caller, and the others stay', async () => {
    const { id, phone, token } = await app.client.register();
    const lost = await withUserAgent(phone, IPHONE);
    expect(await whoIs(app.client, lost)).toBe(id);
    const { sessions } = await app.client.data(SESSIONS, {}, token);
    expect(await app.client.data(REVOKE, { id: sessions[0].id }, token)).toEqual({ revokeSession: true });
    expect(await whoIs(app.client, lost)).toBeNull();
    expect(await whoIs(app.client, token)).toBe(id);
    expect(await app.client.code(REVOKE, { id: sessions[0].id }, token)).toBe('NOT_FOUND');
  });

  test("revokeSession answers for another user's session as for one that does not exist", async () => {
    const { token } = await app.client.register();
    const stranger = await app.client.register();
    const { sessions } = await app.client.data(SESSIONS, {}, stranger.token);
    for (const id of [sessions[0].id, '2147483647']) {
      const { errors } = await app.client.graphql(REVOKE, { id }, { token });
      expect(errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND', field: 'id' });
    }
    for (const id of ['0', '-1', '99999999999', 'abc', '1.5', '1e3']) {
      expect(await app.client.code(REVOKE, { id }, token)).toBe('INVALID_INPUT');
    }
    expect(await whoIs(app.client, stranger.token)).toBe(stranger.id);
  });
});

test("a token that is malformed or unknown is nobody's", async () => {
  const { token } = await app.client.register();
  for (const one of [
    'garbage',
    `${token}x`,
    token.slice(1),
    token.toLowerCase(),
    `${token.slice(0, -1)}_`,
    "'; drop table users",
  ]) {
    expect(await whoIs(app.client, one)).toBeNull();
  }
});
