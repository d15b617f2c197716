import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { newStorageKey } from '../../infra/storage/port.js';
import { deleteDefaultPhoto } from '../../modules/image/default-photo.repository.js';
import { type CleanImage, ImageDecoder, readAtMost } from '../../modules/image/image.decoder.js';
import { findDefaultPhotos } from '../../modules/image/image.repository.js';
import { ImageStore } from '../../modules/image/image.store.js';
import type { Image } from '../../modules/user/image.entity.js';
import type { Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';
import type { Run } from '../program.js';
import { removal } from '../removal.js';

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

async function add(environment: Environment, file: string): Promise<Output> {
  const picture = await decodeFile(environment, file);
  const store = new ImageStore(environment.config, await environment.storage());
  const key = newStorageKey(picture.extension);
  return showOne(viewOf(await store.addDefaultPhoto(await environment.em(), key, picture)));
}

const list = async (environment: Environment): Promise<Output> =>
  showList((await findDefaultPhotos(await environment.em())).map(viewOf));

export function addDefaultPhotoCommands(program: Command, run: Run): void {
  const photo = program.command('default-photo').description('Pictures that any user may take as an avatar.');

  photo
    .command('add')
    .description('Put a picture at the end of the list.')
    .argument('<file>', 'JPEG, PNG, WebP or GIF')
    .action((file: string) => run((environment) => add(environment, file)));

  photo
    .command('list')
    .description('All pictures, in their order.')
    .action(() => run(list));

  photo
    .command('remove')
    .description('Take a picture off the list; users who chose it keep it.')
    .argument('<id>', '32 hexadecimal digits')
    .action((id: string) => run(removal(deleteDefaultPhoto, id)));
}
