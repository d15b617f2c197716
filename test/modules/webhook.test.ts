import { WebhookService } from '../../src/modules/event/webhook.service.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { commandIn } from '../support/command-line.js';
import { until } from '../support/until.js';
import { isSignedBy, takes, WebhookReceiver } from '../support/webhook-receiver.js';

let world: TestWorld;
let app: TestApp;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ WEBHOOK_CONCURRENCY: '20', WEBHOOK_TIMEOUT_MS: '1000' });
});
afterAll(async () => {
  await world.close();
  for (const receiver of receivers) await receiver.close();
});

/** One value of the command line, which has to succeed. */
async function cli<T = Record<string, unknown>>(...argv: string[]): Promise<T> {
  const { code, stdout, stderr } = await commandIn(world, ['--json', ...argv]);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const UPDATE = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';

interface Hook {
  id: number;
  secret: string;
  receiver: WebhookReceiver;
}

const hooks: Hook[] = [];

async function addHook(...options: string[]): Promise<Hook> {
  const receiver = await WebhookReceiver.open();
  receivers.push(receiver);
  const { id, secret } = await cli<{ id: number; secret: string }>(
    'webhook',
    'add',
    receiver.url,
    ...options,
  );
  const hook = { id, secret, receiver };
  hooks.push(hook);
  return hook;
}

afterEach(async () => {
  for (const { id } of hooks.splice(0)) await cli('webhook', 'remove', String(id));
});

const rename = (userId: number, nickname: string) =>
  app.sql('update users set nickname = ? where id = ?', [nickname, userId]);
const follow = (token: string, id: number) =>
  app.client.data('mutation ($id: ID!) { follow(userId: $id) { id } }', { id: String(id) }, token);
const countOf = async (sql: string, params: unknown[] = []): Promise<number> =>
  (await app.sql<{ count: number }>(`select count(*)::int as count from ${sql}`, params))[0]?.count ?? 0;
/** Lets the next try of everything that waits begin now. */
const hurry = ({ id }: Hook) =>
  app.sql(
    'update webhook_deliveries set next_try_at = now() where webhook_id = ? and next_try_at > now() and last_error is not null',
    [id],
  );
/** Waits until it is so, and meanwhile lets what has failed be tried again: not so often that it takes tries under way for it. */
async function untilHurried(what: string, hook: Hook, isSo: () => Promise<boolean> | boolean): Promise<void> {
  let next = 0;
  const check = async () => {
    if (performance.now() >= next) {
      await hurry(hook);
      next = performance.now() + 3000;
    }
    return isSo();
  };
  await until(what, check, 90_000);
}
const backlogOf = async ({ id }: Hook) => {
  const all = await cli<{ id: number; pending: number; parked: number; lastError: string | null }[]>(
    'webhook',
    'list',
  );
  return all.find((one) => one.id === id);
};

describe('webhooks', () => {
  test('what happens to an account comes to a webhook that was added, signed, within seconds', async () => {
    const { receiver, secret } = await addHook('--events', 'user.*');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { id, token } = await app.client.register();
    await app.client.data(UPDATE, { input: { nickname: 'Felix', bio: 'cat' } }, token);
    await takes(receiver, 2);
    const [registered, updated] = receiver.taken;
    expect(registered).toMatchObject({ type: 'user.registered', data: { user_id: String(id) } });
    expect(Object.keys(registered?.data ?? {})).toEqual(['user_id']);
    expect(updated).toMatchObject({
      type: 'user.updated',
      data: { user_id: String(id), changed: ['bio', 'nickname'] },
    });
    for (const event of receiver.taken) {
      expect(isSignedBy(secret, event)).toBe(true);
      expect(event.headers['content-type']).toBe('application/json');
      expect(Math.abs(Date.now() - Date.parse(event.timestamp))).toBeLessThan(60_000);
    }
    expect(registered?.id).not.toBe(updated?.id);
    await until('nothing is left', async () => (await countOf('webhook_deliveries')) === 0);
  });

  test('each webhook gets the types it asked for, and private values only where it was added for them', async () => {
    const some = await addHook('--events', 'user.phone_changed,follow.*');
    const all = await addHook('--private');
    const one = await app.client.register();
    const two = await app.client.register();
    await follow(one.token, two.id);
    await app.sql(`update users set phone = '19900000007' where id = ?`, [one.id]);
    await takes(all.receiver, 4);
    await takes(some.receiver, 2);
    expect(some.receiver.taken.map(({ type, data }) => [type, data])).toEqual([
      ['follow.created', { user_id: String(one.id), followee_id: String(two.id) }],
      ['user.phone_changed', { user_id: String(one.id), changed: ['phone'] }],
    ]);
    const told = all.receiver.taken.filter(({ data }) => data.user_id === String(one.id));
    expect(told.map(({ type, data }) => [type, data.phone])).toEqual([
      ['user.registered', one.phone],
      ['follow.created', undefined],
      ['user.phone_changed', '19900000007'],
    ]);
    expect(some.secret).not.toBe(all.secret);
  });

  test('a failed event holds back the later ones of its account at that webhook, and nobody else', async () => {
    const [flaky, sound] = [await addHook('--events', 'user.*'), await addHook('--events', 'user.*')];
    const [one, two] = [await app.client.register(), await app.client.register()];
    await takes(flaky.receiver, 2);
    flaky.receiver.answer = ({ data }) => (data.user_id === String(one.id) ? 500 : 204);
    await rename(one.id, 'a');
    await until('it was tried', () => flaky.receiver.tried.length === 3);
    await app.sql('update users set bio = ? where id = ?', ['b', one.id]);
    await app.sql('update users set status = 2 where id = ?', [one.id]);
    await rename(two.id, 'c');
    await takes(sound.receiver, 6);
    await takes(flaky.receiver, 3);
    expect(flaky.receiver.typesOf(two.id)).toEqual(['user.registered', 'user.updated']);
    expect(flaky.receiver.tried).toHaveLength(4);
    expect(await backlogOf(flaky)).toMatchObject({ pending: 3, parked: 0, lastError: 'STATUS_500' });
    const [head] = await app.sql<{ seconds: number }>(
      `select extract(epoch from next_try_at - now())::float8 as seconds from webhook_deliveries
       where webhook_id = ? and next_try_at is not null`,
      [flaky.id],
    );
    expect(head?.seconds).toBeGreaterThan(0);
    expect(head?.seconds).toBeLessThanOrEqual(11);

    flaky.receiver.answer = () => 204;
    await hurry(flaky);
    await takes(flaky.receiver, 6);
    const order = sound.receiver.taken.filter(({ data }) => data.user_id === String(one.id));
    expect(order.map(({ type }) => type)).toEqual([
      'user.registered',
      'user.updated',
      'user.updated',
      'user.disabled',
    ]);
    expect(
      flaky.receiver.taken.filter(({ data }) => data.user_id === String(one.id)).map(({ id }) => id),
    ).toEqual(order.map(({ id }) => id));
    const tries = flaky.receiver.tried.filter(({ id }) => id === order[1]?.id);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    expect(tries.map((event) => isSignedBy(flaky.secret, event))).toEqual([true, true]);
  });

  test('events of one account come in order from several gateways while many tries fail', async () => {
    const others = [
      await world.start({ WEBHOOK_CONCURRENCY: '5' }),
      ...(world.database.pglite ? [] : [await world.start({ WEBHOOK_CONCURRENCY: '5' })]),
    ];
    const hook = await addHook('--events', 'user.updated');
    const { receiver } = hook;
    const accounts = await Promise.all(Array.from({ length: 4 }, () => app.client.register()));
    let tries = 0;
    receiver.answer = () => (tries++ % 6 === 1 ? 500 : 204);
    for (let turn = 0; turn < 8; turn++) {
      await Promise.all(accounts.map(({ id }) => rename(id, `turn ${turn}`)));
    }
    await untilHurried('all are taken', hook, () => new Set(receiver.taken.map(({ id }) => id)).size >= 32);
    for (const account of accounts) {
      const own = receiver.taken.filter(({ data }) => data.user_id === String(account.id));
      const numbers = own.map(({ id }) => Number(id.split('_')[2]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(8);
    }
    for (const other of others) await other.close();
  });

  test('an event that is committed late is delivered although later numbers are gone already', async () => {
    const { receiver } = await addHook('--events', 'user.updated');
    const one = await app.client.register();
    const rows = 'insert into account_events (id, user_id, type, data) values (?, ?, ?, ?)';
    const [{ id: reserved = 0 } = {}] = await app.sql<{ id: number }>(
      `select nextval('account_events_id_seq')::int as id`,
    );
    await rename(one.id, 'later');
    await takes(receiver, 1);
    await until('it is settled', async () => (await countOf('webhook_deliveries')) === 0);
    // The number was given to a transaction that commits only now.
    await app.sql(rows, [reserved, one.id, 'user.updated', '{"changed": ["late"]}']);
    await takes(receiver, 2);
    expect(receiver.taken[1]?.data.changed).toEqual(['late']);
    expect(receiver.taken[1]?.id).toMatch(new RegExp(`_${reserved}$`));
  });

  test('a receiver that hangs holds up neither other webhooks nor other accounts', async () => {
    const [hanging, sound] = [await addHook('--events', 'user.*'), await addHook('--events', 'user.*')];
    const one = await app.client.register();
    await takes(hanging.receiver, 1);
    hanging.receiver.answer = ({ data }) => (data.user_id === String(one.id) ? 'hang' : 204);
    await rename(one.id, 'hangs');
    await until('it hangs', () => hanging.receiver.tried.length === 2);
    const two = await app.client.register();
    await takes(sound.receiver, 3);
    await takes(hanging.receiver, 2);
    expect(hanging.receiver.typesOf(two.id)).toEqual(['user.registered']);
    await until('it is given back', async () => (await backlogOf(hanging))?.lastError === 'TIMEOUT');
    hanging.receiver.answer = () => 204;
    await hurry(hanging);
    await takes(hanging.receiver, 3);
  });

  test('a receiver that is out is tried with one event at a time, and loses none when it is back', async () => {
    const hook = await addHook('--events', 'user.updated');
    const { receiver } = hook;
    receiver.answer = () => 503;
    await app.sql(`insert into users (name) select 'out_' || n from generate_series(1, 200) n`);
    await app.sql(`update users set nickname = 'x' where starts_with(name, 'out_')`);
    // Ten in a row say that it is out; those under way by then end as well, and after that there is one at a time.
    await until('it was tried for a while', () => receiver.tried.length >= 22);
    const before = receiver.tried.length;
    expect(before).toBeLessThan(40);
    receiver.answer = () => 204;
    await untilHurried(
      'it has them all',
      hook,
      async () => (await countOf('webhook_deliveries where webhook_id = ?', [hook.id])) === 0,
    );
    expect(new Set(receiver.taken.map(({ data }) => data.user_id)).size).toBe(200);
  });

  test('what is not taken for three days is parked, lets the next one pass, and can be replayed', async () => {
    const { receiver, ...rest } = await addHook('--events', 'user.*');
    const hook = { receiver, ...rest };
    const { id } = await app.client.register();
    await takes(receiver, 1);
    receiver.answer = ({ data }) => (String(data.changed) === 'nickname' ? 400 : 204);
    await rename(id, 'refused');
    await until('it was refused', async () => (await backlogOf(hook))?.lastError === 'STATUS_400');
    await app.sql(`update users set bio = 'held back' where id = ?`, [id]);
    await until('it waits', async () => (await backlogOf(hook))?.pending === 2);
    expect(receiver.typesOf(id)).toEqual(['user.registered']);
    await app.sql(
      `update webhook_deliveries set give_up_at = now() where webhook_id = ? and last_error is not null`,
      [hook.id],
    );
    await hurry(hook);
    await takes(receiver, 2);
    expect(receiver.taken[1]?.data.changed).toEqual(['bio']);
    await until('it is parked', async () => (await backlogOf(hook))?.pending === 0);
    expect(await backlogOf(hook)).toMatchObject({ pending: 0, parked: 1, lastError: 'STATUS_400' });

    receiver.answer = () => 204;
    expect(await cli('webhook', 'replay', String(hook.id))).toEqual({ id: hook.id, replayed: 1 });
    await takes(receiver, 3);
    expect(receiver.taken[2]?.data.changed).toEqual(['nickname']);
    expect(receiver.taken[2]?.id).toBe(receiver.tried[1]?.id);
    await until('nothing is left', async () => (await backlogOf(hook))?.parked === 0);
  });

  test('a replay since a time sends what was delivered once more, in order and under the same ids', async () => {
    const hook = await addHook('--events', 'user.updated');
    const { receiver } = hook;
    const [one, two] = [await app.client.register(), await app.client.register()];
    await rename(one.id, 'before');
    await takes(receiver, 1);
    const [{ now = '' } = {}] = await app.sql<{ now: string }>(
      `select to_json(clock_timestamp())#>>'{}' as now`,
    );
    for (const nickname of ['a', 'b', 'c']) for (const { id } of [one, two]) await rename(id, nickname);
    await takes(receiver, 7);
    const first = receiver.taken.slice(1);
    const since = new Date(now).toISOString();
    expect(await cli('webhook', 'replay', String(hook.id), '--since', since)).toEqual({
      id: hook.id,
      replayed: 6,
    });
    await takes(receiver, 13);
    const again = receiver.taken.slice(7);
    for (const { id } of [one, two]) {
      const idsIn = (events: typeof again) =>
        events.filter(({ data }) => data.user_id === String(id)).map((event) => event.id);
      expect(idsIn(again)).toEqual(idsIn(first));
    }
    expect((await commandIn(world, ['webhook', 'replay', '999'])).stderr).toContain('(id)');
    expect((await commandIn(world, ['webhook', 'replay', '1', '--since', '2026-02-30'])).code).toBe(2);
  });

  test('after a rotation both secrets sign, and once the old one has had its day the new one alone', async () => {
    const hook = await addHook('--events', 'user.updated');
    const { receiver } = hook;
    const { id } = await app.client.register();
    const { secret, oldSecretUntil } = await cli<{ secret: string; oldSecretUntil: string }>(
      'webhook',
      'rotate',
      String(hook.id),
    );
    expect(Date.parse(oldSecretUntil)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    await until('the rotation is taken up', async () => {
      await rename(id, Math.random().toString());
      return receiver.taken.some((event) => isSignedBy(secret, event));
    });
    // No event was without the old signature, whichever side has changed first.
    expect(receiver.taken.every((event) => isSignedBy(hook.secret, event))).toBe(true);
    expect(receiver.taken.at(-1)?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    await app.sql('update webhooks set old_secret_until = now() where id = ?', [hook.id]);
    await until('the old secret is gone', async () => {
      await rename(id, Math.random().toString());
      return receiver.taken.some((event) => isSignedBy(secret, event) && !isSignedBy(hook.secret, event));
    });
    expect((await commandIn(world, ['webhook', 'list'])).stdout).not.toContain('whsec_');
    expect(JSON.stringify(await app.sql('select * from webhooks'))).not.toContain(secret.slice(6));
  });

  test('a removed webhook is told nothing more, nor what it had not got', async () => {
    const hook = await addHook();
    hook.receiver.answer = () => 500;
    await app.client.register();
    await until('it is tried', () => hook.receiver.tried.length > 0);
    await cli('webhook', 'remove', String(hook.id));
    hooks.splice(hooks.indexOf(hook), 1);
    expect(await countOf('webhook_deliveries where webhook_id = ?', [hook.id])).toBe(0);
    const before = hook.receiver.tried.length;
    const other = await addHook();
    await app.client.register();
    await takes(other.receiver, 1);
    expect(hook.receiver.tried).toHaveLength(before);
    expect((await commandIn(world, ['webhook', 'remove', String(hook.id)])).code).toBe(1);
  });

  test('webhooks are refused with URLs, events and numbers of them that make no sense', async () => {
    const add = async (...argv: string[]) => {
      const { code, stderr } = await commandIn(world, ['webhook', 'add', ...argv]);
      return [code, stderr];
    };
    for (const url of [
      'nowhere',
      'ftp://example.com',
      'https://user:secret@example.com',
      `https://x.y/${'a'.repeat(2000)}`,
    ]) {
      expect(await add(url)).toEqual([1, expect.stringContaining('(url)')]);
    }
    for (const types of ['user.unknown', 'user', 'x.*', '']) {
      expect(await add('https://example.com', '--events', types)).toEqual([
        2,
        expect.stringContaining('no event'),
      ]);
    }
    await app.sql(
      `insert into webhooks (url, types, key_id, encrypted_secret)
       select 'https://example.com', '{none}', '', '' from generate_series(1, 50)`,
    );
    expect(await add('https://example.com')).toEqual([1, expect.stringContaining('(webhooks)')]);
    await app.sql(`delete from webhooks where key_id = ''`);

    // In production without TLS only where ranges are allowed.
    const { em } = app.infrastructure.database;
    const addIn = (url: string, networks: string[]) =>
      new WebhookService(app.services.secretBox, { production: true, WEBHOOK_NETWORKS: networks }).add(
        { em },
        { url, types: ['*'], private: false },
      );
    await expect(addIn('http://10.0.0.1/', [])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    for (const { webhook } of [
      await addIn('http://10.0.0.1/', ['10.0.0.0/8']),
      await addIn('https://10.0.0.1/', []),
    ]) {
      await cli('webhook', 'remove', String(webhook.id));
    }
  });
});
