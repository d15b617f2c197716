import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import type { Image } from '../../modules/user/image.entity.js';
import { showList, showOne } from '../output.js';
import type { Run } from '../program.js';

const viewOf = ({ id, key, mime, size, width, height }: Image) => ({ id, key, mime, size, width, height });

export function addDefaultPhotoCommands(program: Command, run: Run): void {
  const photo = program.command('default-photo').description('Pictures that any user may take as an avatar.');

  photo
    .command('add')
    .description('Put a picture at the end of the list.')
    .argument('<file>', 'JPEG, PNG, WebP or GIF')
    .action((file: string) =>
      run(async (environment) => {
        const { defaultPhotos } = await environment.services();
        return showOne(viewOf(await defaultPhotos.add(await environment.em(), createReadStream(file))));
      }),
    );

  photo
    .command('list')
    .description('All pictures, in their order.')
    .action(() =>
      run(async (environment) => {
        const { defaultPhotos } = await environment.services();
        return showList((await defaultPhotos.list(await environment.em())).map(viewOf));
      }),
    );

  photo
    .command('remove')
    .description('Take a picture off the list; users who chose it keep it.')
    .argument('<id>', '32 hexadecimal digits')
    .action((id: string) =>
      run(async (environment) => {
        const { defaultPhotos } = await environment.services();
        await defaultPhotos.remove(await environment.em(), id);
        return showOne({ id, removed: true });
      }),
    );
}
