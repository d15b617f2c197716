import type { EntityManager } from '@mikro-orm/postgresql';
import { type Command, InvalidArgumentError } from 'commander';
import { findCity } from '../../modules/place/place.repository.js';
import { findLegacyKeys } from '../../modules/user/legacy-id.repository.js';
import { type User, UserStatus } from '../../modules/user/user.entity.js';
import { ABILITIES } from '../../policy.js';
import type { Run } from '../command.js';
import { findUser, USER } from '../find-user.js';
import { setAbility } from '../operator.repository.js';
import { type Output, showOne } from '../output.js';

function abilityArgument(text: string): string {
  const known: readonly string[] = Object.values(ABILITIES);
  if (!known.includes(text)) {
    throw new InvalidArgumentError(
      `It must be one of: ${known.map((ability) => `'${ability}'`).join(', ')}.`,
    );
  }
  return text;
}

export function addUserCommands(program: Command, run: Run): void {
  const user = program.command('user').description('Accounts, and what they may do.');
  const change = (granted: boolean) => (text: string, ability: string) =>
    run(async (environment) => {
      const em = await environment.em();
      const { id, name } = await findUser(em, text);
      const abilities = await setAbility(em, id, ability, granted);
      const { sessions } = await environment.services();
      await sessions.refresh({ em }, id);
      return showOne({ id, name, abilities });
    });

  user
    .command('grant')
    .description('Give a user an ability; it holds at once, in open sessions too.')
    .argument('<user>', USER)
    .argument('<ability>', `such as '${ABILITIES.disableUser}'; '*' is all`, abilityArgument)
    .action(change(true));

  user
    .command('revoke')
    .description('Take an ability from a user; at once, in open sessions too.')
    .argument('<user>', USER)
    .argument('<ability>', 'as it was granted', abilityArgument)
    .action(change(false));

  user
    .command('show')
    .description('An account as it is stored, without secrets.')
    .argument('<user>', USER)
    .action((text: string) =>
      run(async (environment) => {
        const em = await environment.em();
        return showUser(em, await findUser(em, text));
      }),
    );
}

async function showUser(em: EntityManager, user: User): Promise<Output> {
  const city = user.cityId === null ? null : await findCity(em, user.cityId);
  const legacyKeys = (await findLegacyKeys(em, [user.id])).get(user.id) ?? [];
  const { id, name, nickname, phone, email, emailVerified, location, abilities, lastActiveAt, createdAt } =
    user;
  return showOne({
    id,
    name,
    nickname,
    phone,
    email,
    emailVerified,
    status: UserStatus[user.status],
    abilities,
    location,
    city: city?.name ?? null,
    legacyIds: legacyKeys.map((key) => `${key.system}:${key.id}`),
    lastActiveAt,
    createdAt,
  });
}
