import type { EntityManager } from '@mikro-orm/postgresql';
import { type Command, InvalidArgumentError } from 'commander';
import { LEGACY_SYSTEMS, type LegacySystem } from '../../door.js';
import { listLegacyIds } from '../../modules/user/legacy-id.repository.js';
import type { Run } from '../command.js';
import { streamRows } from '../output.js';

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

export function addExportCommands(program: Command, run: Run): void {
  const group = program.command('export').description('What is here, for other systems.');

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
