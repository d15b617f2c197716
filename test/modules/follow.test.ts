import type { SignedInContext } from '../../src/context.js';
import { Block } from '../../src/modules/follow/block.entity.js';
import { BlockService } from '../../src/modules/follow/block.service.js';
import { Follow } from '../../src/modules/follow/follow.entity.js';
import { UserFollowResolver } from '../../src/modules/follow/follow.resolver.js';
import { FollowService } from '../../src/modules/follow/follow.service.js';
import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { userLoader } from '../../src/modules/user/user.loader.js';
import { UserExtraResolver } from '../../src/modules/user/user-extra.resolver.js';
import { outcomes, settledAtOnce } from '../support/at-once.js';
import { contextOf, createUser, openTestDatabase, type TestDatabase } from '../support/context.js';

const follows = new FollowService();
const blocks = new BlockService();
const fields = new UserFollowResolver(follows);

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const as = (userId: number) => contextOf(database, userId);
const asNobody = () => contextOf(database);

async function counters(userId: number): Promise<[followers: number, followings: number]> {
  const ctx = asNobody();
  const user = await userLoader(ctx).load(userId);
  const extra = await new UserExtraResolver().extra(ctx, user as User);
  return [extra.followersCount, extra.followingsCount];
}

describe('following', () => {
  it('following is counted on both sides, once', async () => {
    const [ann, bob] = [await createUser(database), await createUser(database)];
    expect(await counters(ann)).toEqual([0, 0]);
    expect(await follows.follow(as(ann), bob)).toMatchObject({ id: bob });
    await follows.follow(as(ann), bob);
    expect([await counters(ann), await counters(bob)]).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await follows.unfollow(as(ann), bob)).toMatchObject({ id: bob });
    await follows.unfollow(as(ann), bob);
    expect([await counters(ann), await counters(bob)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('following takes another, living, usable account', async () => {
    const ann = await createUser(database);
    const disabled = await createUser(database, { status: UserStatus.DISABLED });
    const deleted = await createUser(database, { status: UserStatus.DELETED });
    await expect(follows.follow(as(ann), ann)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'userId' },
    });
    for (const userId of [disabled, deleted, 0, 2_147_483_647]) {
      await expect(follows.follow(as(ann), userId)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    }
    expect(await follows.unfollow(as(ann), disabled)).toMatchObject({ id: disabled });
    await expect(follows.unfollow(as(ann), deleted)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('follows show in the fields of users, from the side asked for', async () => {
    const ids = [await createUser(database), await createUser(database), await createUser(database)];
    const [ann, bob, cat] = ids as [number, number, number];
    await follows.follow(as(ann), bob);
    await follows.follow(as(bob), cat);
    const ctx = as(ann);
    const user = (await userLoader(ctx).load(bob)) as User;
    expect(await fields.hasFollower(ctx, user)).toBe(true);
    expect(await fields.hasFollowing(ctx, user)).toBe(false);
    expect(await fields.hasFollowing(ctx, user, String(cat))).toBe(true);
    expect(await fields.hasFollower(ctx, user, String(cat))).toBe(false);
    expect(await fields.hasFollowing(ctx, user, 'nobody')).toBe(false);
    expect(await fields.hasFollower(asNobody(), user)).toBe(false);
    expect(await fields.hasFollower(as(cat), user, String(ann))).toBe(true);
    expect(await fields.hasFollower(asNobody(), user, String(ann))).toBe(false);
    expect(await fields.hasFollowing(asNobody(), user, String(cat))).toBe(false);
  });

  it('the follows of a page of users are read, both ways, in one statement', async () => {
    const ann = await createUser(database);
    const ids = await Promise.all(Array.from({ length: 20 }, () => createUser(database)));
    await Promise.all(ids.slice(0, 5).map((id) => follows.follow(as(ann), id)));
    const ctx = as(ann);
    const users = (await userLoader(ctx).loadMany(ids)) as User[];
    const execute = jest.spyOn(ctx.em, 'execute');
    const flags = await Promise.all(
      users.flatMap((user) => [fields.hasFollower(ctx, user), fields.hasFollowing(ctx, user)]),
    );
    expect(flags.filter(Boolean)).toHaveLength(5);
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('two hundred who follow one account at once are counted exactly, those who leave it meanwhile too', async () => {
    const other = await database.another();
    const star = await createUser(database);
    const fans = await Promise.all(Array.from({ length: 200 }, () => createUser(database)));
    const [staying, leaving] = [fans.slice(0, 150), fans.slice(150)];
    for (const fan of leaving) await follows.follow(as(fan), star);
    // Each of them twice, at both instances.
    const results = await settledAtOnce(400, (index) => {
      const fan = fans[index % 200] as number;
      const work = index % 200 < staying.length ? 'follow' : 'unfollow';
      return follows[work](contextOf(index < 200 ? database : other, fan), star);
    });
    expect(outcomes(results)).toEqual({ ok: 400 });
    expect(await counters(star)).toEqual([staying.length, 0]);
    for (const fan of staying) expect(await counters(fan)).toEqual([0, 1]);
    for (const fan of leaving) expect(await counters(fan)).toEqual([0, 0]);
    expect(await database.fork().count(Follow, { followeeId: star })).toBe(staying.length);
  });

  it('follows are counted exactly when everybody follows everybody at once', async () => {
    const other = await database.another();
    const ids = await Promise.all(Array.from({ length: 6 }, () => createUser(database)));
    const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const));
    const round = (work: 'follow' | 'unfollow', some: readonly (readonly [number, number])[]) =>
      settledAtOnce(some.length * 2, (index) => {
        const [from, to] = some[index % some.length] as readonly [number, number];
        return follows[work](contextOf(index % 2 ? database : other, from), to);
      });
    expect(outcomes(await round('follow', pairs))).toEqual({ ok: 60 });
    for (const id of ids) expect(await counters(id)).toEqual([5, 5]);

    const [first, second] = await Promise.all([
      round('unfollow', pairs),
      round('follow', [...pairs].reverse()),
    ]);
    expect(outcomes([...first, ...second])).toEqual({ ok: 120 });
    const em = database.fork();
    for (const id of ids) {
      const rows = [await em.count(Follow, { followeeId: id }), await em.count(Follow, { followerId: id })];
      expect(await counters(id)).toEqual(rows);
    }
  });

  it('two hundred who follow somebody at once are counted exactly, those blocked meanwhile not at all', async () => {
    const other = await database.another();
    const star = await createUser(database);
    const fans = await Promise.all(Array.from({ length: 200 }, () => createUser(database)));
    const blocked = new Set(fans.filter((_, index) => index % 4 === 0));
    const on = (index: number, userId: number) => contextOf(index % 2 ? database : other, userId);
    const [followed, ended] = await Promise.all([
      settledAtOnce(fans.length, (index) => follows.follow(on(index, fans[index] as number), star)),
      settledAtOnce(blocked.size, (index) => blocks.block(on(index, star), [...blocked][index] as number)),
    ]);
    const { ok = 0, USER_BLOCKED = 0, ...failed } = outcomes(followed);
    expect({ failed, all: ok + USER_BLOCKED }).toEqual({ failed: {}, all: 200 });
    expect(ok).toBeGreaterThanOrEqual(150);
    expect(outcomes(ended)).toEqual({ ok: 50 });

    const em = database.fork();
    const rows = await em.find(Follow, { followeeId: star });
    expect(new Set(rows.map(({ followerId }) => followerId))).toEqual(
      new Set(fans.filter((id) => !blocked.has(id))),
    );
    expect(await counters(star)).toEqual([150, 0]);
    for (const id of fans) expect(await counters(id)).toEqual([0, blocked.has(id) ? 0 : 1]);
  });

  it('two who follow and block each other again and again at once end as one order of it would', async () => {
    const other = await database.another();
    const [ann, bob] = [await createUser(database), await createUser(database)];
    const steps = [
      (ctx: SignedInContext, id: number) => follows.follow(ctx, id),
      (ctx: SignedInContext, id: number) => blocks.block(ctx, id),
      (ctx: SignedInContext, id: number) => blocks.unblock(ctx, id),
      (ctx: SignedInContext, id: number) => follows.unfollow(ctx, id),
    ];
    const results = await settledAtOnce(80, (index) => {
      const [from, to] = index % 2 ? [ann, bob] : [bob, ann];
      const step = steps[(index >> 1) % steps.length] as (typeof steps)[number];
      return step(contextOf(index % 3 ? database : other, from), to);
    });
    const { ok = 0, USER_BLOCKED = 0 } = outcomes(results);
    expect(ok + USER_BLOCKED).toBe(80);
    const em = database.fork();
    const count = async (followerId: number) => await em.count(Follow, { followerId });
    expect(await counters(ann)).toEqual([await count(bob), await count(ann)]);
    expect(await counters(bob)).toEqual([await count(ann), await count(bob)]);
    const isBlocked = (await em.count(Block, { blockerId: { $in: [ann, bob] } })) > 0;
    if (isBlocked) expect([await count(ann), await count(bob)]).toEqual([0, 0]);
  });
});
