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

/** The subscriber that the ORM calls. */
export class CommitSubscriber implements EventSubscriber {
  async afterTransactionCommit({ transaction }: TransactionEventArgs): Promise<void> {
    const works = (transaction && waiting.get(transaction)) ?? [];
    for (const work of works) await work();
  }
}
