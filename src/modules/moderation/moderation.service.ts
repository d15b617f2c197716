import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../../errors/app-error.js';
import { queryOne } from '../../infra/database/query.js';

/** One form for all the widths and cases a word can be written in. */
export const foldWord = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The lists of words and addresses that the house does not want (DECISIONS §4). */
export class ModerationService {
  /** Whether a name or nickname holds a banned word, as a part of it. */
  async isBanned(em: EntityManager, text: string): Promise<boolean> {
    const sql = 'select 1 from banned_words where position(word in ?) > 0 limit 1';
    return (await queryOne(em, sql, [foldWord(text)])) !== null;
  }

  /** Throws NAME_BANNED. */
  async assertAllowed(em: EntityManager, text: string, field: string): Promise<void> {
    if (await this.isBanned(em, text)) throw new AppError('NAME_BANNED', { field });
  }

  /** Whether an address lies in a blocked range. */
  async isBlocked(em: EntityManager, ip: string): Promise<boolean> {
    return (await queryOne(em, 'select 1 from blocked_ips where range >>= ?::inet limit 1', [ip])) !== null;
  }
}
