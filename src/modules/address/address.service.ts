import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { lockActiveUser } from '../user/user.repository.js';
import type { Address } from './address.entity.js';
import {
  clearDefault,
  countAddresses,
  deleteAddress,
  findAddress,
  findAddresses,
  insertAddress,
  updateAddress,
} from './address.repository.js';
import { type AddressChanges, type NewAddress, normaliseAddress } from './address.rules.js';

/** Addresses one account holds at most (`plus.md` 用户收货地址). */
export const ADDRESSES_MAX = 20;

/** The delivery addresses of the caller. Everything here throws UNAUTHENTICATED without a session. */
export class AddressService {
  /** Newest first. */
  list(ctx: SignedInContext): Promise<Address[]> {
    return findAddresses(ctx.em, ctx.viewer.userId);
  }

  /** Null when the caller has no such address. */
  find(ctx: SignedInContext, id: number): Promise<Address | null> {
    return findAddress(ctx.em, ctx.viewer.userId, id);
  }

  /** Throws INVALID_INPUT, PHONE_INVALID, or ADDRESS_LIMIT for the 21st. */
  async create(ctx: SignedInContext, input: NewAddress): Promise<Address> {
    const { userId } = ctx.viewer;
    const columns = normaliseAddress(input);
    return this.change(ctx, userId, async () => {
      if ((await countAddresses(ctx.em, userId)) >= ADDRESSES_MAX) throw new AppError('ADDRESS_LIMIT');
      if (columns.isDefault) await clearDefault(ctx.em, userId);
      return insertAddress(ctx.em, { ...columns, userId });
    });
  }

  /** Throws INVALID_INPUT, PHONE_INVALID, or NOT_FOUND when the caller has no such address. */
  async update(ctx: SignedInContext, id: number, changes: AddressChanges): Promise<Address> {
    const { userId } = ctx.viewer;
    const columns = normaliseAddress(changes);
    return this.change(ctx, userId, async () => {
      const current = await findAddress(ctx.em, userId, id);
      if (!current) throw new AppError('NOT_FOUND', { field: 'id' });
      if (columns.isDefault && !current.isDefault) await clearDefault(ctx.em, userId);
      if (Object.keys(columns).length > 0) await updateAddress(ctx.em, id, columns);
      return id;
    });
  }

  /** Returns what the address was. Throws NOT_FOUND when the caller has no such address. */
  async remove(ctx: SignedInContext, id: number): Promise<Address> {
    const { userId } = ctx.viewer;
    const address = await findAddress(ctx.em, userId, id);
    if (!address || !(await deleteAddress(ctx.em, userId, id)))
      throw new AppError('NOT_FOUND', { field: 'id' });
    return address;
  }

  /** Runs one change of a user's addresses after the other, and reads the address it says was changed. */
  private change(ctx: RequestContext, userId: number, work: () => Promise<number>): Promise<Address> {
    return ctx.em.transactional(async () => {
      await lockActiveUser(ctx.em, userId);
      const changed = await findAddress(ctx.em, userId, await work());
      if (!changed) throw new AppError('NOT_FOUND', { field: 'id' });
      return changed;
    });
  }
}
