import { generateKeyPairSync, sign } from 'node:crypto';
import { REAL_HASHES, type TestApp } from '../support/app.js';
import { atOnce, tally } from '../support/at-once.js';
import { PASSWORD } from '../support/client.js';
import { type Comer, comer, giveLegacyId } from '../support/comers.js';
import { setAbilityAt } from '../support/endings.js';
import { jobsOf, runJob } from '../support/jobs.js';
import { base64url, claimsOf, PLUS_SECRET, secondsFromNow, signJwt } from '../support/jwt.js';
import { logIn, mutate, whoIs } from '../support/operations.js';
import { statementsOf } from '../support/statements.js';
import { type PlusAnswer, type PlusApp, send, startPlus, UNAUTHENTICATED } from './plus.support.js';

/** The tokens that ThinkSNS+ has signed, after its users have come here. */

let app: PlusApp;
/** A second instance, which knows the secret too. */
let other: TestApp;
/** One that does not. */
let without: TestApp;

beforeAll(async () => {
  app = await startPlus({ PLUS_JWT_SECRET: PLUS_SECRET });
  other = await app.world.start({ PLUS_JWT_SECRET: PLUS_SECRET });
  without = await app.world.start();
});
afterAll(() => app.close());

const tokenOf = ({ legacyId }: Comer, changed: Record<string, unknown> = {}): string =>
  signJwt(claimsOf(Number(legacyId), changed));

/** What the door of ThinkSNS+ says to the holder of the token: their number here, or the refusal. */
async function enter(token: string, at: Pick<TestApp, 'url'> = app): Promise<number | PlusAnswer> {
  const { status, body } = await send(at.url, 'GET', '/user', { token });
  return status === 200 ? body.id : { status, body };
}

const sessionsOf = ({ id }: Comer) =>
  app.sql<{ id: number; live: boolean; source: string | null }>(
    'select id, revoked_at is null as live, source from sessions where user_id = ? order by id',
    [id],
  );

const eventsOf = async ({ id }: Comer): Promise<string[]> => {
  await app.services.securityEvents.settle();
  const rows = await app.sql<{ kind: string; door: string }>(
    'select kind, door from security_events where user_id = ? order by id',
    [id],
  );
  return rows.map(({ kind, door }) => `${kind} ${door}`);
};

describe('a token of ThinkSNS+', () => {
  test.each([
    ['a number', (legacyId: string) => Number(legacyId)],
    ['a text', (legacyId: string) => legacyId],
  ])('a JWT of ThinkSNS+ names the account by its old id, as %s', async (_what, subject) => {
    const user = await comer(app);
    expect(await enter(signJwt(claimsOf(subject(user.legacyId))))).toBe(user.id);
  });

  test('a JWT of ThinkSNS+ is good at other doors once it was used at its own, and not before', async () => {
    const user = await comer(app);
    const token = tokenOf(user);
    const form = { user_id: user.id, auth_token: token, nickname: '阿明' };
    const rename = () => app.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', form);
    expect(await whoIs(app.client, token)).toBeNull();
    expect((await rename()).body.error_code).toBe(1002);
    expect(await enter(token)).toBe(user.id);
    expect(await whoIs(app.client, token)).toBe(user.id);
    expect((await rename()).body.datas).toEqual(expect.anything());
    // Where nobody knows the secret it is a session like every other.
    expect(await enter(token, without)).toBe(user.id);
  });

  test('a JWT of ThinkSNS+ may be sent as the parameter that its clients send it in', async () => {
    const user = await comer(app);
    const answer = await app.call('GET', '/user', { params: { token: tokenOf(user) } });
    expect([answer.status, answer.body.id]).toEqual([200, user.id]);
  });

  test('a JWT that was used is listed until it expires, with where it was used first, and is an event', async () => {
    const user = await comer(app);
    const exp = secondsFromNow(7200);
    const token = tokenOf(user, { exp });
    await send(app.url, 'GET', '/user', { token, headers: { 'user-agent': 'plus/2.4 (iPhone)' } });
    await enter(token);
    const { sessions } = await app.client.data(
      '{ sessions { deviceType ip userAgent expiresAt } }',
      {},
      token,
    );
    expect(sessions).toEqual([
      {
        deviceType: 'IOS',
        ip: '127.0.0.1',
        userAgent: 'plus/2.4 (iPhone)',
        expiresAt: new Date(exp * 1000).toISOString(),
      },
    ]);
    expect(await eventsOf(user)).toEqual(['SESSION_ADOPTED plus']);
  });

  test('a JWT that was used makes no source known to the guard', async () => {
    const user = await comer(app);
    await enter(tokenOf(user));
    const { sessions } = app.services;
    const em = app.infrastructure.database.fork();
    expect(await sessions.isKnownSource({ em }, user.id, '127.0.0.1')).toBe(false);
    const code = await app.client.sendCode(user.phone, ['LOGIN']);
    await mutate(app.client, 'login', { account: user.phone, code });
    expect(await sessions.isKnownSource({ em }, user.id, '127.0.0.1')).toBe(true);
  });

  test('a JWT stays good over a restart of the gateway, and without the secret', async () => {
    const user = await comer(app);
    const token = tokenOf(user);
    const unused = tokenOf(user);
    const first = await app.world.start({ PLUS_JWT_SECRET: PLUS_SECRET });
    expect(await enter(token, first)).toBe(user.id);
    await first.close();
    const second = await app.world.start();
    expect([await enter(token, second), await enter(unused, second)]).toEqual([user.id, UNAUTHENTICATED]);
    await second.close();
  });

  test('a JWT that was used costs the statements of any session', async () => {
    const user = await comer(app);
    const [jwt, fresh] = [tokenOf(user), tokenOf(user)];
    await enter(jwt);
    const code = await app.client.sendCode(user.phone, ['LOGIN']);
    const ours = (await mutate(app.client, 'login', { account: user.phone, code })).value.token;
    const costs = async (token: string) => (await statementsOf(app, () => enter(token))).length;
    // The first read of each is not cached yet.
    await Promise.all([enter(ours), enter(jwt)]);
    expect(await costs(jwt)).toBe(await costs(ours));
    // One that only looks like it costs the look-up.
    expect(await costs(`${fresh.slice(0, -1)}${fresh.endsWith('A') ? 'E' : 'A'}`)).toBe(1);
  });

  test('auth/refresh swaps a JWT for a token of ours, and the JWT is good no more', async () => {
    const user = await comer(app);
    const token = tokenOf(user);
    const { status, body } = await app.call('POST', '/auth/refresh', { token });
    expect([status, body.access_token]).toEqual([200, expect.stringMatching(/^[\w-]{43}$/)]);
    expect(await enter(body.access_token)).toBe(user.id);
    expect([await enter(token), await enter(token, other)]).toEqual([UNAUTHENTICATED, UNAUTHENTICATED]);
  });
});

describe('refusals of tokens of ThinkSNS+', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  const rs256 = (claims: object): string => {
    const signed = `${base64url('{"typ":"JWT","alg":"RS256"}')}.${base64url(JSON.stringify(claims))}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  const parts = (token: string): string[] => token.split('.');

  test.each<[string, (claims: Record<string, unknown>) => string]>([
    [
      'no algorithm and no signature',
      (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'none' } }).replace(/[^.]+$/, ''),
    ],
    [
      'no algorithm over an HS256 signature',
      (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'none' } }),
    ],
    ['HS384', (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'HS384' }, hash: 'sha384' })],
    ['HS512', (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'HS512' }, hash: 'sha512' })],
    ['HS384 over an HS256 signature', (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'HS384' } })],
    ['HS256 in another case', (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'hs256' } })],
    ['RS256', rs256],
    ['RS256 over an HS256 signature', (claims) => signJwt(claims, { header: { typ: 'JWT', alg: 'RS256' } })],
    ['an HMAC under a public key', (claims) => signJwt(claims, { secret: pem })],
    ['another secret', (claims) => signJwt(claims, { secret: 'another secret of another system' })],
    ['the secret in another case', (claims) => signJwt(claims, { secret: PLUS_SECRET.toLowerCase() })],
    ['an empty secret', (claims) => signJwt(claims, { secret: '' })],
    [
      'an extension that must be understood',
      (claims) => signJwt(claims, { header: { alg: 'HS256', typ: 'JWT', crit: ['x'], x: 1 } as never }),
    ],
    [
      'claims changed after they were signed',
      (claims) =>
        parts(signJwt(claims))
          .with(1, base64url(JSON.stringify({ ...claims, jti: 'another' })))
          .join('.'),
    ],
    ['a signature cut short', (claims) => signJwt(claims).slice(0, -1)],
    ['a part too many', (claims) => `${signJwt(claims)}.e30`],
    ['a part too few', (claims) => parts(signJwt(claims)).slice(0, 2).join('.')],
    ['parts in padded base64', (claims) => `${signJwt(claims)}=`],
    ['claims that are no object', () => signJwt(['sub', 1])],
    ['claims that are no JSON', () => signJwt('{sub: 1}')],
    ['more than 2,048 characters', (claims) => signJwt({ ...claims, note: 'x'.repeat(2000) })],
  ])('a JWT with %s is refused', async (_what, make) => {
    const user = await comer(app);
    expect(await enter(make(claimsOf(user.legacyId)))).toEqual(UNAUTHENTICATED);
    expect(await sessionsOf(user)).toEqual([]);
    // Nothing else was wrong with it.
    expect(await enter(tokenOf(user))).toBe(user.id);
  });

  test.each<[string, Record<string, unknown>]>([
    ['without exp', { exp: undefined }],
    ['whose exp is a text', { exp: String(secondsFromNow(3600)) }],
    ['whose exp is null', { exp: null }],
    ['whose exp no calendar has', { exp: 1e300 }],
    ['whose exp has passed', { exp: secondsFromNow(-1) }],
    ['that expires before 1970', { exp: -1 }],
    ['whose nbf is in the future', { nbf: secondsFromNow(60) }],
    ['whose nbf is a text', { nbf: 'soon' }],
    ['whose iat is in the future', { iat: secondsFromNow(60) }],
    ['without iat', { iat: undefined }],
    ['whose iat is a text', { iat: '1' }],
    ['without sub', { sub: undefined }],
    ['whose sub is empty', { sub: '' }],
    ['whose sub is no id', { sub: { id: 1 } }],
    ['whose sub is not whole', { sub: 1.5 }],
    ['whose sub is true', { sub: true }],
    ['whose sub holds a NUL', { sub: '1\u0000' }],
    ['whose sub is longer than an old id', { sub: '1'.repeat(65) }],
    ['of an unknown user', { sub: 2_000_000_000 }],
  ])('a JWT %s is refused', async (_what, changed) => {
    const user = await comer(app);
    expect(await enter(tokenOf(user, changed))).toEqual(UNAUTHENTICATED);
    expect(await sessionsOf(user)).toEqual([]);
    expect(await enter(tokenOf(user))).toBe(user.id);
  });

  test('a JWT names nobody by the number that an account has here', async () => {
    const user = await comer(app);
    expect(await enter(signJwt(claimsOf(user.id)))).toEqual(UNAUTHENTICATED);
    expect(await enter(signJwt(claimsOf(`0${user.legacyId}`)))).toEqual(UNAUTHENTICATED);
  });

  test('a JWT names nobody by a number that an account was given here in the place of an old id', async () => {
    const user = await comer(app);
    await app.sql('update legacy_ids set given = true where user_id = ?', [user.id]);
    expect(await enter(tokenOf(user))).toEqual(UNAUTHENTICATED);
  });

  test('a JWT names nobody by an old id of another system', async () => {
    const user = await comer(app);
    await app.sql(`update legacy_ids set system = 'anlife' where user_id = ?`, [user.id]);
    expect(await enter(tokenOf(user))).toEqual(UNAUTHENTICATED);
  });

  test('the clock of the old server may be a few seconds ahead', async () => {
    const user = await comer(app);
    const soon = secondsFromNow(5);
    expect(await enter(tokenOf(user, { iat: soon, nbf: soon }))).toBe(user.id);
  });

  test.each([
    ['disabled', 2],
    ['cancelled', 3],
  ])('a JWT of a %s account is refused', async (_what, status) => {
    const user = await comer(app);
    await app.sql('update users set status = ? where id = ?', [status, user.id]);
    expect(await enter(tokenOf(user))).toEqual(UNAUTHENTICATED);
    expect([await sessionsOf(user), await eventsOf(user)]).toEqual([[], []]);
  });

  test('without PLUS_JWT_SECRET no JWT is good', async () => {
    expect(await enter(tokenOf(await comer(app)), without)).toEqual(UNAUTHENTICATED);
  });
});

/** What ends every session of an account: `end` makes the request. */
const ENDS: [string, (user: Comer) => Promise<() => Promise<unknown>>][] = [
  [
    'logging out everywhere',
    async (user) => {
      const token = tokenOf(user);
      await enter(token);
      return () => app.client.data('mutation { logout(everywhere: true) }', {}, token);
    },
  ],
  [
    'setting a password',
    async (user) => {
      const token = tokenOf(user);
      await enter(token);
      return () => mutate(app.client, 'changePassword', { password: PASSWORD }, token);
    },
  ],
  [
    'retrieving the password',
    async ({ phone }) => {
      const code = await app.client.sendCode(phone, ['RETRIEVE']);
      return () => mutate(app.client, 'retrievePassword', { phone, code, password: PASSWORD });
    },
  ],
  [
    'disabling the account and enabling it again',
    async ({ id }) => {
      const administrator = await app.client.register();
      await setAbilityAt(app, administrator, '[user] Disabled User', true);
      const act = (name: string) =>
        app.client.data(`mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id }, administrator.token);
      return async () => {
        await act('disableUser');
        await act('enableUser');
      };
    },
  ],
];

describe('ending the sessions of who came from ThinkSNS+', () => {
  test.each(ENDS)('%s ends a JWT that was used, at every instance', async (_what, prepare) => {
    const user = await comer(app);
    const token = tokenOf(user);
    const end = await prepare(user);
    expect([await enter(token), await enter(token, other)]).toEqual([user.id, user.id]);
    await end();
    expect([await enter(token), await enter(token, other)]).toEqual([UNAUTHENTICATED, UNAUTHENTICATED]);
    expect(await whoIs(app.client, token)).toBeNull();
  });

  test.each(ENDS)('%s ends a JWT that nobody has used yet', async (_what, prepare) => {
    const user = await comer(app);
    const unused = tokenOf(user);
    await (await prepare(user))();
    expect([await enter(unused), await enter(unused, other)]).toEqual([UNAUTHENTICATED, UNAUTHENTICATED]);
    // What the old server gives out later is good.
    await app.sql(`update users set sessions_ended_at = now() - interval '2 minutes' where id = ?`, [
      user.id,
    ]);
    await app.sql(`update credentials set updated_at = now() - interval '2 minutes' where user_id = ?`, [
      user.id,
    ]);
    expect(await enter(tokenOf(user, { iat: secondsFromNow(-60) }))).toBe(user.id);
    expect(await enter(unused)).toEqual(UNAUTHENTICATED);
  });

  test.each(ENDS)(
    '%s while a JWT is used for the first time leaves it good for nobody',
    async (_what, prepare) => {
      const user = await comer(app);
      const tokens = Array.from({ length: 6 }, () => tokenOf(user));
      const end = await prepare(user);
      await Promise.all([
        ...tokens.slice(0, 3).map((token) => enter(token)),
        end(),
        ...tokens.slice(3).map((token) => enter(token, other)),
      ]);
      expect(await Promise.all(tokens.map((token) => enter(token)))).toEqual(
        tokens.map(() => UNAUTHENTICATED),
      );
    },
  );

  test('a JWT from before the password was set here is refused where nothing else was remembered', async () => {
    const user = await comer(app);
    await app.sql(
      `insert into credentials (user_id, password_hash, updated_at) values (?, 'x', now() - interval '10 minutes')`,
      [user.id],
    );
    expect(await enter(tokenOf(user, { iat: secondsFromNow(-900) }))).toEqual(UNAUTHENTICATED);
    expect(await enter(tokenOf(user, { iat: secondsFromNow(-300) }))).toBe(user.id);
  });

  test('a password that came with the account keeps no JWT out', async () => {
    const user = await comer(app);
    await app.sql(`insert into credentials (user_id, password_hash, imported) values (?, 'x', true)`, [
      user.id,
    ]);
    expect(await enter(tokenOf(user))).toBe(user.id);
  });

  test('a password that is hashed anew at a log-in keeps no JWT out', async () => {
    const { id, phone } = await app.client.register();
    const legacyId = await giveLegacyId(app, id, 'plus');
    await app.sql(`update credentials set updated_at = now() - interval '2 hours' where user_id = ?`, [id]);
    const hash = async () =>
      (
        await app.sql<{ password_hash: string }>('select password_hash from credentials where user_id = ?', [
          id,
        ])
      )[0];
    const before = await hash();
    const real = await app.world.start(REAL_HASHES);
    await logIn(real.client, phone);
    await real.close();
    expect(await hash()).not.toEqual(before);
    expect(await enter(tokenOf({ id, legacyId, phone }))).toBe(id);
  });
});

describe('a JWT that was ended', () => {
  /** A JWT that was used and then revoked from another session. */
  async function revoked(user: Comer, changed: Record<string, unknown> = {}): Promise<string> {
    const [token, second] = [tokenOf(user, changed), tokenOf(user)];
    await enter(token);
    const [mine] = (await app.client.data('{ sessions { id } }', {}, token)).sessions;
    await enter(second);
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) }';
    await app.client.data(revoke, { id: mine.id }, second);
    return token;
  }

  const livesOf = async (user: Comer) => (await sessionsOf(user)).map(({ live }) => live);

  test('a JWT that was revoked never becomes a session again', async () => {
    const user = await comer(app);
    const token = await revoked(user);
    for (const at of [app, other, app]) expect(await enter(token, at)).toEqual(UNAUTHENTICATED);
    expect(await livesOf(user)).toEqual([false, true]);
    expect(await eventsOf(user)).toEqual([
      'SESSION_ADOPTED plus',
      'SESSION_ADOPTED plus',
      'SESSION_REVOKED graphql',
    ]);
  });

  test('a JWT that was revoked never becomes a session again by another spelling of its signature', async () => {
    const user = await comer(app);
    const token = await revoked(user);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(token.at(-1) ?? '');
    const spellings = [1, 2, 3].map((spare) => token.slice(0, -1) + alphabet[last + spare]);
    const signature = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('hex');
    expect(spellings.map(signature)).toEqual(Array(3).fill(signature(token)));
    for (const spelling of spellings) expect(await enter(spelling)).toEqual(UNAUTHENTICATED);
    expect(await livesOf(user)).toEqual([false, true]);
  });

  test('a JWT that was revoked never becomes a session again after old sessions were purged', async () => {
    const user = await comer(app);
    const token = await revoked(user, { exp: secondsFromNow(86_400 * 365) });
    await app.sql(
      `update sessions set revoked_at = now() - interval '40 days' where user_id = ? and revoked_at is not null`,
      [user.id],
    );
    await runJob(jobsOf(app), 'purge-sessions');
    expect(await enter(token)).toEqual(UNAUTHENTICATED);
    expect(await livesOf(user)).toEqual([false, true]);
  });

  test('the row of a JWT goes 30 days after it expired', async () => {
    const user = await comer(app);
    await revoked(user);
    await app.sql(
      `update sessions set expires_at = now() - interval '31 days', token_expires_at = now() - interval '31 days'
       where user_id = ?`,
      [user.id],
    );
    await runJob(jobsOf(app), 'purge-sessions');
    expect(await livesOf(user)).toEqual([]);
  });

  test('a JWT whose revocation comes while it is used everywhere is refused from then on', async () => {
    const user = await comer(app);
    const [token, second] = [tokenOf(user), tokenOf(user)];
    await enter(token);
    const [mine] = (await app.client.data('{ sessions { id } }', {}, token)).sessions;
    await enter(second);
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) }';
    await Promise.all([
      ...Array.from({ length: 5 }, () => enter(token, other)),
      app.client.data(revoke, { id: mine.id }, second),
      ...Array.from({ length: 5 }, () => enter(token)),
    ]);
    expect([await enter(token), await enter(token, other)]).toEqual([UNAUTHENTICATED, UNAUTHENTICATED]);
    expect(await livesOf(user)).toEqual([false, true]);
  });
});

test('a JWT used ten times at once at two instances becomes one session, and all ten are answered', async () => {
  const user = await comer(app);
  const token = tokenOf(user);
  const answers = await atOnce(10, (index) => enter(token, index % 2 ? app : other));
  expect(tally(answers.map(String))).toEqual({ [String(user.id)]: 10 });
  expect((await sessionsOf(user)).map(({ live }) => live)).toEqual([true]);
  expect(await eventsOf(user)).toEqual(['SESSION_ADOPTED plus']);
});

test('several JWTs of one account become sessions of their own, all good', async () => {
  const user = await comer(app);
  const tokens = Array.from({ length: 6 }, () => tokenOf(user));
  expect(await Promise.all(tokens.map((token) => enter(token)))).toEqual(tokens.map(() => user.id));
  expect(await sessionsOf(user)).toHaveLength(6);
});

test('a database that takes no writes makes the first use of a JWT unavailable and leaves nothing behind', async () => {
  const user = await comer(app);
  const [used, unused] = [tokenOf(user), tokenOf(user)];
  await enter(used);
  await app.sql(`create function takes_none() returns trigger language plpgsql as
    $$ begin raise exception 'read-only' using errcode = '25006'; end $$`);
  await app.sql(`create trigger takes_none before insert on security_events
    for each row execute function takes_none()`);
  const answer = await send(app.url, 'GET', '/user', { token: unused });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await enter(used)).toBe(user.id);
  expect(await sessionsOf(user)).toHaveLength(1);
  await app.sql('drop trigger takes_none on security_events');
  expect(await enter(unused)).toBe(user.id);
});
