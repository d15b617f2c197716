import type { EntityManager } from '@mikro-orm/postgresql';
import { indexBy, READ_ONLY } from '../../infra/database/query.js';
import { DefaultPhoto } from './default-photo.entity.js';
import { Image } from './image.entity.js';

export async function findImages(em: EntityManager, ids: readonly string[]): Promise<Map<string, Image>> {
  return indexBy(await em.find(Image, { id: { $in: [...ids] } }, READ_ONLY), (image) => image.id);
}

export const findImage = (em: EntityManager, id: string): Promise<Image | null> =>
  em.findOne(Image, { id }, READ_ONLY);

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

/** The pictures of the house, in their order. */
export async function findDefaultPhotos(em: EntityManager): Promise<Image[]> {
  const photos = await em.find(
    DefaultPhoto,
    {},
    { ...READ_ONLY, orderBy: { position: 'asc', imageId: 'asc' } },
  );
  const images = await findImages(
    em,
    photos.map((photo) => photo.imageId),
  );
  return photos.flatMap((photo) => images.get(photo.imageId) ?? []);
}

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
