import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { User } from './user.entity.js';
import { findUserById } from './user.repository.js';

/** The user as the database has it now. Throws USER_NOT_FOUND when there is none. */
export async function loadUser(ctx: RequestContext, userId: number): Promise<User> {
  const user = await findUserById(ctx.em, userId);
  if (!user) throw new AppError('USER_NOT_FOUND');
  return user;
}
