import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { wasLostWithin } from '../../src/infra/redis.watch.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { atOnce } from '../support/at-once.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { PASSWORD_DOORS } from '../support/doors.js';
import { ENDINGS, RETRIEVING, setAbilityAt } from '../support/endings.js';
import { logIn, mutate, whoIs } from '../support/operations.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** A Redis that answers and takes nothing, and one that takes everything and answers nothing. It has to be real. */

(RedisServer.isInstalled ? describe : describe.skip)(
  RedisServer.isInstalled
    ? 'a Redis in trouble'
    : 'a Redis in trouble (skipped: no redis-server is installed)',
  () => {
    let redis: RedisServer;
    let world: TestWorld;
    let a: TestApp;
    let b: TestApp;
    let account: Account;

    beforeAll(async () => {
      redis = await RedisServer.start();
      world = await createWorld();
      a = await world.start({ REDIS_URL: redis.url });
      b = await world.start({ REDIS_URL: redis.url });
      account = await a.client.register();
    });
    afterAll(async () => {
      redis.resume();
      await world.close();
      await redis.stop();
    });

    const isIn = async (app: TestApp, token: string) => (await whoIs(app.client, token)) !== null;
    const clientOf = (app: TestApp) => app.infrastructure.redis.client as Redis;
    const steady = () =>
      until('both are connected', () => [a, b].every((app) => clientOf(app).status === 'ready'));

    describe('a full Redis', () => {
      // What has to be counted may be refused, and then nothing has happened.
      const endings = ENDINGS.filter(([what]) => what !== RETRIEVING);

      test.each(endings)(
        'with a full Redis, %s ends the session at another gateway',
        async (_what, prepare) => {
          const owner = await a.client.register();
          const token = await logIn(a.client, owner.phone);
          const end = await prepare(a, owner, token);
          expect(await isIn(b, token)).toBe(true);
          await redis.whileFull(end);
          expect([await isIn(b, token), await isIn(a, token)]).toEqual([false, false]);
        },
      );

      test('with a full Redis, a code is neither checked nor used up, right or wrong', async () => {
        const phone = freshPhone();
        const code = await a.client.sendCode(phone, ['REGISTER']);
        const wrong = code === '000000' ? '000001' : '000000';
        await redis.whileFull(async () => {
          for (const one of [code, wrong]) {
            expect((await mutate(a.client, 'verify', { phone, code: one })).code).toBe('SERVICE_UNAVAILABLE');
            const input = { phone, code: one, password: PASSWORD };
            expect((await mutate(a.client, 'register', input)).code).toBe('SERVICE_UNAVAILABLE');
          }
        });
        expect(
          (await mutate(a.client, 'register', { phone, code, password: PASSWORD })).code,
        ).toBeUndefined();
      });

      test('with a full Redis, a revoked ability is gone at the other gateway', async () => {
        const [holder, target] = await atOnce(2, () => a.client.register());
        if (!holder || !target) throw new Error('nobody registered');
        await setAbilityAt(a, holder, '[user] Disabled User', true);
        const disable = () =>
          b.client.code(
            'mutation ($id: ID!) { disableUser(id: $id) { id } }',
            { id: target.id },
            holder.token,
          );
        expect(await disable()).toBeUndefined();
        await redis.whileFull(() => setAbilityAt(a, holder, '[user] Disabled User', false));
        expect(await disable()).toBe('FORBIDDEN');
      });

      test('with a full Redis, sessions are good, and reads are answered', async () => {
        await redis.whileFull(async () => {
          expect(await Promise.all([a, b].map((app) => isIn(app, account.token)))).toEqual([true, true]);
          expect((await a.client.data('{ rank { entries { amount } } }')).rank.entries).toEqual([]);
        });
      });
    });

    describe('a Redis that hangs', () => {
      /** Both gateways have noticed. */
      const hang = async () => {
        await steady();
        const noticed = [a, b].map((app) => once(clientOf(app), 'close'));
        redis.hang();
        await Promise.all(noticed);
      };
      const resume = async () => {
        redis.resume();
        await steady();
      };

      // First, while the cache is still believed.
      test.each([
        ['that was idle meanwhile', false],
        ['that asks all the time', true],
      ])('a session ended while Redis hung is ended for a gateway %s', async (_which, asks) => {
        const token = await logIn(a.client, account.phone);
        expect(await isIn(b, token)).toBe(true);
        await hang();
        await a.client.data('mutation { logout }', {}, token);
        if (asks) expect(await isIn(b, token)).toBe(false);
        await resume();
        for (let reads = 0; reads < 20; reads++) expect(await isIn(b, token)).toBe(false);
      });

      test('a Redis that hangs is hung up on without being asked, and then nobody waits for it', async () => {
        const asked: string[] = [];
        await hang();
        for (const app of [a, b]) {
          app.infrastructure.redis.client.get('x').catch((error: Error) => asked.push(error.message));
        }
        for (let round = 0; round < 20; round++) {
          expect(await isIn(a, account.token)).toBe(true);
          const { updateProfile } = await b.client.data(
            'mutation ($bio: String!) { updateProfile(input: { bio: $bio }) { bio } }',
            { bio: `round ${round}` },
            account.token,
          );
          expect(updateProfile.bio).toBe(`round ${round}`);
          expect((await a.client.data('{ rank { entries { amount } } }')).rank.entries).toEqual([]);
        }
        for (const [, door] of PASSWORD_DOORS) {
          expect(await door(a.client, { account: account.phone, password: PASSWORD })).toBe('unavailable');
        }
        expect((await fetch(`${a.url}/readyz?strict`)).status).toBe(503);
        expect(asked).toHaveLength(2);
        await resume();
        for (const [, door] of PASSWORD_DOORS) {
          expect(await door(a.client, { account: account.phone, password: PASSWORD })).toBe('ok');
        }
        expect((await fetch(`${a.url}/readyz?strict`)).status).toBe(200);
      });
    });

    test('a Redis that answers and takes no writes at all is not believed, once that is noticed', async () => {
      const token = await logIn(a.client, account.phone);
      expect(await isIn(b, token)).toBe(true);
      await redis.client.config('SET', 'min-replicas-to-write', '1');
      try {
        await until('both have noticed', () => [a, b].every((app) => wasLostWithin(clientOf(app), 500)));
        expect((await a.client.data('mutation { logout }', {}, token)).logout).toBe(true);
        expect([await isIn(b, token), await isIn(a, token)]).toEqual([false, false]);
      } finally {
        await redis.client.config('SET', 'min-replicas-to-write', '0');
      }
      expect([await isIn(b, token), await isIn(a, token)]).toEqual([false, false]);
    });

    test('a process that was busy does not blame Redis for it', async () => {
      await steady();
      let closed = 0;
      const client = clientOf(a).on('close', () => closed++);
      const answer = client.set('busy', '1');
      // The process stands still for longer than an answer of Redis may take.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
      expect(await answer).toBe('OK');
      expect(closed).toBe(0);
    });
  },
);
