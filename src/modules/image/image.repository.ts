import type { EntityManager } from '@mikro-orm/postgresql';
import { indexBy, READ_ONLY } from '../../infra/database/query.js';
import { arrayOf, readRows } from '../../infra/database/statement.js';
import { DefaultPhoto } from './default-photo.entity.js';
import { Image } from './image.entity.js';

const byIds = readRows(Image, 'i', 'from images i where i.id = any (?::text[])');

export async function findImages(em: EntityManager, ids: readonly string[]): Promise<Map<string, Image>> {
  return indexBy(await byIds(em, [arrayOf(ids)]), (image) => image.id);
}

export const findImage = async (em: EntityManager, id: string): Promise<Image | null> =>
  (await findImages(em, [id])).get(id) ?? null;

/** When the newest but `skipped` of an account's pictures since a moment was uploaded; null when there are not so many. */
export async function findUploadTime(
  em: EntityManager,
  ownerId: number,
  since: Date,
  skipped: number,
): Promise<Date | null> {
  const [image] = await em.find(
    Image,
    { ownerId, createdAt: { $gt: since } },
    { ...READ_ONLY, orderBy: { createdAt: 'desc' }, offset: skipped, limit: 1 },
  );
  return image?.createdAt ?? null;
}

/** Longer lists are cut: everybody who may ask for the list may ask for all of it. */
export const DEFAULT_PHOTOS_MAX = 100;

const ofTheHouse = readRows(
  Image,
  'i',
  `from default_photos photo join images i on i.id = photo.image_id
   order by photo.position, photo.image_id limit ${DEFAULT_PHOTOS_MAX}`,
);

/** The pictures of the house, in their order. */
export const findDefaultPhotos = (em: EntityManager): Promise<Image[]> => ofTheHouse(em);

export async function isDefaultPhoto(em: EntityManager, id: string): Promise<boolean> {
  return (await em.count(DefaultPhoto, { imageId: id })) > 0;
}

export async function insertImage(em: EntityManager, image: Omit<Image, 'createdAt'>): Promise<Image> {
  const createdAt = new Date();
  await em.insert(Image, { ...image, createdAt });
  return Object.assign(new Image(), image, { createdAt });
}

export async function deleteImage(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(Image, { id });
}

/** At most `limit` pictures that a user has uploaded; those of the house are nobody's to take away. */
export async function findOwnedImages(
  em: EntityManager,
  ownerId: number,
  limit: number,
): Promise<Pick<Image, 'id' | 'key'>[]> {
  return em.execute(
    `select id, key from images where owner_id = ?
     and not exists (select 1 from default_photos photo where photo.image_id = images.id) limit ?`,
    [ownerId, limit],
  );
}

export async function deleteImages(em: EntityManager, ids: readonly string[]): Promise<void> {
  await em.nativeDelete(Image, { id: { $in: [...ids] } });
}

/** Pictures of the house stay when who uploaded them goes. */
export async function disownDefaultPhotos(em: EntityManager, ownerId: number): Promise<void> {
  await em.execute(
    'update images set owner_id = null where owner_id = ? and id in (select image_id from default_photos)',
    [ownerId],
  );
}
