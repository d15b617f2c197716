import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { StartError } from '../../infra/start-error.js';
import { countImportedPictures } from '../../modules/import/imported-picture.repository.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { type Output, showOne } from '../output.js';

/** The folder as an absolute path. Throws a StartError when there is none. */
async function folderAt(given: string): Promise<string> {
  const folder = path.resolve(given);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new StartError(`${folder} is no folder.`);
  return folder;
}

async function fetchPictures(environment: Environment, files: string | undefined): Promise<Output> {
  const folder = files === undefined ? null : await folderAt(files);
  const { importedPictures } = await environment.services();
  const tried = await importedPictures.retry(await environment.context(), folder);
  const jobs = await environment.jobs();
  const [report] = await jobs.run(undefined, ['fetch-imported-pictures']);
  const { waiting, failed } = await countImportedPictures(await environment.em());
  const { json, text } = showOne({ outcome: report?.outcome, tried, ...report?.counts, waiting });
  const reasons = Object.entries(failed).map(([reason, count]) => `\nfailed, ${reason}: ${count}`);
  return {
    json: { ...Object(json), failed },
    text: text + reasons.join(''),
    exitCode: report?.outcome === 'failed' ? 1 : 0,
  };
}

/** `import pictures`, in the group of imports. */
export function addPictureImport(group: Command, run: Run): void {
  group
    .command('pictures')
    .description(
      'Fetch now the pictures that an import has named, those that were given up too; the server does it by and by.',
    )
    .option('--files <folder>', 'where the files lie; where the import was told they are by default')
    .action(({ files }: { files?: string }) => run((environment) => fetchPictures(environment, files)));
}
