import type { RequestContext } from '../../context.js';
import { type DeviceType } from '../../device-type.js';
import { AppError } from '../../errors/app-error.js';
import { INTEGER_MAX } from '../../numbers.js';
import { EMPTY_PAGE, type Page, type PageInput, pageSize } from '../../paging.js';
import { requireViewer } from '../../policy.js';
import { parseEmail, parsePhone } from './contact.js';
import { findUserByLegacyId, type LegacyKey } from './legacy-id.repository.js';
import { isNameShaped, nameAsTyped } from './text.js';
import type { User } from './user.entity.js';
import { userLoader } from './user.loader.js';
import { findUserByEmail, findUserById, findUserByName, findUserByPhone } from './user.repository.js';
import { listUserIds, listUsers, type UserCriteria, type UserListing } from './user-list.repository.js';

/** Exactly one way to name a user. */
export interface UserKey {
  id?: number | null;
  name?: string | null;
  phone?: string | null;
  email?: string | null;
  /** Any of these, by its form: e-mail address, phone, name, number, in this order. */
  account?: string | null;
  /** The id by which a system knows it. */
  legacyId?: LegacyKey | null;
}

export interface UserFilter extends Omit<UserCriteria, 'exceptId'> {
  /** Most recent activity first. */
  active?: boolean | null;
  /** Picked by an administrator, latest pick first. */
  recommended?: boolean | null;
  /** Of the caller's city, without the caller. */
  nearby?: boolean | null;
}

/** Ids a page of `userIds` holds at most; large, because only internal servers ask. */
export const ID_PAGE_MAX = 10_000;
export const ID_PAGE_DEFAULT = 1000;
/** Names or ids one list may ask for. */
const KEYS_MAX = 100;
/** No account has it. */
const NOBODY = -1;

/** Finding users and reading lists of them. */
export class UserService {
  /** The caller, or null without a session. */
  async me(ctx: RequestContext): Promise<User | null> {
    return ctx.viewer ? userLoader(ctx).load(ctx.viewer.userId) : null;
  }

  /** One user by exactly one key; null when there is none. Throws INVALID_INPUT for no key, or the second one. */
  async find(ctx: RequestContext, key: UserKey): Promise<User | null> {
    const given = Object.entries(key).filter(([, value]) => value !== null && value !== undefined);
    if (given.length !== 1) throw new AppError('INVALID_INPUT', { field: given[1]?.[0] ?? 'id' });
    if (key.id) return userLoader(ctx).load(key.id);
    if (key.account) return this.find(ctx, keyOf(key.account));
    if (key.name) return findUserByName(ctx.em, nameAsTyped(key.name));
    if (key.phone) {
      const phone = parsePhone(key.phone);
      return phone ? findUserByPhone(ctx.em, phone) : null;
    }
    if (key.legacyId) return findUserByLegacyId(ctx.em, key.legacyId);
    const email = parseEmail(key.email ?? '');
    return email ? findUserByEmail(ctx.em, email) : null;
  }

  /** A list of users. Lists by time take neither `last` nor `before`. `nearby` throws UNAUTHENTICATED without a session, and is empty without a city. */
  async list(
    ctx: RequestContext,
    filter: UserFilter,
    order: 'ID_DESC' | 'ID_ASC',
    page: PageInput,
  ): Promise<Page<User>> {
    const { active, recommended, nearby, ...named } = filter;
    const criteria = {
      ...named,
      names: named.names?.map(nameAsTyped),
      nameContains: named.nameContains && nameAsTyped(named.nameContains),
    };
    for (const field of ['names', 'ids'] as const) {
      if ((criteria[field]?.length ?? 0) > KEYS_MAX) throw new AppError('INVALID_INPUT', { field });
    }
    const listing: UserListing = active ? 'ACTIVE' : recommended ? 'RECOMMENDED' : order;
    if (!nearby) return listUsers(ctx.em, criteria, listing, page);
    const viewer = await findUserById(ctx.em, requireViewer(ctx).userId);
    if (!viewer?.cityId) return EMPTY_PAGE;
    return listUsers(ctx.em, { ...criteria, cityId: viewer.cityId, exceptId: viewer.id }, listing, page);
  }

  /** Ids of the active users of a city. */
  async ids(
    ctx: RequestContext,
    cityId: number,
    deviceType: DeviceType | null,
    page: { first?: number | null; after?: number | null },
  ): Promise<{ ids: number[]; hasNextPage: boolean }> {
    const size = pageSize(page.first, ID_PAGE_DEFAULT, ID_PAGE_MAX);
    const after = Math.min(page.after ?? 0, INTEGER_MAX);
    const ids = await listUserIds(ctx.em, cityId, deviceType, after, size);
    return { ids: ids.slice(0, size), hasNextPage: ids.length > size };
  }
}

/** The number that a text names an account by; null where it is an address, a phone, a name, or nothing. */
export function numberIn(account: string): number | null {
  const text = nameAsTyped(account);
  if (parseEmail(text) || parsePhone(text) || isNameShaped(text)) return null;
  return /^(?:\d{1,10}|[1-9]\d{10,15})$/.test(text) ? Number(text) : null;
}

/** One field only: what looks like a phone is a phone, though an id might look the same. */
function keyOf(account: string): UserKey {
  const text = nameAsTyped(account);
  if (parseEmail(text)) return { email: text };
  if (parsePhone(text)) return { phone: text };
  if (isNameShaped(text)) return { name: text };
  const id = numberIn(text) ?? 0;
  return { id: id >= 1 && id <= INTEGER_MAX ? id : NOBODY };
}
