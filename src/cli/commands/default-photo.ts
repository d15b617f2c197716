import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { deleteDefaultPhoto } from '../../modules/image/default-photo.repository.js';
import { findDefaultPhotos } from '../../modules/image/image.repository.js';
import type { Image } from '../../modules/user/image.entity.js';
import { type Run } from '../command.js';
import type { Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';
import { removal } from '../removal.js';

const viewOf = ({ id, key, mime, size, width, height }: Image) => ({ id, key, mime, size, width, height });

async function add(environment: Environment, file: string): Promise<Output> {
  const { defaultPhotos } = await environment.services();
  return showOne(viewOf(await defaultPhotos.add(await environment.context(), createReadStream(file))));
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
