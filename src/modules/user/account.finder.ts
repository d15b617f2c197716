import type { DatabaseContext } from '../../context.js';
import { parseEmail, parsePhone } from './contact.js';
import { foldName, nameAsTyped } from './text.js';
import type { User } from './user.entity.js';
import { findUserByEmail, findUserByName, findUserByPhone } from './user.repository.js';

/** The text a person typed to name an account, and the account found. */
export interface AccountMatch {
  user: User | null;
  /** The guard counts failures under this key: the same for every spelling of one account. */
  accountKey: string;
}

/** By the form of the text, one field only: what looks like a phone is a phone and no name. */
async function findByForm(
  ctx: DatabaseContext,
  account: string,
): Promise<{ user: User | null; canonical: string }> {
  const email = parseEmail(account);
  if (email) return { user: await findUserByEmail(ctx.em, email), canonical: email };
  const phone = parsePhone(account);
  if (phone) return { user: await findUserByPhone(ctx.em, phone), canonical: phone };
  return { user: await findUserByName(ctx.em, account), canonical: foldName(account) };
}

/** Longest thing that can name an account: an e-mail address. */
const ACCOUNT_MAX = 254;

/** Finds an account by phone, verified e-mail or name. */
export async function matchAccount(ctx: DatabaseContext, input: string): Promise<AccountMatch> {
  const { user, canonical } = await findByForm(ctx, nameAsTyped(input).slice(0, ACCOUNT_MAX));
  return { user, accountKey: user ? accountKeyOf(user.id) : `unknown:${canonical}` };
}

export const accountKeyOf = (userId: number): string => `user:${userId}`;
