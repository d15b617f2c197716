import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Storage } from '../infra/storage/port.js';
import { countDefaultPhotos, insertDefaultPhoto } from '../modules/image/default-photo.repository.js';
import { findImages, insertImage } from '../modules/image/image.repository.js';

const SIDE = 200;
const MIME = 'image/png';

/** Background and foreground of each picture. */
const COLOURS = [
  ['#f6c28b', '#a8552a'],
  ['#9ad0c2', '#2d6a5f'],
  ['#a9c1f5', '#3451a1'],
  ['#f2a7b5', '#9c2f4b'],
  ['#d3c0f0', '#5b3f99'],
  ['#cfdc9a', '#5d7324'],
] as const;

/** A head and shoulders: no text, so no font decides how it looks. */
const drawingOf = ([background, foreground]: (typeof COLOURS)[number]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}" viewBox="0 0 200 200">
<rect width="200" height="200" fill="${background}"/>
<circle cx="100" cy="78" r="38" fill="${foreground}"/>
<path d="M28 200c4-46 32-70 72-70s68 24 72 70z" fill="${foreground}"/>
</svg>`;

interface DefaultPicture {
  id: string;
  key: string;
  svg: string;
}

/** The id follows from the drawing, so that all instances agree on it and a new drawing gets a new one. */
const PICTURES: readonly DefaultPicture[] = COLOURS.map((colours) => {
  const svg = drawingOf(colours);
  const id = createHash('sha256').update(svg).digest('hex').slice(0, 32);
  return { id, key: `2021/01/01/${id}.png`, svg };
});

async function draw({ svg }: DefaultPicture): Promise<Buffer> {
  const { default: sharp } = await import('../modules/image/sharp.js');
  return sharp(Buffer.from(svg)).png().toBuffer();
}

async function isStored(storage: Storage, key: string): Promise<boolean> {
  const file = await storage.read(key);
  file?.stream.destroy();
  return file !== null;
}

/**
 * Makes the first default photos. Later starts leave the list to the operator, and only put back a file that the
 * storage has lost (a fresh disk beside a kept database).
 */
export async function seedDefaultPhotos(em: EntityManager, storage: Storage): Promise<void> {
  const first = (await countDefaultPhotos(em)) === 0;
  const images = await findImages(
    em,
    PICTURES.map(({ id }) => id),
  );
  for (const picture of PICTURES) {
    const known = images.has(picture.id);
    if (!known && !first) continue;
    if (!known || !(await isStored(storage, picture.key))) {
      const data = await draw(picture);
      await storage.put(picture.key, data, MIME);
      if (!known) await insertImage(em, rowOf(picture, data));
    }
    if (first) await insertDefaultPhoto(em, picture.id);
  }
}

function rowOf({ id, key }: DefaultPicture, data: Buffer): Parameters<typeof insertImage>[1] {
  const hash = createHash('sha256').update(data).digest('hex');
  return { id, key, ownerId: null, mime: MIME, size: data.length, width: SIDE, height: SIDE, hash };
}
