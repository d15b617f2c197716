import type { EntityManager } from '@mikro-orm/postgresql';
import { type Command, InvalidArgumentError } from 'commander';
import { LEGACY_SYSTEMS } from '../../door.js';
import { AppError } from '../../errors/app-error.js';
import { findCity } from '../../modules/place/place.repository.js';
import { matchAccount } from '../../modules/user/account.finder.js';
import {
  findLegacyKeys,
  findUserByLegacyId,
  type LegacyKey,
} from '../../modules/user/legacy-id.repository.js';
import { type User, UserStatus } from '../../modules/user/user.entity.js';
import { findUserById } from '../../modules/user/user.repository.js';
import { ABILITIES } from '../../policy.js';
import { parseIdOrNull } from '../../schema/ids.js';
import type { Run } from '../command.js';
import { setAbility } from '../operator.repository.js';
import { type Output, showOne } from '../output.js';

const USER = 'number, name, phone, verified e-mail, or SYSTEM:ID for the id in a system before';

/** The old id that a text names; neither names nor addresses hold a colon. */
function legacyKeyIn(text: string): LegacyKey | null {
  const [name, ...rest] = text.split(':');
  const system = LEGACY_SYSTEMS.find((one) => one === name);
  return system && rest.length > 0 ? { system, id: rest.join(':') } : null;
}

/** The user that a text names; names and phones are never mistaken for ids. */
async function findUser(em: EntityManager, text: string): Promise<User> {
  const legacyKey = legacyKeyIn(text);
  const id = parseIdOrNull(text);
  const user = legacyKey
    ? await findUserByLegacyId(em, legacyKey)
    : id === null
      ? (await matchAccount({ em }, text)).user
      : await findUserById(em, id);
  if (!user) throw new AppError('USER_NOT_FOUND');
  return user;
}

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
