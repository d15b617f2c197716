import type { DatabaseContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { INTEGER_MAX } from '../../numbers.js';
import { type Page, type PageInput, toPage, windowOf } from '../../paging.js';
import type { Verification, VerificationState } from './verification.entity.js';
import { listVerifications, type VerificationPosition } from './verification.repository.js';

/** Rows leave the list while it is worked off, so a cursor names where a row stands, not how many came before it. */
const encodePosition = ({ updatedAt, userId }: VerificationPosition): string =>
  Buffer.from(`${updatedAt.getTime()}.${userId}`).toString('base64url');

/** Throws INVALID_INPUT for anything that is not a cursor of ours. */
function decodePosition(
  cursor: string | null | undefined,
  field: 'after' | 'before',
): VerificationPosition | null {
  if (cursor === null || cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, time, userId] = /^(-?\d{1,14})\.(\d{1,10})$/.exec(text) ?? [];
  if (!time || !(Number(userId) <= INTEGER_MAX)) throw new AppError('INVALID_INPUT', { field });
  return { updatedAt: new Date(Number(time)), userId: Number(userId) };
}

export async function pageOfVerifications(
  ctx: DatabaseContext,
  state: VerificationState | null,
  page: PageInput,
): Promise<Page<Verification>> {
  const window = windowOf(page, decodePosition);
  return toPage(await listVerifications(ctx.em, state, window), window, encodePosition);
}
