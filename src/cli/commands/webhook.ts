import { type Command, InvalidArgumentError } from 'commander';
import { namesTypes } from '../../modules/event/event.types.js';
import type { Webhook } from '../../modules/event/webhook.entity.js';
import type { NewWebhook } from '../../modules/event/webhook.service.js';
import { idArgument, momentArgument } from '../arguments.js';
import type { Run } from '../command.js';
import type { Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';

const viewOf = ({ id, url, types, private: isPrivate, createdAt }: Webhook) => ({
  id,
  url,
  events: types,
  private: isPrivate,
  createdAt,
});

const hooksOf = async (environment: Environment) => (await environment.services()).webhooks;

/** Types, by commas or repeated. */
function eventsArgument(text: string, before: string[] | undefined): string[] {
  const types = text.split(',').map((type) => type.trim());
  const unknown = types.find((type) => !namesTypes(type));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no event '${unknown}'.`);
  return [...(before ?? []), ...types];
}

/** The secret is shown once; nothing prints it again. */
async function add(environment: Environment, request: NewWebhook): Promise<Output> {
  const { webhook, secret } = await (await hooksOf(environment)).add(await environment.context(), request);
  const { id, ...rest } = viewOf(webhook);
  return showOne({ id, secret, ...rest });
}

async function list(environment: Environment): Promise<Output> {
  const listed = await (await hooksOf(environment)).list(await environment.context());
  return showList(listed.map(({ webhook, ...backlog }) => ({ ...viewOf(webhook), ...backlog })));
}

async function rotate(environment: Environment, id: number): Promise<Output> {
  const { webhook, secret } = await (await hooksOf(environment)).rotate(await environment.context(), id);
  return showOne({ id, secret, oldSecretUntil: webhook.oldSecretUntil });
}

async function remove(environment: Environment, id: number): Promise<Output> {
  await (await hooksOf(environment)).remove(await environment.context(), id);
  return showOne({ id, removed: true });
}

async function replay(environment: Environment, id: number, since?: Date): Promise<Output> {
  const replayed = await (await hooksOf(environment)).replay(await environment.context(), id, since);
  return showOne({ id, replayed });
}

export function addWebhookCommands(program: Command, run: Run): void {
  const webhook = program
    .command('webhook')
    .description('Servers that are told what happens to accounts (docs/events.md).');
  const ID = 'its number';

  webhook
    .command('add')
    .description('Add a webhook and show its secret, this once.')
    .argument('<url>', 'where events are posted to')
    .option(
      '--events <types>',
      "types such as 'user.*', with commas or repeated; every one by default",
      eventsArgument,
    )
    .option('--private', 'also tell phones and e-mail addresses', false)
    .action((url: string, { events = ['*'], private: isPrivate }: { events?: string[]; private: boolean }) =>
      run((environment) => add(environment, { url, types: events, private: isPrivate })),
    );

  webhook
    .command('list')
    .description('All webhooks, without their secrets, and what each has not got yet.')
    .action(() => run(list));

  webhook
    .command('rotate')
    .description(
      'Replace the secret and show the new one, this once; the old one signs beside it for 24 hours.',
    )
    .argument('<id>', ID, idArgument)
    .action((id: number) => run((environment) => rotate(environment, id)));

  webhook
    .command('replay')
    .description('Send once more what was given up, and with --since everything since then.')
    .argument('<id>', ID, idArgument)
    .option('--since <time>', 'such as 2026-01-31 or 2026-01-31T09:30:00Z', momentArgument)
    .action((id: number, { since }: { since?: Date }) =>
      run((environment) => replay(environment, id, since)),
    );

  webhook
    .command('remove')
    .description('Tell it nothing any more, nor what it has not got yet.')
    .argument('<id>', ID, idArgument)
    .action((id: number) => run((environment) => remove(environment, id)));
}
