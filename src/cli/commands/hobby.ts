import { type Command, InvalidArgumentError } from 'commander';
import { HOBBY_NAME_MAX } from '../../modules/hobby/hobby.entity.js';
import { findHobbies } from '../../modules/hobby/hobby.repository.js';
import { visible } from '../../text.js';
import { idArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { deleteHobby, ensureHobby } from '../operator.repository.js';
import { showList, showOne } from '../output.js';
import { removal } from '../removal.js';

function nameArgument(text: string): string {
  const name = visible(text);
  if (name === '' || [...name].length > HOBBY_NAME_MAX) {
    throw new InvalidArgumentError(`It must have 1 to ${HOBBY_NAME_MAX} characters.`);
  }
  return name;
}

export function addHobbyCommands(program: Command, run: Run): void {
  const hobby = program.command('hobby').description('Hobbies that users can choose.');

  hobby
    .command('add')
    .description('Add a hobby; one that is there is shown.')
    .argument('<name>', `its name, at most ${HOBBY_NAME_MAX} characters`, nameArgument)
    .action((text: string) =>
      run(async (environment) => {
        const { id, name } = await ensureHobby(await environment.em(), text);
        return showOne({ id, name });
      }),
    );

  hobby
    .command('list')
    .description('All hobbies.')
    .action(() =>
      run(async (environment) => {
        const hobbies = await findHobbies(await environment.em());
        return showList(hobbies.map(({ id, name }) => ({ id, name })));
      }),
    );

  hobby
    .command('remove')
    .description('Remove a hobby, also from the users who chose it.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run(removal(deleteHobby, id)));
}
