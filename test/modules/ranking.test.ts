import type { DatabaseContext } from '../../src/context.js';
import { createRedis, type Redis, type RedisConnection } from '../../src/infra/redis.js';
import { CurrencyOrder } from '../../src/modules/ranking/currency-order.entity.js';
import { DailyIncome } from '../../src/modules/ranking/daily-income.entity.js';
import { addCurrency } from '../../src/modules/ranking/income.repository.js';
import { IncomeService } from '../../src/modules/ranking/income.service.js';
import type { RankRow } from '../../src/modules/ranking/ranking.repository.js';
import { RankingService } from '../../src/modules/ranking/ranking.service.js';
import { RankingSnapshots, snapshotKey } from '../../src/modules/ranking/ranking.snapshots.js';
import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { userLoader } from '../../src/modules/user/user.loader.js';
import { Currency } from '../../src/modules/wallet/currency.entity.js';
import { Vip } from '../../src/modules/wallet/vip.entity.js';
import { UserWalletResolver } from '../../src/modules/wallet/wallet.resolver.js';
import { WalletService } from '../../src/modules/wallet/wallet.service.js';
import { ABILITIES } from '../../src/policy.js';
import { outcomes, settledAtOnce } from '../support/at-once.js';
import { contextOf, createUser, openTestDatabase, type TestDatabase } from '../support/context.js';
import { openTestRedis, type TestRedis } from '../support/redis.js';

const CHENGDU = 510100;
const places = {
  cityByName: async (_ctx: DatabaseContext, name: string) => (name.startsWith('成都') ? CHENGDU : null),
};
const incomes = new IncomeService();

let redis: TestRedis;
/** Another connection to the same keys, as a second instance has it. */
let secondRedis: RedisConnection;
/** Redis that does not answer. */
const noRedis = new Proxy({} as Redis, { get: () => () => Promise.reject(new Error('gone')) });

let database: TestDatabase;
let key = 0;
beforeAll(async () => {
  database = await openTestDatabase();
  await database
    .fork()
    .execute(`insert into provinces (id, name) values (510000, '四川省') on conflict do nothing`);
  await database
    .fork()
    .execute(
      `insert into cities (id, name, province_id) values (?, '成都市', 510000) on conflict do nothing`,
      [CHENGDU],
    );
});
afterAll(() => database.close());
beforeEach(async () => {
  redis = openTestRedis();
  secondRedis = createRedis(redis.config);
  await database.fork().execute('truncate users cascade');
});
afterEach(async () => {
  await secondRedis.close();
  await redis.close();
});

const as = (userId: number) => contextOf(database, userId);
const asNobody = () => contextOf(database);
const teller = () => contextOf(database, 1, [ABILITIES.recordIncome]);
const newService = (client: Redis = redis.client) => new RankingService(database, client, places);

async function earn(userId: number, amount: number): Promise<void> {
  key += 1;
  await incomes.record(teller(), { userId, amount, key: `key ${key}` });
}

/** What an income of an earlier day has left behind. */
async function earnBefore(userId: number, amount: number, days: number): Promise<void> {
  const em = database.fork();
  await em.execute(
    `insert into daily_incomes (user_id, day, amount) values (?, (now() at time zone 'Asia/Shanghai')::date - ?::int, ?)`,
    [userId, days, amount],
  );
  await addCurrency(em, userId, amount);
}

describe('income ranking', () => {
  it('the ranking runs from the most points to the fewest, ties by number, without idle, disabled and deleted users', async () => {
    const [first, second, third] = [
      await createUser(database),
      await createUser(database),
      await createUser(database),
    ];
    await createUser(database);
    const disabled = await createUser(database, { status: UserStatus.DISABLED });
    await earn(second, 50);
    await earn(first, 20);
    await earn(first, 30);
    await earn(third, 70);
    await earn(disabled, 100);
    const { entries, mine } = await newService().rank(asNobody(), {});
    expect(entries.map(({ position, user, amount }) => [position, user.id, amount])).toEqual([
      [1, third, 70],
      [2, first, 50],
      [3, second, 50],
    ]);
    expect(mine).toBeNull();
  });

  it('the ranking of the last days goes by the calendar, today included', async () => {
    const user = await createUser(database);
    await earn(user, 1);
    await earnBefore(user, 10, 1);
    await earnBefore(user, 100, 6);
    await earnBefore(user, 1000, 7);
    const amountOf = async (days: number | null) =>
      (await newService().rank(as(user), { days })).mine?.amount;
    expect(await amountOf(1)).toBe(1);
    expect(await amountOf(2)).toBe(11);
    expect(await amountOf(7)).toBe(111);
    for (const all of [null, 0, -3, 2_147_483_647]) expect(await amountOf(all)).toBe(1111);
  });

  it('the ranking of a city shows callers only in their own', async () => {
    const local = await createUser(database, { cityId: CHENGDU });
    const stranger = await createUser(database);
    await earn(local, 5);
    await earn(stranger, 9);
    const inCity = await newService().rank(as(local), { city: '成都' });
    expect(inCity.entries.map((entry) => entry.user.id)).toEqual([local]);
    expect(inCity.mine).toMatchObject({ position: 1, amount: 5 });
    expect((await newService().rank(as(stranger), { city: '成都市' })).mine).toBeNull();
    expect(await newService().rank(as(local), { city: '亚特兰蒂斯' })).toMatchObject({
      entries: [],
      mine: null,
    });
  });

  it('the ranking has a thousand places; beyond them the caller has a sum but no place', async () => {
    await database.fork().execute(
      `with made as (
         insert into users (name) select 'rich_' || number from generate_series(1, 1005) number returning id
       ), booked as (
         insert into daily_incomes (user_id, day, amount) select id, current_date, 100 from made
       ) insert into currencies (user_id, sum, total_income) select id, 100, 100 from made`,
    );
    const poor = await createUser(database);
    await earn(poor, 3);
    const ranking = await newService().rank(as(poor), { first: 5000 });
    expect(ranking.entries).toHaveLength(1000);
    expect(ranking.mine).toMatchObject({ position: null, amount: 3 });
    const thisWeek = await newService().rank(as(poor), { days: 7, first: 5000 });
    expect(thisWeek.entries.map((entry) => entry.user.id)).toEqual(
      ranking.entries.map((entry) => entry.user.id),
    );
    expect(thisWeek.mine).toMatchObject({ position: null, amount: 3 });
    expect((await newService().rank(asNobody(), {})).entries).toHaveLength(100);
    await expect(newService().rank(asNobody(), { first: 0 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('the ranking leaves out at once a user who is disabled after it was computed', async () => {
    const [best, next] = [await createUser(database), await createUser(database)];
    await earn(best, 2);
    await earn(next, 1);
    await newService().rank(asNobody(), {});
    await database.fork().nativeUpdate(User, { id: best }, { status: UserStatus.DISABLED });
    const { entries } = await newService().rank(asNobody(), {});
    expect(entries.map(({ position, user }) => [position, user.id])).toEqual([[2, next]]);
  });

  it('the ranking is read from the database while Redis is gone', async () => {
    const user = await createUser(database);
    await earn(user, 7);
    const { entries } = await newService(noRedis).rank(asNobody(), {});
    expect(entries.map((entry) => entry.amount)).toEqual([7]);
  });
});

describe('ranking snapshots', () => {
  const WINDOW = { days: 7, cityId: null };

  /** Two instances over one Redis, and a computation that waits to be let go. */
  function cluster() {
    const done = Promise.withResolvers<RankRow[]>();
    // It may fail before anybody waits for it.
    done.promise.catch(() => undefined);
    const compute = jest.fn(() => done.promise);
    const instances = [
      new RankingSnapshots(redis.client, compute),
      new RankingSnapshots(secondRedis.client, compute),
    ];
    return { instances: instances as [RankingSnapshots, RankingSnapshots], compute, done };
  }

  const locks = async () => (await redis.keys()).filter((key) => key.endsWith(':lock'));

  const store = (age: number) =>
    redis.client.set(snapshotKey(WINDOW), JSON.stringify({ computedAt: Date.now() - age, rows: [[1, 10]] }));

  it('a snapshot of the ranking is computed once for all who ask first, at every instance', async () => {
    const { instances, compute, done } = cluster();
    const asked = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? instances[0] : instances[1]).get(WINDOW),
    );
    done.resolve([[3, 30]]);
    const answers = await Promise.all(asked);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(answers.map((answer) => answer.rows)).toEqual(Array(40).fill([[3, 30]]));
    expect(await redis.client.pttl(snapshotKey(WINDOW))).toBeGreaterThan(180_000);
    expect(await locks()).toEqual([]);
  });

  it('a snapshot of the ranking is not computed again for three minutes', async () => {
    const { instances, compute } = cluster();
    await store(179_000);
    expect((await instances[0].get(WINDOW)).rows).toEqual([[1, 10]]);
    expect(compute).not.toHaveBeenCalled();
  });

  it('a snapshot of the ranking is served stale while one instance takes long to compute', async () => {
    const { instances, compute, done } = cluster();
    await store(181_000);
    const answers = await Promise.all(instances.map((instance) => instance.get(WINDOW)));
    for (const { rows } of answers) expect(rows).toEqual([[1, 10]]);
    expect(compute).toHaveBeenCalledTimes(1);
    done.resolve([[3, 30]]);
    await until(async () => (await locks()).length === 0);
    expect((await instances[1].get(WINDOW)).rows).toEqual([[3, 30]]);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('a snapshot of the ranking older than three minutes is waited for, at every instance', async () => {
    const { instances, compute, done } = cluster();
    await store(181_000);
    const asked = instances.map((instance) => instance.get(WINDOW));
    await until(() => compute.mock.calls.length > 0);
    done.resolve([[3, 30]]);
    for (const { rows } of await Promise.all(asked)) expect(rows).toEqual([[3, 30]]);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('a snapshot of the ranking is served stale when no new one can be made', async () => {
    const { instances, done } = cluster();
    await store(181_000);
    done.reject(new Error('no database'));
    expect((await instances[0].get(WINDOW)).rows).toEqual([[1, 10]]);
  });

  it('a snapshot of the ranking that nobody read for long is not served: callers wait for a new one', async () => {
    const { instances, compute, done } = cluster();
    const before = Date.now();
    await store(359_500);
    const asked = instances.map((instance) => instance.get(WINDOW));
    await until(() => compute.mock.calls.length > 0);
    done.resolve([[3, 30]]);
    for (const answer of await Promise.all(asked)) {
      expect(answer.rows).toEqual([[3, 30]]);
      expect(answer.computedAt).toBeGreaterThanOrEqual(before);
    }
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('a snapshot of the ranking may be tried again after a failure', async () => {
    const { instances, done } = cluster();
    done.reject(new Error('no database'));
    await expect(instances[0].get(WINDOW)).rejects.toThrow('no database');
    const working = new RankingSnapshots(redis.client, async () => [[3, 30]]);
    expect((await working.get(WINDOW)).rows).toEqual([[3, 30]]);
  });
});

/** Lets others run until it holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

test('of new rankings asked for at once one is computed, twenty wait, and the others are refused', async () => {
  const service = newService();
  const results = await settledAtOnce(60, (index) => service.rank(contextOf(database), { days: index + 1 }));
  const { ok = 0, SERVICE_UNAVAILABLE: refused = 0 } = outcomes(results);
  expect(ok + refused).toBe(60);
  expect(ok).toBeGreaterThanOrEqual(21);
  expect(refused).toBeGreaterThan(0);
});

describe('incomes', () => {
  it('an income is booked once per key', async () => {
    const [user, other] = [await createUser(database), await createUser(database)];
    const income = { userId: user, amount: 5, key: 'order-1', title: ' 签到 ' };
    const order = await incomes.record(teller(), income);
    expect(order).toMatchObject({ userId: user, amount: 5, key: 'order-1', title: '签到' });
    expect(await incomes.record(teller(), income)).toEqual(order);
    for (const changed of [{ amount: 6 }, { userId: other }]) {
      const refused = incomes.record(teller(), { ...income, ...changed });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'key' } });
    }
  });

  it.each([
    ['amount', 0],
    ['amount', 1.5],
    ['amount', 1_000_000_000_001],
    ['key', ' '],
    ['key', 'k'.repeat(101)],
    ['title', 'a\0b'],
    ['title', '长'.repeat(101)],
  ])('an income with %s = %j is refused', async (field, value) => {
    const userId = await createUser(database);
    const refused = incomes.record(teller(), { userId, amount: 1, key: 'k', [field]: value });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field } });
  });

  it('an income needs an existing user', async () => {
    const user = await createUser(database);
    const income = { userId: user, amount: 1, key: 'k' };
    const unknown = incomes.record(teller(), { ...income, userId: 2_147_483_647 });
    await expect(unknown).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('incomes add up exactly, with the same and with different keys at once', async () => {
    const other = await database.another();
    const users = await Promise.all(Array.from({ length: 4 }, () => createUser(database)));
    const results = await settledAtOnce(80, (index) => {
      const half = index % 40;
      const ctx = contextOf(index % 2 ? database : other, 1, ['*']);
      return incomes.record(ctx, { userId: users[half % 4] ?? 0, amount: half + 1, key: `batch-${half}` });
    });
    expect(outcomes(results)).toEqual({ ok: 80 });
    const em = database.fork();
    for (const [index, userId] of users.entries()) {
      const total = 10 * (index + 1) + 4 * 45;
      expect(await em.findOneOrFail(Currency, { userId })).toMatchObject({ sum: total, totalIncome: total });
      expect((await em.findOneOrFail(DailyIncome, { userId })).amount).toBe(total);
    }
  });

  it('an income is booked with its day and its points, or not at all', async () => {
    const user = await createUser(database);
    await earn(user, 1);
    await database.fork().nativeUpdate(Currency, { userId: user }, { sum: Number.MAX_SAFE_INTEGER - 1 });
    const income = { userId: user, amount: 5, key: 'too much' };
    const refused = incomes.record(teller(), income);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'amount' } });
    const em = database.fork();
    expect(await em.count(CurrencyOrder, { key: income.key })).toBe(0);
    expect((await em.findOneOrFail(DailyIncome, { userId: user })).amount).toBe(1);
    expect(await em.findOneOrFail(Currency, { userId: user })).toMatchObject({
      sum: Number.MAX_SAFE_INTEGER - 1,
      totalIncome: 1,
    });
  });

  it('an income with one key for different users at once is booked for one of them', async () => {
    const users = await Promise.all(Array.from({ length: 40 }, () => createUser(database)));
    const results = await settledAtOnce(40, (index) =>
      incomes.record(teller(), { userId: users[index] ?? 0, amount: 1, key: 'one' }),
    );
    expect(outcomes(results)).toEqual({ ok: 1, INVALID_INPUT: 39 });
    expect(await database.fork().count(Currency)).toBe(1);
  });
});

describe('wallet fields', () => {
  const fields = new UserWalletResolver(new WalletService());
  const load = async (userId: number) => (await userLoader(asNobody()).load(userId)) as User;

  it('wallet fields are zero without rows', async () => {
    const id = await createUser(database);
    const user = await load(id);
    expect(await fields.currency(as(id), user)).toMatchObject({ sum: 0 });
    expect(await fields.wallet(as(id), user)).toMatchObject({ balance: 0, totalIncome: 0, totalExpenses: 0 });
  });

  it('wallet fields show points in hand, and a membership while it runs', async () => {
    const [member, former] = [await createUser(database), await createUser(database)];
    await earn(member, 12);
    const em = database.fork();
    const vip = { level: 'middle', name: '钻石会员' };
    await em.insert(Vip, { ...vip, userId: member, endTime: new Date(Date.now() + 60_000) } as never);
    await em.insert(Vip, { ...vip, userId: former, endTime: new Date(Date.now() - 60_000) } as never);
    const ctx = as(member);
    expect(await fields.currency(ctx, await load(member))).toMatchObject({ sum: 12 });
    expect(await fields.vip(ctx, await load(member))).toMatchObject(vip);
    expect(await fields.vip(ctx, await load(former))).toBeNull();
  });
});
