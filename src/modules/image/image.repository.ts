import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { Image } from '../user/image.entity.js';
import { DefaultPhoto } from './default-photo.entity.js';

const byIds = readRows(Image, 'i', 'from images i where i.id = any (?::text[])');

export async function findImages(em: EntityManager, ids: readonly string[]): Promise<Map<string, Image>> {
  return indexBy(await byIds(em, [arrayOf(ids)]), (image) => image.id);
}

export const findImage = async (em: EntityManager, id: string): Promise<Image | null> =>
  (await findImages(em, [id])).get(id) ?? null;

/** The upload time of an account's newest picture since `since` but `skipped`; null when there are not so many. */
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

const defaultPhotos = readRows(
  Image,
  'i',
  `from default_photos photo join images i on i.id = photo.image_id
   order by photo.position, photo.image_id limit ${DEFAULT_PHOTOS_MAX}`,
);

/** The default photos, in their order. */
export const findDefaultPhotos = (em: EntityManager): Promise<Image[]> => defaultPhotos(em);

export async function isDefaultPhoto(em: EntityManager, id: string): Promise<boolean> {
  return (await em.count(DefaultPhoto, { imageId: id })) > 0;
}

/** Without an owner, and not unclaimed, it is a default photo. */
export async function insertImage(
  em: EntityManager,
  given: Omit<Image, 'createdAt' | 'existed' | 'unclaimed'> & { unclaimed?: boolean },
): Promise<Image> {
  const image = { unclaimed: false, ...given };
  const createdAt = new Date();
  await em.insert(Image, { ...image, createdAt });
  return Object.assign(new Image(), image, { createdAt });
}

/** True when a picture with the same content is stored, of an account or of those that nobody has claimed. */
export async function hasImageLike(
  em: EntityManager,
  among: { ownerId: number } | { unclaimed: true },
  hash: string,
): Promise<boolean> {
  return (await em.count(Image, { ...among, hash })) > 0;
}

/** Gives a picture that nobody has claimed to an account; false when it is another's by now, or gone. */
export async function claimImage(em: EntityManager, id: string, ownerId: number): Promise<boolean> {
  const claimed = await em.nativeUpdate(Image, { id, unclaimed: true }, { ownerId, unclaimed: false });
  return claimed === 1 || (await em.count(Image, { id, ownerId })) === 1;
}

/** At most `limit` pictures that nobody has claimed in time; nobody can until the transaction ends. */
export async function lockUnclaimed(
  em: EntityManager,
  before: Date,
  limit: number,
): Promise<Pick<Image, 'id' | 'key'>[]> {
  return em.execute(
    `select id, key from images where unclaimed and created_at < ?
     order by created_at limit ? for update skip locked`,
    [before, limit],
  );
}

export async function deleteImage(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(Image, { id });
}

/** At most `limit` pictures that a user has uploaded; default photos are nobody's to take away. */
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

/** Default photos stay when their uploader goes; when these are emptied, all other pictures of theirs are gone. */
export const emptiedImages = rowsStay(Image, 'ownerId', {
  id: KEPT,
  key: KEPT,
  ownerId: null,
  mime: KEPT,
  size: KEPT,
  width: KEPT,
  height: KEPT,
  hash: KEPT,
  unclaimed: KEPT,
  createdAt: KEPT,
});
