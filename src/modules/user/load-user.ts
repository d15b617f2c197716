import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { User } from './user.entity.js';
import { findUserById, findUsersByIds } from './user.repository.js';

/** The user as the database has it now. Throws USER_NOT_FOUND when there is none, with the argument that named it. */
export async function loadUser(ctx: RequestContext, userId: number, field?: string): Promise<User> {
  const user = await findUserById(ctx.em, userId);
  if (!user) throw new AppError('USER_NOT_FOUND', { ...(field && { field }) });
  return user;
}

/**
 * The user, disabled or not, to whom the caller does something. Throws INVALID_INPUT for oneself, USER_NOT_FOUND when
 * there is none, and UNAUTHENTICATED when the caller's own account is gone.
 */
export async function loadOther(ctx: SignedInContext, userId: number): Promise<User> {
  const { viewer } = ctx;
  if (viewer.userId === userId) throw new AppError('INVALID_INPUT', { field: 'userId' });
  const users = await findUsersByIds(ctx.em, [viewer.userId, userId]);
  if (!users.has(viewer.userId)) throw new AppError('UNAUTHENTICATED');
  const user = users.get(userId);
  if (!user) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
  return user;
}
