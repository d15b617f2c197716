import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { arrayOf, queryOne } from '../../infra/database/query.js';
import type { FieldHashes } from './record.fields.js';

/*
 * Everything here writes many rows of many accounts in one statement, and nothing where there are none.
 */

/** The columns of accounts that an import writes, with their types. */
const USER_COLUMNS = {
  name: 'text',
  nickname: 'text',
  phone: 'text',
  email: 'citext',
  email_verified: 'boolean',
  sex: 'smallint',
  birthday: 'date',
  bio: 'text',
  location: 'text',
  city_id: 'int',
  status: 'smallint',
  abilities: 'text[]',
  invite_code: 'text',
  external_avatar_url: 'text',
  avatar_id: 'text',
  background_id: 'text',
  created_at: 'timestamptz',
  last_active_at: 'timestamptz',
  recommended_at: 'timestamptz',
} as const;

export type UserColumn = keyof typeof USER_COLUMNS;
export type UserColumns = Partial<Record<UserColumn, unknown>>;

const TYPED = Object.entries(USER_COLUMNS)
  .map(([column, type]) => `${column} ${type}`)
  .join(', ');

/** What a column has where a new account tells nothing. */
const DEFAULTS: Partial<Record<UserColumn, string>> = {
  email_verified: 'false',
  sex: '0',
  status: '1',
  abilities: `'{}'`,
  created_at: 'now()',
  last_active_at: 'coalesce(created_at, now())',
};

const NEW_VALUES = Object.keys(USER_COLUMNS)
  .map((column) => {
    const fallback = Object.entries(DEFAULTS).find(([name]) => name === column)?.[1];
    return fallback ? `coalesce(${column}, ${fallback})` : column;
  })
  .join(', ');

/** Inserts accounts under the numbers that they are given. */
export async function insertUsers(
  em: EntityManager,
  users: readonly (UserColumns & { id: number })[],
): Promise<void> {
  if (users.length === 0) return;
  await em.execute(
    `insert into users (id, ${Object.keys(USER_COLUMNS).join(', ')}, updated_at)
     select id, ${NEW_VALUES}, coalesce(created_at, now()) from json_to_recordset(?::json) as new (id int, ${TYPED})`,
    [JSON.stringify(users)],
  );
}

const CHANGES = Object.entries(USER_COLUMNS)
  .map(([column, type]) => {
    const value =
      type === 'text[]'
        ? `array(select jsonb_array_elements_text(new.changes -> '${column}'))`
        : `(new.changes ->> '${column}')::${type}`;
    return `${column} = case when jsonb_exists(new.changes, '${column}') then ${value} else u.${column} end`;
  })
  .join(', ');

/** Changes the named columns of accounts. */
export async function updateUsers(
  em: EntityManager,
  users: readonly { id: number; changes: UserColumns }[],
): Promise<void> {
  if (users.length === 0) return;
  await em.execute(
    `update users u set ${CHANGES}, updated_at = now()
     from json_to_recordset(?::json) as new (id int, changes jsonb) where u.id = new.id`,
    [JSON.stringify(users)],
  );
}

export interface SeenRecord {
  legacy_id: string;
  user_id: number;
  digest: string;
  fields: FieldHashes;
}

/** Remembers what a run has seen of records. */
export async function saveSeen(
  em: EntityManager,
  system: LegacySystem,
  run: number,
  records: readonly SeenRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await em.execute(
    `insert into imported_records (system, legacy_id, user_id, run, digest, fields)
     select ?, legacy_id, user_id, ?::bigint, digest, fields
     from json_to_recordset(?::json) as seen (legacy_id text, user_id int, digest text, fields jsonb)
     on conflict (system, legacy_id) do update
       set user_id = excluded.user_id, run = excluded.run, digest = excluded.digest, fields = excluded.fields`,
    [system, run, JSON.stringify(records)],
  );
}

/** Remembers that a run has seen records, and nothing new in them; returns how many of them were known. */
export async function markSeen(
  em: EntityManager,
  system: LegacySystem,
  run: number,
  legacyIds: readonly string[],
): Promise<number> {
  if (legacyIds.length === 0) return 0;
  const row = await queryOne<{ marked: number }>(
    em,
    `with marked as (
       update imported_records set run = ? where system = ? and legacy_id = any (?::text[]) and run <> ?
       returning 1
     ) select count(*)::int as marked from marked`,
    [run, system, arrayOf(legacyIds), run],
  );
  return row?.marked ?? 0;
}
