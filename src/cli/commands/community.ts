import type { Command } from 'commander';
import { AppError } from '../../errors/app-error.js';
import type { Community } from '../../modules/place/community.entity.js';
import {
  deleteCommunity,
  findCommunity,
  insertCommunities,
  listCommunities,
} from '../../modules/place/place.repository.js';
import { idArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { importCommunities, parseCommunity } from '../community.import.js';
import { showList, showOne } from '../output.js';

const CITY = 'the city, by its GB/T 2260 code (510100)';

const viewOf = ({ id, cityId, name }: Community) => ({ id, cityId, name });

export function addCommunityCommands(program: Command, run: Run): void {
  const community = program.command('community').description('Housing estates that users can live in.');

  community
    .command('add')
    .description('Add a community to a city; one that is there is shown.')
    .requiredOption('--city <id>', CITY, idArgument)
    .argument('<name>', 'its name, at most 64 characters')
    .action((name: string, { city }: { city: number }) =>
      run(async (environment) => {
        const em = await environment.em();
        const wanted = await parseCommunity(em, { cityId: city, name });
        await insertCommunities(em, [wanted]);
        const found = await findCommunity(em, wanted);
        if (!found) throw new AppError('NOT_FOUND');
        return showOne(viewOf(found));
      }),
    );

  community
    .command('list')
    .description('All communities, or those of a city.')
    .option('--city <id>', CITY, idArgument)
    .option('--name <text>', 'only those with this in their name')
    .action(({ city, name }: { city?: number; name?: string }) =>
      run(async (environment) => {
        const communities = await listCommunities(await environment.em(), { cityId: city, name });
        return showList(communities.map(viewOf));
      }),
    );

  community
    .command('remove')
    .description('Remove a community; its residents keep their city.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) =>
      run(async (environment) => {
        if (!(await deleteCommunity(await environment.em(), id))) {
          throw new AppError('NOT_FOUND', { field: 'id' });
        }
        return showOne({ id, removed: true });
      }),
    );

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
