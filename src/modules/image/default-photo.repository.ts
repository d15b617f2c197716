import type { EntityManager } from '@mikro-orm/postgresql';
import { queryOne } from '../../infra/database/query.js';
import { DefaultPhoto } from './default-photo.entity.js';

/** Makes a stored image the last default photo; returns its position. */
export async function insertDefaultPhoto(em: EntityManager, imageId: string): Promise<number> {
  const row = await queryOne<{ position: number }>(
    em,
    `insert into default_photos (image_id, position)
     select ?, coalesce(max(position) + 1, 0) from default_photos returning position`,
    [imageId],
  );
  return row?.position ?? 0;
}

/** Takes a picture off the list; users who chose it keep it. False when it was not on the list. */
export async function deleteDefaultPhoto(em: EntityManager, imageId: string): Promise<boolean> {
  return (await em.nativeDelete(DefaultPhoto, { imageId })) === 1;
}

export const countDefaultPhotos = (em: EntityManager): Promise<number> => em.count(DefaultPhoto, {});
