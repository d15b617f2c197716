import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { AppError } from '../../errors/app-error.js';
import { deleteDefaultPhoto, insertDefaultPhoto } from '../../modules/image/default-photo.repository.js';
import { type CleanImage, ImageDecoder, readAtMost } from '../../modules/image/image.decoder.js';
import { newStorageKey, parseStorageKey } from '../../modules/image/image.key.js';
import { findDefaultPhotos, insertImage } from '../../modules/image/image.repository.js';
import type { Image } from '../../modules/user/image.entity.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { showList, showOne } from '../output.js';

const viewOf = ({ id, key, mime, size, width, height }: Image) => ({ id, key, mime, size, width, height });

/** Under the limits of an uploaded avatar, so that whoever takes it has one that the doors would have let in. */
async function decodeFile({ config }: Environment, file: string): Promise<CleanImage> {
  const maxBytes = config.UPLOAD_MAX_BYTES;
  const bytes = await readAtMost(createReadStream(file), maxBytes);
  return new ImageDecoder().decode(bytes, {
    maxBytes,
    maxSide: config.IMAGE_MAX_SIDE,
    minSide: config.IMAGE_MIN_SIDE,
  });
}

async function addPhoto(environment: Environment, file: string): Promise<Image> {
  const { data, mime, extension, size, width, height, sha256 } = await decodeFile(environment, file);
  const em = await environment.em();
  const storage = await environment.storage();
  const key = newStorageKey(extension);
  const id = parseStorageKey(key)?.id ?? '';
  await storage.put(key, data, mime);
  try {
    return await em.transactional(async () => {
      const image = await insertImage(em, {
        id,
        key,
        ownerId: null,
        mime,
        size,
        width,
        height,
        hash: sha256,
      });
      await insertDefaultPhoto(em, id);
      return image;
    });
  } catch (error) {
    await storage.remove(key);
    throw error;
  }
}

export function addDefaultPhotoCommands(program: Command, run: Run): void {
  const photo = program.command('default-photo').description('Pictures that any user may take as an avatar.');

  photo
    .command('add')
    .description('Put a picture at the end of the list.')
    .argument('<file>', 'JPEG, PNG, WebP or GIF')
    .action((file: string) => run(async (environment) => showOne(viewOf(await addPhoto(environment, file)))));

  photo
    .command('list')
    .description('All pictures, in their order.')
    .action(() =>
      run(async (environment) => showList((await findDefaultPhotos(await environment.em())).map(viewOf))),
    );

  photo
    .command('remove')
    .description('Take a picture off the list; users who chose it keep it.')
    .argument('<id>', '32 hexadecimal digits')
    .action((id: string) =>
      run(async (environment) => {
        if (!(await deleteDefaultPhoto(await environment.em(), id))) {
          throw new AppError('NOT_FOUND', { field: 'id' });
        }
        return showOne({ id, removed: true });
      }),
    );
}
