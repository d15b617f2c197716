import type { EntityManager } from '@mikro-orm/postgresql';
import { KEPT, rowsStay } from '../../infra/database/personal.js';
import { arrayOf, indexBy, READ_ONLY } from '../../infra/database/query.js';
import { readRows } from '../../infra/database/rows.js';
import { firstOf, statement } from '../../infra/database/statement.js';
import { Image } from '../user/image.entity.js';
import { LIVE } from '../user/user.repository.js';
import { DefaultPhoto } from './default-photo.entity.js';

const byIds = readRows(Image, 'i', 'from images i where i.id = any (?::text[])');

export async function findImages(em: EntityManager, ids: readonly string[]): Promise<Map<string, Image>> {
  return indexBy(await byIds(em, [arrayOf(ids)]), (image) => image.id);
}

export const findImage = async (em: EntityManager, id: string): Promise<Image | null> =>
  (await findImages(em, [id])).get(id) ?? null;

const byNumber = readRows(Image, 'i', 'from images i where i.number = ?');

export const findImageByNumber = (em: EntityManager, number: number): Promise<Image | null> =>
  firstOf(byNumber, em, [number]);

const bySource = readRows(
  Image,
  'i',
  'from images i where i.owner_id = ? and i.source_md5 = ? order by i.created_at desc limit 1',
);

/** The latest picture that an account sent as a file of this MD5. */
export const findImageBySource = (em: EntityManager, ownerId: number, md5: string): Promise<Image | null> =>
  firstOf(bySource, em, [ownerId, md5]);

const shown = statement<{ shown: boolean }>(
  `select exists (select from users u where u.avatar_id = ? and ${LIVE})
     or exists (select from users u where u.background_id = ? and ${LIVE})
     or exists (select from default_photos photo where photo.image_id = ?) as shown`,
);

/** True for a default photo, and while a profile shows the picture. */
export const isShown = async (em: EntityManager, id: string): Promise<boolean> =>
  (await firstOf(shown, em, [id, id, id]))?.shown === true;

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

type NewImage = Omit<Image, 'createdAt' | 'existed' | 'number' | 'sourceMd5' | 'unclaimed'> &
  Partial<Pick<Image, 'sourceMd5' | 'unclaimed'>>;

/** Without an owner, and not unclaimed, it is a default photo. */
export async function insertImage(em: EntityManager, image: NewImage): Promise<Image> {
  await em.insert(Image, { ...image, createdAt: new Date() } as Image);
  // The database numbers it.
  return em.findOneOrFail(Image, { id: image.id }, READ_ONLY);
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
  number: KEPT,
  key: KEPT,
  ownerId: null,
  mime: KEPT,
  size: KEPT,
  width: KEPT,
  height: KEPT,
  hash: KEPT,
  sourceMd5: null,
  unclaimed: KEPT,
  createdAt: KEPT,
});
