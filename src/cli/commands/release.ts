import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../errors/app-error.js';
import { AppPlatform, type AppRelease } from '../../modules/release/app-release.entity.js';
import { deleteRelease, findReleases, insertRelease } from '../../modules/release/release.repository.js';
import { countArgument, idArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { showList, showOne } from '../output.js';

const PLATFORMS = { android: AppPlatform.ANDROID, ios: AppPlatform.IOS } as const;
const LONGEST = { version: 32, url: 500, title: 191 } as const;

interface AddOptions {
  platform: keyof typeof PLATFORMS;
  version: string;
  versionCode: number;
  url: string;
  title: string;
  message: string;
}

const textArgument = (max: number) => (text: string) => {
  if ([...text].length > max) throw new InvalidArgumentError(`It must have at most ${max} characters.`);
  return text;
};

function urlArgument(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('It must be an http(s) URL.');
  }
  return textArgument(LONGEST.url)(text);
}

const viewOf = ({ platform, ...release }: AppRelease) => ({
  id: release.id,
  platform: AppPlatform[platform]?.toLowerCase(),
  version: release.version,
  versionCode: release.versionCode,
  url: release.url,
  title: release.title,
  message: release.message,
  updatedAt: release.updatedAt,
});

export function addReleaseCommands(program: Command, run: Run): void {
  const release = program.command('release').description('Versions of the app; the highest code is current.');

  release
    .command('add')
    .description('Publish a version of the app.')
    .addOption(
      new Option('--platform <platform>', 'what it runs on')
        .choices(Object.keys(PLATFORMS))
        .makeOptionMandatory(),
    )
    .requiredOption('--version <text>', 'version for people, such as 8.7', textArgument(LONGEST.version))
    .requiredOption(
      '--version-code <number>',
      'version for comparison, such as 11',
      countArgument(0, 2_147_483_647),
    )
    .requiredOption('--url <url>', 'where to download it', urlArgument)
    .option('--title <text>', 'title of the notice', textArgument(LONGEST.title), '')
    .option('--message <text>', 'text of the notice', '')
    .action(({ platform, version, versionCode, url, title, message }: AddOptions) =>
      run(async (environment) => {
        const added = { platform: PLATFORMS[platform], version, versionCode, url, title, message };
        return showOne(viewOf(await insertRelease(await environment.em(), added)));
      }),
    );

  release
    .command('list')
    .description('All versions, newest first.')
    .action(() =>
      run(async (environment) => showList((await findReleases(await environment.em())).map(viewOf))),
    );

  release
    .command('remove')
    .description('Withdraw a version.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) =>
      run(async (environment) => {
        if (!(await deleteRelease(await environment.em(), id)))
          throw new AppError('NOT_FOUND', { field: 'id' });
        return showOne({ id, removed: true });
      }),
    );
}
