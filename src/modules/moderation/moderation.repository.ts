import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf, queryOne, READ_ONLY } from '../../infra/database/query.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { BannedWord } from './banned-word.entity.js';
import { BlockedIp } from './blocked-ip.entity.js';

export async function holdsBannedWord(em: EntityManager, folded: string): Promise<boolean> {
  return (
    (await queryOne(em, 'select 1 from banned_words where position(word in ?) > 0 limit 1', [folded])) !==
    null
  );
}

/** Those of the texts that hold a banned word; one statement however many they are. */
export async function withBannedWords(em: EntityManager, folded: readonly string[]): Promise<Set<string>> {
  const rows = await em.execute<{ text: string }[]>(
    `select text from unnest(?::text[]) as text
     where exists (select 1 from banned_words where position(word in text) > 0)`,
    [arrayOf(folded)],
  );
  return new Set(rows.map(({ text }) => text));
}

export const findBannedWords = (em: EntityManager): Promise<BannedWord[]> =>
  em.find(BannedWord, {}, { ...READ_ONLY, orderBy: { word: 'asc' } });

export async function insertBannedWord(em: EntityManager, word: string): Promise<void> {
  await em.execute('insert into banned_words (word) values (?) on conflict do nothing', [word]);
}

/** False when it was not on the list. */
export async function deleteBannedWord(em: EntityManager, word: string): Promise<boolean> {
  return (await em.nativeDelete(BannedWord, { word })) === 1;
}

const blockedRange = statement('select 1 from blocked_ips where range >>= ?::inet limit 1');

export async function isInBlockedRange(em: EntityManager, ip: string): Promise<boolean> {
  return (await firstOf(blockedRange, em, [ip])) !== null;
}

export const findBlockedIps = (em: EntityManager): Promise<BlockedIp[]> =>
  em.find(BlockedIp, {}, { ...READ_ONLY, orderBy: { range: 'asc' } });

/** Stores the whole network of an address with a prefix (10.0.0.7/8 is 10.0.0.0/8); returns it as stored. */
export async function insertBlockedIp(em: EntityManager, range: string): Promise<string> {
  await em.execute('insert into blocked_ips (range) values (network(?::inet)) on conflict do nothing', [
    range,
  ]);
  return (
    (await queryOne<{ range: string }>(em, 'select network(?::inet)::text as range', [range]))?.range ?? range
  );
}

/** False when it was not on the list. */
export async function deleteBlockedIp(em: EntityManager, range: string): Promise<boolean> {
  const sql = 'delete from blocked_ips where range = network(?::inet) returning id';
  return (await queryOne(em, sql, [range])) !== null;
}
