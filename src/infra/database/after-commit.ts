import type { EventSubscriber, TransactionEventArgs } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';

type Work = () => Promise<void>;

/** The work that waits for each transaction; a rolled back one is forgotten with its work. */
const waiting = new WeakMap<object, Work[]>();

/**
 * Does the work once the transaction it is called in is committed, before its caller goes on; at once outside of one,
 * and never when it is rolled back. The work must not throw: what it follows has happened.
 */
export async function afterCommit(em: EntityManager, work: Work): Promise<void> {
  const transaction = em.getTransactionContext<object>();
  if (!transaction) return work();
  waiting.set(transaction, [...(waiting.get(transaction) ?? []), work]);
}

/**
 * The subscriber that the ORM calls. A transaction inside another is a savepoint, and its commit is not final: work that
 * waits for it waits on for the outer one.
 */
export class CommitSubscriber implements EventSubscriber {
  /** The transaction around the one that an entity manager begins. */
  private readonly around = new WeakMap<object, object>();

  beforeTransactionStart({ em, transaction }: TransactionEventArgs): void {
    if (transaction) this.around.set(em, transaction);
  }

  async afterTransactionCommit({ em, transaction }: TransactionEventArgs): Promise<void> {
    const works = (transaction && waiting.get(transaction)) ?? [];
    const outer = this.around.get(em);
    if (outer) waiting.set(outer, [...(waiting.get(outer) ?? []), ...works]);
    else for (const work of works) await work();
  }
}
