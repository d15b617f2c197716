import { ABILITIES } from '../../src/policy.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, PASSWORD } from '../support/client.js';
import { FakeProviders } from '../support/fake-providers.js';
import { freshName, giveEmail, grant, logIn, mutate, whoIs } from '../support/operations.js';

let providers: FakeProviders;
let app: LoneApp;
let admin: Account;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startTestApp({ ...providers.env, GUARD_IP_HOURLY: '100000' });
  admin = await app.client.register();
  await grant(app, admin.id, [ABILITIES.disableUser, ABILITIES.recommendUser]);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

const DELETE = 'mutation { deleteAccount }';
const byAdmin = (
  name: 'disableUser' | 'enableUser' | 'recommendUser',
  id: number | string,
  token = admin.token,
) =>
  app.client.graphql(
    `mutation ($id: ID!) { user: ${name}(id: $id) { id status phone email } }`,
    { id: String(id) },
    { token },
  );
const statusOf = async (id: number) =>
  (await app.client.data('query ($id: ID!) { user(id: $id) { status } }', { id: String(id) })).user?.status ??
  null;

describe('deleteAccount', () => {
  test('deleteAccount frees phone, e-mail address and name, and ends every session', async () => {
    const name = freshName();
    const { id, phone, token } = await app.client.register({ name });
    const email = await giveEmail(app.client, token);
    const other = await logIn(app.client, phone);
    expect(await app.client.data(DELETE, {}, token)).toEqual({ deleteAccount: true });

    for (const one of [token, other]) expect(await whoIs(app.client, one)).toBeNull();
    for (const account of [phone, email, name]) {
      expect((await mutate(app.client, 'login', { account, password: PASSWORD })).code).toBe(
        'CREDENTIALS_INVALID',
      );
    }
    expect(await statusOf(id)).toBeNull();
    const { users } = await app.client.data(
      'query ($ids: [ID!]!) { users(filter: { ids: $ids }) { nodes { id } } }',
      { ids: [String(id)] },
    );
    expect(users.nodes).toEqual([]);

    const again = await app.client.register({ phone, name });
    expect(again.id).not.toBe(id);
    await giveEmail(app.client, again.token, email);
    expect(await app.client.code(DELETE)).toBe('UNAUTHENTICATED');
    expect(await app.client.code(DELETE, {}, token)).toBe('UNAUTHENTICATED');
  });

  test('deleteAccount lets a third-party identity start anew', async () => {
    providers.addQqToken('t', { openid: 'leaving' });
    const thirdParty = { provider: 'QQ', accessToken: 't', openId: 'leaving' };
    const first = await mutate(app.client, 'login', { thirdParty });
    await app.client.data(DELETE, {}, first.value.token);
    const second = await mutate(app.client, 'login', { thirdParty });
    expect(second.value.isNewUser).toBe(true);
    expect(second.value.user.id).not.toBe(first.value.user.id);
  });

  test('deleteAccount twice at once happens once, or says that nobody is logged in', async () => {
    const { token } = await app.client.register();
    const results = await Promise.all([
      app.client.graphql(DELETE, {}, { token }),
      app.client.graphql(DELETE, {}, { token }),
    ]);
    for (const { errors } of results)
      expect(['UNAUTHENTICATED', undefined]).toContain(errors?.[0]?.extensions.code);
    expect(await whoIs(app.client, token)).toBeNull();
  });
});

describe('disableUser and enableUser', () => {
  test('disableUser ends the sessions at once and hides the account, and enableUser lets it back in', async () => {
    const user = await app.client.register();
    expect(await whoIs(app.client, user.token)).toBe(user.id);
    const disabled = { id: String(user.id), status: 'DISABLED', phone: null, email: null };
    for (let twice = 0; twice < 2; twice++) {
      expect((await byAdmin('disableUser', user.id)).data.user).toEqual(disabled);
    }
    expect(await whoIs(app.client, user.token)).toBeNull();
    expect((await mutate(app.client, 'login', { account: user.phone, password: PASSWORD })).code).toBe(
      'ACCOUNT_DISABLED',
    );
    expect(await statusOf(user.id)).toBe('DISABLED');
    const { users } = await app.client.data('{ users(first: 1) { nodes { id } } }');
    expect(users.nodes[0].id).not.toBe(String(user.id));

    expect((await byAdmin('enableUser', user.id)).data.user.status).toBe('ACTIVE');
    expect(await whoIs(app.client, user.token)).toBeNull();
    await expect(logIn(app.client, user.phone)).resolves.toBeDefined();
  });

  test.each(['disableUser', 'enableUser', 'recommendUser'] as const)(
    '%s needs an ability and a user',
    async (name) => {
      const [user, target] = await Promise.all([app.client.register(), app.client.register()]);
      const code = async (...args: Parameters<typeof byAdmin>) =>
        (await byAdmin(...args)).errors?.[0]?.extensions.code;
      expect(await code(name, user.id, '')).toBe('UNAUTHENTICATED');
      expect(await code(name, user.id, user.token)).toBe('FORBIDDEN');
      await grant(app, user.id, [
        name === 'recommendUser' ? ABILITIES.disableUser : ABILITIES.recommendUser,
        ABILITIES.readPrivate,
      ]);
      expect(await code(name, user.id, user.token)).toBe('FORBIDDEN');
      await grant(app, user.id, [ABILITIES.everything]);
      expect(await code(name, target.id, user.token)).toBeUndefined();
      expect(await code(name, 2_147_483_647)).toBe('USER_NOT_FOUND');
      expect(await code(name, 'nobody')).toBe('INVALID_INPUT');
    },
  );

  test('administrators do not find a deleted account either', async () => {
    const { id, token } = await app.client.register();
    await app.client.data(DELETE, {}, token);
    for (const name of ['disableUser', 'enableUser', 'recommendUser'] as const) {
      expect((await byAdmin(name, id)).errors?.[0]?.extensions.code).toBe('USER_NOT_FOUND');
    }
  });
});

test('recommendUser puts a user at the top of the recommended ones', async () => {
  const [first, second] = await Promise.all([app.client.register(), app.client.register()]);
  const recommended = async () =>
    (await app.client.data('{ users(filter: { recommended: true }) { nodes { id } } }')).users.nodes.map(
      (user: { id: string }) => Number(user.id),
    );
  await byAdmin('recommendUser', first.id);
  await byAdmin('recommendUser', second.id);
  expect((await recommended()).slice(0, 2)).toEqual([second.id, first.id]);
  await byAdmin('recommendUser', first.id);
  expect((await recommended()).slice(0, 2)).toEqual([first.id, second.id]);
  await byAdmin('disableUser', second.id);
  expect(await recommended()).not.toContain(second.id);
});

describe('securityEvents', () => {
  const EVENTS =
    'query ($first: Int, $after: String) { securityEvents(first: $first, after: $after) { nodes { id kind door ip createdAt } pageInfo { hasNextPage endCursor } } }';
  const events = async (token: string, page: Record<string, unknown> = {}) =>
    (await app.client.data(EVENTS, page, token)).securityEvents;
  const kinds = async (token: string) =>
    (await events(token)).nodes.map((event: { kind: string }) => event.kind);

  test('securityEvents tells the owner what happened, newest first', async () => {
    const user = await app.client.register();
    await app.client.register();
    await mutate(app.client, 'login', { account: user.phone, password: 'not the password' });
    await events(user.token);
    const second = await logIn(app.client, user.phone);
    await giveEmail(app.client, user.token);
    await app.client.data('mutation { logout }', {}, second);
    const third = await logIn(app.client, user.phone);
    const { sessions } = await app.client.data('{ sessions { id } }', {}, user.token);
    await app.client.data(
      'mutation ($id: ID!) { revokeSession(id: $id) }',
      { id: sessions[0].id },
      user.token,
    );
    expect(await whoIs(app.client, third)).toBeNull();
    const unbind = { password: PASSWORD, code: await app.client.sendCode(user.phone, ['UNBIND']) };
    await mutate(app.client, 'unbindPhone', unbind, user.token);
    const bind = { phone: user.phone, code: await app.client.sendCode(user.phone, ['BIND']) };
    await mutate(app.client, 'bindPhone', bind, user.token);
    const change = { oldPassword: PASSWORD, password: `${PASSWORD}!` };
    await mutate(app.client, 'changePassword', change, user.token);
    await byAdmin('disableUser', user.id);
    await byAdmin('enableUser', user.id);
    const retrieve = {
      phone: user.phone,
      password: PASSWORD,
      code: await app.client.sendCode(user.phone, ['RETRIEVE']),
    };
    await mutate(app.client, 'retrievePassword', retrieve);
    const token = await logIn(app.client, user.phone);

    expect(await kinds(token)).toEqual([
      'LOGGED_IN',
      'PASSWORD_RETRIEVED',
      'ENABLED',
      'DISABLED',
      'PASSWORD_CHANGED',
      'PHONE_BOUND',
      'PHONE_UNBOUND',
      'SESSION_REVOKED',
      'LOGGED_IN',
      'LOGGED_OUT',
      'EMAIL_BOUND',
      'LOGGED_IN',
      'LOGIN_REFUSED',
      'REGISTERED',
    ]);
    for (const { kind, door, ip, createdAt } of (await events(token)).nodes) {
      // Where the administrator was is not the owner's business.
      const byStaff = kind === 'DISABLED' || kind === 'ENABLED';
      expect({ kind, door, ip }).toEqual({ kind, door: 'graphql', ip: byStaff ? null : '127.0.0.1' });
      expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
    }
  });

  test('securityEvents come in pages without gaps or doubles, to nobody but the owner', async () => {
    const user = await app.client.register();
    for (let i = 0; i < 4; i++) await logIn(app.client, user.phone);
    const all = (await events(user.token)).nodes;
    expect(all).toHaveLength(5);
    const paged = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo } = await events(user.token, { first: 2, after });
      paged.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(paged).toEqual(all);
    expect(await app.client.code(EVENTS)).toBe('UNAUTHENTICATED');
    expect(await app.client.code(EVENTS, { first: 0 }, user.token)).toBe('INVALID_INPUT');
    expect(await app.client.code(EVENTS, { after: 'garbage' }, user.token)).toBe('INVALID_INPUT');
  });
});
