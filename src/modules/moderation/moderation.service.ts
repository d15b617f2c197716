import type { DatabaseContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { canonicalRange, isRange } from '../../infra/ip.js';
import { visible, withoutMarks } from '../../text.js';
import type { BannedWord } from './banned-word.entity.js';
import type { BlockedIp } from './blocked-ip.entity.js';
import {
  deleteBannedWord,
  deleteBlockedIp,
  findBannedWords,
  findBlockedIps,
  holdsBannedWord,
  insertBannedWord,
  insertBlockedIp,
  isInBlockedRange,
  withBannedWords,
} from './moderation.repository.js';

/** One form for all the widths and cases a word can be written in, with nothing invisible between its letters. */
const foldWord = (text: string): string => withoutMarks(text.normalize('NFKC')).toLowerCase();

const WORD_MAX = 64;

/** The lists of words and addresses that are refused here. */
export class ModerationService {
  /** A banned word counts as a part of the text too. */
  isBanned(ctx: DatabaseContext, text: string): Promise<boolean> {
    return holdsBannedWord(ctx.em, foldWord(text));
  }

  /** Those of many texts that are banned, asked for at once. */
  async bannedAmong(ctx: DatabaseContext, texts: readonly string[]): Promise<ReadonlySet<string>> {
    const folded = new Map(texts.map((text) => [text, foldWord(text)]));
    const banned = await withBannedWords(ctx.em, [...new Set(folded.values())]);
    return new Set(texts.filter((text) => banned.has(folded.get(text) ?? '')));
  }

  /** Throws NAME_BANNED. */
  async assertAllowed(ctx: DatabaseContext, text: string, field: string): Promise<void> {
    if (await this.isBanned(ctx, text)) throw new AppError('NAME_BANNED', { field });
  }

  /** True for an IP address in a blocked range. */
  isBlocked(ctx: DatabaseContext, ip: string): Promise<boolean> {
    return isInBlockedRange(ctx.em, ip);
  }

  bannedWords(ctx: DatabaseContext): Promise<BannedWord[]> {
    return findBannedWords(ctx.em);
  }

  /** Puts a word on the list, folded, and returns it so; idempotent. Throws INVALID_INPUT. */
  async banWord(ctx: DatabaseContext, word: string): Promise<string> {
    const folded = foldWord(visible(word));
    if (folded === '' || [...folded].length > WORD_MAX)
      throw new AppError('INVALID_INPUT', { field: 'word' });
    await insertBannedWord(ctx.em, folded);
    return folded;
  }

  /** Takes a word off the list. Throws NOT_FOUND. */
  async allowWord(ctx: DatabaseContext, word: string): Promise<string> {
    const folded = foldWord(visible(word));
    if (!(await deleteBannedWord(ctx.em, folded))) throw new AppError('NOT_FOUND', { field: 'word' });
    return folded;
  }

  blockedIps(ctx: DatabaseContext): Promise<BlockedIp[]> {
    return findBlockedIps(ctx.em);
  }

  /** Blocks an address or CIDR range and returns it as stored; idempotent. Throws INVALID_INPUT. */
  blockIp(ctx: DatabaseContext, range: string): Promise<string> {
    return insertBlockedIp(ctx.em, rangeOf(range));
  }

  /** Lifts the block of exactly this range. Throws INVALID_INPUT or NOT_FOUND. */
  async unblockIp(ctx: DatabaseContext, range: string): Promise<void> {
    if (!(await deleteBlockedIp(ctx.em, rangeOf(range)))) throw new AppError('NOT_FOUND', { field: 'range' });
  }
}

/** The range in the form of clients' IP addresses, or it would block nobody. */
function rangeOf(text: string): string {
  if (!isRange(text)) throw new AppError('INVALID_INPUT', { field: 'range' });
  return canonicalRange(text);
}
