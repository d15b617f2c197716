import type { EntityManager } from '@mikro-orm/postgresql';

/** A kind of row that holds texts encrypted at rest. */
export interface EncryptedRows<Row extends { keyId: string }, Columns> {
  /** Locks the next rows that another key encrypts, in the order of their ids. */
  lockNext(em: EntityManager, keyId: string, after: number, limit: number): Promise<Row[]>;
  idOf(row: Row): number;
  /** The same texts under the current key. Throws when they cannot be read. */
  reseal(row: Row): Columns;
  store(em: EntityManager, id: number, columns: Columns): Promise<unknown>;
}

export interface ReencryptionResult {
  reencrypted: number;
  /** Rows left as they were: their key is not configured, or they were altered. */
  unreadable: number;
  /** The keys that unreadable rows name. */
  unreadableKeys: Set<string>;
}

/** The rows locked at once, for as long as which a change of one may wait. */
const BATCH = 200;

/**
 * Puts everything of one kind under the current key, in batches that commit one by one, so that an interrupted run
 * can be repeated. Rows that cannot be read keep no others from it.
 */
export async function reencrypt<Row extends { keyId: string }, Columns>(
  em: EntityManager,
  keyId: string,
  rows: EncryptedRows<Row, Columns>,
): Promise<ReencryptionResult> {
  const result: ReencryptionResult = { reencrypted: 0, unreadable: 0, unreadableKeys: new Set() };
  let last: Row | undefined;
  do {
    const after = last ? rows.idOf(last) : 0;
    last = await em.transactional(async () => {
      const batch = await rows.lockNext(em, keyId, after, BATCH);
      for (const row of batch) await reencryptOne(em, row, rows, result);
      return batch.at(-1);
    });
  } while (last);
  return result;
}

async function reencryptOne<Row extends { keyId: string }, Columns>(
  em: EntityManager,
  row: Row,
  rows: EncryptedRows<Row, Columns>,
  result: ReencryptionResult,
): Promise<void> {
  const columns = readable(() => rows.reseal(row));
  if (columns) {
    await rows.store(em, rows.idOf(row), columns);
    result.reencrypted += 1;
  } else {
    result.unreadable += 1;
    result.unreadableKeys.add(row.keyId);
  }
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
