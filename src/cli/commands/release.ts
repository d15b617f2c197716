import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppPlatform, type AppRelease, RELEASE_LIMITS } from '../../modules/release/app-release.entity.js';
import { deleteRelease, findReleases, insertRelease } from '../../modules/release/release.repository.js';
import { INTEGER_MAX } from '../../numbers.js';
import { countArgument, idArgument } from '../arguments.js';
import { type Run } from '../command.js';
import { type Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';
import { removal } from '../removal.js';

const PLATFORMS = { android: AppPlatform.ANDROID, ios: AppPlatform.IOS } as const;

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
  return textArgument(RELEASE_LIMITS.url)(text);
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

async function add(environment: Environment, options: AddOptions): Promise<Output> {
  const { platform, version, versionCode, url, title, message } = options;
  const release = { platform: PLATFORMS[platform], version, versionCode, url, title, message };
  return showOne(viewOf(await insertRelease(await environment.em(), release)));
}

const list = async (environment: Environment): Promise<Output> =>
  showList((await findReleases(await environment.em())).map(viewOf));

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
    .requiredOption(
      '--version <text>',
      'version for people, such as 8.7',
      textArgument(RELEASE_LIMITS.version),
    )
    .requiredOption(
      '--version-code <number>',
      'version for comparison, such as 11',
      countArgument(0, INTEGER_MAX),
    )
    .requiredOption('--url <url>', 'where to download it', urlArgument)
    .option('--title <text>', 'title of the notice', textArgument(RELEASE_LIMITS.title), '')
    .option('--message <text>', 'text of the notice', '')
    .action((options: AddOptions) => run((environment) => add(environment, options)));

  release
    .command('list')
    .description('All versions, newest first.')
    .action(() => run(list));

  release
    .command('remove')
    .description('Withdraw a version.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run(removal(deleteRelease, id)));
}
