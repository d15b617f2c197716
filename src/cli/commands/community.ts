import type { Command } from 'commander';
import { AppError } from '../../errors/app-error.js';
import { COMMUNITY_NAME_MAX, type Community } from '../../modules/place/community.entity.js';
import {
  type CommunityCriteria,
  deleteCommunity,
  findCommunity,
  insertCommunities,
  listCommunities,
  type NewCommunity,
} from '../../modules/place/place.repository.js';
import { idArgument } from '../arguments.js';
import { type Run } from '../command.js';
import { importCommunities, parseCommunity } from '../community.import.js';
import { type Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';
import { removal } from '../removal.js';

const CITY = 'the city, by its GB/T 2260 code (510100)';

const viewOf = ({ id, cityId, name }: Community) => ({ id, cityId, name });

async function add(environment: Environment, community: NewCommunity): Promise<Output> {
  const em = await environment.em();
  const wanted = await parseCommunity(em, community);
  await insertCommunities(em, [wanted]);
  const found = await findCommunity(em, wanted);
  if (!found) throw new AppError('NOT_FOUND');
  return showOne(viewOf(found));
}

const list = async (environment: Environment, criteria: CommunityCriteria): Promise<Output> =>
  showList((await listCommunities(await environment.em(), criteria)).map(viewOf));

export function addCommunityCommands(program: Command, run: Run): void {
  const community = program.command('community').description('Housing estates that users can live in.');

  community
    .command('add')
    .description('Add a community to a city; one that is there is shown.')
    .requiredOption('--city <id>', CITY, idArgument)
    .argument('<name>', `its name, at most ${COMMUNITY_NAME_MAX} characters`)
    .action((name: string, { city: cityId }: { city: number }) =>
      run((environment) => add(environment, { cityId, name })),
    );

  community
    .command('list')
    .description('All communities, or those of a city.')
    .option('--city <id>', CITY, idArgument)
    .option('--name <text>', 'only those with this in their name')
    .action(({ city: cityId, name }: { city?: number; name?: string }) =>
      run((environment) => list(environment, { cityId, name })),
    );

  community
    .command('remove')
    .description('Remove a community; its residents keep their city.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run(removal(deleteCommunity, id)));

  community
    .command('import')
    .description(
      'Add communities from a file: all of them, or with an error none. Those that are there are skipped.',
    )
    .argument(
      '<file>',
      'UTF-8; CSV lines `city_id,name`, or a JSON array of {"city_id", "name"} in a *.json file',
    )
    .action((file: string) =>
      run(async (environment) => showOne({ ...(await importCommunities(await environment.em(), file)) })),
    );
}
