import { type MysqlAddress, type MysqlSnapshot, openMysqlSnapshot } from '../../infra/mysql.js';
import { StartError } from '../../infra/start-error.js';
import { recordOfPlus, sizeOfPlus } from './plus.record.js';
import { assertPlusSchema, countPlusUsers, findPlusAccounts, type PlusAccount } from './plus.repository.js';
import { type RecordSource, SourceError, type SourceItem } from './source.js';

/** Accounts read at once; the next ones are read while these are taken. */
const PAGE = 500;

/** The accounts in the MySQL database of a ThinkSNS+, in the order of their ids, all as they are at the first look. */
export class PlusSource implements RecordSource {
  readonly name: string;
  private snapshot: Promise<MysqlSnapshot> | null = null;
  private done = 0;
  private total = 0;

  constructor(private readonly address: MysqlAddress) {
    this.name = `mysql://${address.host}:${address.port}/${address.database}`;
  }

  async *read(): AsyncGenerator<SourceItem> {
    const snapshot = await this.opened();
    this.done = 0;
    let next = this.page(snapshot, 0);
    for (;;) {
      const page = await next;
      const last = page.at(-1);
      if (!last) return;
      next = this.page(snapshot, last.user.id);
      // Whoever leaves before the next page is not interested in what becomes of it.
      next.catch(() => undefined);
      for (const account of page) {
        this.done += 1;
        yield { line: this.done, bytes: sizeOfPlus(account), raw: recordOfPlus(account) };
      }
    }
  }

  progress(): { done: number; total: number } {
    return { done: this.done, total: this.total };
  }

  async close(): Promise<void> {
    const snapshot = await this.snapshot?.catch(() => null);
    await snapshot?.close();
  }

  private opened(): Promise<MysqlSnapshot> {
    this.snapshot ??= told(async () => {
      const snapshot = await openMysqlSnapshot(this.address);
      try {
        await assertPlusSchema(snapshot);
        this.total = await countPlusUsers(snapshot);
        return snapshot;
      } catch (error) {
        await snapshot.close();
        throw error;
      }
    });
    return this.snapshot;
  }

  private page(snapshot: MysqlSnapshot, after: PlusAccount['user']['id']): Promise<PlusAccount[]> {
    return told(() => findPlusAccounts(snapshot, after, PAGE));
  }
}

/** What is wrong with a server is the end of what can be read. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StartError ? new SourceError(error.message) : error;
  }
}
