import type { EntityManager } from '@mikro-orm/postgresql';
import type { LegacySystem } from '../../door.js';
import { queryOne } from '../../infra/database/query.js';
import type { ImportedPicture, PictureKind } from './imported-picture.entity.js';

/** A picture that is to be fetched. */
export type WantedPicture = Pick<ImportedPicture, 'userId' | 'kind' | 'source' | 'directory' | 'tries'>;

/** The next pictures that are due, those that have waited longest first. */
export async function findWantedPictures(em: EntityManager, limit: number): Promise<WantedPicture[]> {
  const rows = await em.execute<
    { user_id: number; kind: PictureKind; source: string; directory: string | null; tries: number }[]
  >(
    `select user_id, kind, source, directory, tries from imported_pictures
     where next_try_at <= now() order by next_try_at, user_id, kind limit ?`,
    [limit],
  );
  return rows.map(({ user_id: userId, ...row }) => ({ userId, ...row }));
}

/** The columns of an account that show each kind. Of backgrounds there are none at third parties. */
const SHOWN = {
  avatar: {
    column: 'avatar_id',
    taken: ', external_avatar_url = null',
    unchanged: 'external_avatar_url is not null',
  },
  background: { column: 'background_id', taken: '', unchanged: 'true' },
} as const satisfies Record<PictureKind, object>;

/**
 * Shows a picture that was fetched, unless the account has chosen another since, or none. To be called in a transaction
 * that holds the account. False where it is not shown, or something else is wanted by now.
 */
export async function showImportedPicture(
  em: EntityManager,
  { userId, kind, source }: WantedPicture,
  imageId: string,
): Promise<boolean> {
  const { column, taken, unchanged } = SHOWN[kind];
  // Of a file nobody can tell whether the account has chosen to show none.
  const isAtUrl = /^https?:/i.test(source);
  const shown = await queryOne(
    em,
    `update users set ${column} = ?${taken}, updated_at = now() from imported_pictures wanted
     where users.id = ? and wanted.user_id = users.id and wanted.kind = ? and wanted.source = ?
       and wanted.next_try_at is not null
       and (users.${column} = wanted.image_id or (users.${column} is null and ${isAtUrl ? unchanged : 'true'}))
     returning users.id`,
    [imageId, userId, kind, source],
  );
  if (shown) await settle(em, { userId, kind, source }, { imageId });
  return shown !== null;
}

type Outcome = {
  imageId?: string | null;
  failure?: string | null;
  tries?: number;
  waitSeconds?: number | null;
};

/** Notes what came of a try; without `waitSeconds` it was the last. Nothing where something else is wanted by now. */
export async function settle(
  em: EntityManager,
  { userId, kind, source }: Pick<WantedPicture, 'userId' | 'kind' | 'source'>,
  { imageId = null, failure = null, tries = 0, waitSeconds = null }: Outcome,
): Promise<void> {
  await em.execute(
    `update imported_pictures set image_id = coalesce(?, image_id), failure = ?, tries = ?,
       next_try_at = now() + ?::int * interval '1 second'
     where user_id = ? and kind = ? and source = ?`,
    [imageId, failure, tries, waitSeconds, userId, kind, source],
  );
}

/**
 * Lets everything that was not fetched be tried at once and from the beginning: pictures that wait, and those that were
 * given up. With a folder, files are looked for there. How many there are.
 */
export async function retryPictures(em: EntityManager, directory: string | null): Promise<number> {
  const rows = await em.execute(
    `update imported_pictures set tries = 0, failure = null, next_try_at = now(),
       directory = case when source ~* '^http(s|):' then null else coalesce(?, directory) end
     where next_try_at is not null or failure is not null returning 1`,
    [directory],
  );
  return rows.length;
}

/** How far the pictures are. */
export interface PictureCounts {
  waiting: number;
  stored: number;
  /** The account had chosen another before it came. */
  unwanted: number;
  /** Given up, by reason. */
  failed: Record<string, number>;
}

export async function countImportedPictures(em: EntityManager): Promise<PictureCounts> {
  const rows = await em.execute<{ state: string; failure: string | null; count: number }[]>(
    `select state, case when state = 'failed' then failure end as failure, count(*)::int as count
     from (select failure, case when next_try_at is not null then 'waiting' when failure is not null then 'failed'
       when image_id is not null then 'stored' else 'unwanted' end as state from imported_pictures) as pictures
     group by 1, 2 order by 1, 2`,
  );
  const of = (state: string) => rows.find((row) => row.state === state)?.count ?? 0;
  const failed = rows.flatMap(({ failure, count }): [string, number][] =>
    failure ? [[failure, count]] : [],
  );
  return {
    waiting: of('waiting'),
    stored: of('stored'),
    unwanted: of('unwanted'),
    failed: Object.fromEntries(failed),
  };
}

export interface PictureRow {
  userId: number;
  kind: PictureKind;
  source: string | null;
  directory: string | null;
}

/** Lets pictures be fetched; those without a source any more are forgotten. */
export async function savePictures(em: EntityManager, pictures: readonly PictureRow[]): Promise<void> {
  const gone = pictures.filter(({ source }) => source === null);
  if (gone.length > 0) {
    await em.execute(
      `delete from imported_pictures p using json_to_recordset(?::json) as gone ("userId" int, kind text)
       where p.user_id = gone."userId" and p.kind = gone.kind`,
      [JSON.stringify(gone)],
    );
  }
  const wanted = pictures.filter(({ source }) => source !== null);
  if (wanted.length === 0) return;
  await em.execute(
    `insert into imported_pictures (user_id, kind, source, directory, next_try_at)
     select "userId", kind, source, directory, now() from json_to_recordset(?::json)
       as given ("userId" int, kind text, source text, directory text)
     on conflict (user_id, kind) do update set source = excluded.source, directory = excluded.directory, tries = 0,
       next_try_at = excluded.next_try_at`,
    [JSON.stringify(wanted)],
  );
}

/** Tells where the files of pictures lie that are not stored yet. */
export async function locatePictures(
  em: EntityManager,
  system: LegacySystem,
  directory: string,
): Promise<void> {
  await em.execute(
    `update imported_pictures p set directory = ?, tries = 0, next_try_at = now()
     from imported_records r
     where r.system = ? and r.user_id = p.user_id and p.source !~ '^https{0,1}://' and p.directory is distinct from ?
       and (p.image_id is null or p.next_try_at is not null)`,
    [directory, system, directory],
  );
}
