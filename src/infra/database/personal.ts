import type { EntityClass } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';

/** The value of a column that stays as it is when the account it is about is erased. */
export const KEPT = Symbol('kept');

/** The account that the rows are about. */
export interface Subject {
  id: number;
  deletedAt: Date;
}

type Columns<T> = {
  [K in keyof T as K extends string ? (object extends Pick<T, K> ? never : K) : never]: T[K];
};

/** The values left in every column of a row: a value, made of the subject if need be, or the column's own. */
export type Left<T> = {
  readonly [K in keyof Columns<T>]: typeof KEPT | T[K] | ((subject: Subject) => T[K]);
};

/** One table's data on an account, and the way it is erased. */
export interface PersonalTable {
  readonly entity: EntityClass<object>;
  /** The properties that are decided upon; null where whole rows are deleted. */
  readonly columns: readonly string[] | null;
  /** Erases at most `limit` rows ahead of the others, as a whole; true while there may be more. */
  readonly eraseSome?: (em: EntityManager, subjectId: number, limit: number) => Promise<boolean>;
  /** Erases the rest, in one transaction with that of other tables. */
  readonly erase?: (em: EntityManager, subject: Subject) => Promise<void>;
}

type Owner<T> = { [K in keyof T]: T[K] extends number | null ? K : never }[keyof T] & string;

/** A table whose rows go with the one that `owner` names. */
export const rowsGo = <T extends object>(entity: EntityClass<T>, owner: Owner<T>): PersonalTable => ({
  entity,
  columns: null,
  erase: async (em, { id }) => {
    await em.nativeDelete(entity, { [owner]: id } as never);
  },
});

/** A table whose rows go, a part at a time, with each of the accounts that these columns name. */
export const rowsGoInParts = <T extends object>(
  entity: EntityClass<T>,
  owners: readonly string[],
): PersonalTable => ({
  entity,
  columns: null,
  eraseSome: async (em, subjectId, limit) => {
    const { tableName } = em.getMetadata().get(entity);
    for (const owner of owners) {
      const gone = await em.execute(
        `delete from ${tableName} where ctid = any (array(
           select ctid from ${tableName} where ${owner} = ? limit ?
         )) returning 1`,
        [subjectId, limit],
      );
      if (gone.length > 0) return true;
    }
    return false;
  },
});

/** A table whose rows stay, with what is left in each of their columns. */
export function rowsStay<T extends object>(
  entity: EntityClass<T>,
  owner: Owner<T>,
  left: Left<T>,
): PersonalTable {
  const emptied = Object.entries(left).filter(([, value]) => value !== KEPT);
  const columns = Object.keys(left);
  if (emptied.length === 0) return { entity, columns };
  return {
    entity,
    columns,
    erase: async (em, subject) => {
      const values = emptied.map(([name, value]) => [
        name,
        value instanceof Function ? value(subject) : value,
      ]);
      await em.nativeUpdate(entity, { [owner]: subject.id } as never, Object.fromEntries(values));
    },
  };
}
