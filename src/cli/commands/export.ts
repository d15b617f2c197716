import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Command, InvalidArgumentError } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import type { RawRecord } from '../../modules/import/record.js';
import { listLegacyIds } from '../../modules/user/legacy-id.repository.js';
import type { Run } from '../command.js';
import { linesOf, type Output, showOne, streamLines, streamRows } from '../output.js';

/** Pairs that are read with one statement. */
const PAGE = 10_000;

function systemArgument(text: string): LegacySystem {
  const system = LEGACY_SYSTEMS.find((one) => one === text);
  if (!system) throw new InvalidArgumentError(`It must be one of ${LEGACY_SYSTEMS.join(', ')}.`);
  return system;
}

/** Every pair of a system, a page in memory; one that is added meanwhile may be among them. */
async function* pairsOf(em: EntityManager, system: LegacySystem) {
  let after = '';
  for (;;) {
    const pairs = await listLegacyIds(em, system, after, PAGE);
    yield pairs.map(({ legacyId, userId }) => ({ legacyId, userId }));
    const last = pairs.at(-1);
    if (!last || pairs.length < PAGE) return;
    after = last.legacyId;
  }
}

/** Whole or not at all, and for nobody else's eyes. */
async function writeRecords(pages: AsyncIterable<readonly RawRecord[]>, file: string): Promise<Output> {
  const unfinished = `${file}.part`;
  let users = 0;
  const lines = async function* () {
    for await (const records of pages) {
      users += records.length;
      yield linesOf(records);
    }
  };
  await rm(unfinished, { force: true });
  try {
    await pipeline(lines, createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }));
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return showOne({ file, users });
}

export function addExportCommands(program: Command, run: Run): void {
  const group = program.command('export').description('What is here, for other systems.');

  group
    .command('users')
    .description(
      'Accounts as an import takes them, with their secrets: one JSON object a line (NDJSON), with --json too.',
    )
    .argument('[file]', 'where to write them; standard output by default')
    .action((file: string | undefined) =>
      run(async (environment) => {
        const { exports } = await environment.services();
        const pages = exports.users(await environment.context());
        return file === undefined ? streamLines(pages) : writeRecords(pages, file);
      }),
    );

  group
    .command('ids')
    .description('The ids by which a system knows accounts, each with its number here: a line, or an object.')
    .argument('<system>', LEGACY_SYSTEMS.join(', '), systemArgument)
    .action((system: LegacySystem) =>
      run(async (environment) => {
        const em = await environment.em();
        return streamRows(() => pairsOf(em, system));
      }),
    );
}
