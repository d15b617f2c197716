import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { Address } from '../address/address.entity.js';
import { Identity } from '../credential/identity.entity.js';
import { findImages } from '../image/image.repository.js';
import { CurrencyOrder } from '../ranking/currency-order.entity.js';
import type { Image } from '../user/image.entity.js';
import { User, UserStatus } from '../user/user.entity.js';
import { UserExtra } from '../user/user-extra.entity.js';
import { Verification } from '../verification/verification.entity.js';
import { Currency } from '../wallet/currency.entity.js';
import { Vip } from '../wallet/vip.entity.js';
import { Wallet } from '../wallet/wallet.entity.js';

/** An account with what all other tables say of it. */
export interface WholeAccount {
  user: User;
  avatar: Image | undefined;
  background: Image | undefined;
  /** Where a background is to be fetched from that an import has named. */
  wantedBackground: string | undefined;
  identities: Identity[];
  extra: UserExtra | undefined;
  wallet: Wallet | undefined;
  currency: Currency | undefined;
  orders: CurrencyOrder[];
  vip: Vip | undefined;
  addresses: Address[];
  verification: Verification | undefined;
  /** Whom it follows, in the order of their numbers; those who have cancelled are left out. */
  followings: number[];
}

/**
 * Lets everything that is read through this manager be of one moment, until {@link endSnapshot}. What was read stays
 * valid, and nobody waits for it.
 */
export const beginSnapshot = (em: EntityManager): Promise<void> =>
  em.begin({ isolationLevel: 'repeatable read' });

/** Keeps what was written in the snapshot. */
export const endSnapshot = (em: EntityManager): Promise<void> => em.commit();

export const abandonSnapshot = (em: EntityManager): Promise<void> => em.rollback();

type Owned = object & { userId: number };

/** The next accounts in the order of their numbers, disabled ones too, but none that was cancelled. */
export async function findWholeAccounts(
  em: EntityManager,
  after: number,
  limit: number,
): Promise<WholeAccount[]> {
  const users = await em.find(
    User,
    { id: { $gt: after }, status: { $ne: UserStatus.DELETED } },
    { ...READ_ONLY, orderBy: { id: 'asc' }, limit },
  );
  const ids = users.map(({ id }) => id);
  const rows = <T extends Owned>(entity: new () => T): Promise<T[]> =>
    em.find(entity, { userId: { $in: ids } } as FilterQuery<T>, { ...READ_ONLY });
  const one = async <T extends Owned>(entity: new () => T) =>
    indexBy(await rows(entity), ({ userId }) => userId);
  const many = async <T extends Owned & { id: number }>(entity: new () => T) =>
    byUser((await rows(entity)).sort((a, b) => a.id - b.id));

  const images = await findImages(
    em,
    users.flatMap(({ avatarId, backgroundId }) => [avatarId, backgroundId].filter((id) => id !== null)),
  );
  const [identities, orders, addresses] = [
    await many(Identity),
    await many(CurrencyOrder),
    await many(Address),
  ];
  const [extras, wallets, currencies] = [await one(UserExtra), await one(Wallet), await one(Currency)];
  const [vips, verifications] = [await one(Vip), await one(Verification)];
  const followings = await findFollowings(em, ids);
  const wanted = indexBy(await findWantedBackgrounds(em, ids), ({ userId }) => userId);
  return users.map((user) => ({
    user,
    avatar: images.get(user.avatarId ?? ''),
    background: images.get(user.backgroundId ?? ''),
    wantedBackground: wanted.get(user.id)?.source,
    identities: identities.get(user.id) ?? [],
    extra: extras.get(user.id),
    wallet: wallets.get(user.id),
    currency: currencies.get(user.id),
    orders: orders.get(user.id) ?? [],
    vip: vips.get(user.id),
    addresses: addresses.get(user.id) ?? [],
    verification: verifications.get(user.id),
    followings: (followings.get(user.id) ?? []).map(({ followee }) => followee),
  }));
}

/** Of avatars the account itself shows the URL meanwhile. */
const findWantedBackgrounds = (em: EntityManager, ids: readonly number[]) =>
  em.execute<{ userId: number; source: string }[]>(
    `select user_id as "userId", source from imported_pictures
     where kind = 'background' and next_try_at is not null and source like 'http%' and user_id = any (?::int[])`,
    [arrayOf(ids)],
  );

async function findFollowings(em: EntityManager, ids: readonly number[]) {
  const rows = await em.execute<{ userId: number; followee: number }[]>(
    `select f.follower_id as "userId", f.followee_id as followee
     from follows f join users u on u.id = f.followee_id and u.status <> ?
     where f.follower_id = any (?::int[]) order by f.follower_id, f.followee_id`,
    [UserStatus.DELETED, arrayOf(ids)],
  );
  return byUser(rows);
}

function byUser<T extends { userId: number }>(rows: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.userId);
    if (group) group.push(row);
    else groups.set(row.userId, [row]);
  }
  return groups;
}
