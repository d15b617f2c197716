import type { Command } from 'commander';
import type { OpenApp } from '../../modules/openapp/open-app.entity.js';
import { idArgument, rangesArgument } from '../arguments.js';
import { type Run } from '../command.js';
import { type Environment } from '../environment.js';
import { type Output, showList, showOne } from '../output.js';

const viewOf = ({ id, name, allowedIps, disabledAt, createdAt }: OpenApp) => ({
  id,
  name,
  allowedIps,
  disabledAt,
  createdAt,
});

/** The secret is shown once; nothing prints it again. */
const withSecret = ({ app, secret }: { app: OpenApp; secret: string }) => {
  const { id, ...rest } = viewOf(app);
  return showOne({ id, secret, ...rest });
};

const appsOf = async (environment: Environment) => (await environment.services()).openApps;

const create = async (
  environment: Environment,
  app: { name: string; allowedIps: string[] },
): Promise<Output> => withSecret(await (await appsOf(environment)).create(await environment.context(), app));

const list = async (environment: Environment): Promise<Output> =>
  showList((await (await appsOf(environment)).list(await environment.context())).map(viewOf));

const rotate = async (environment: Environment, id: number): Promise<Output> =>
  withSecret(await (await appsOf(environment)).rotate(await environment.context(), id));

const disable = async (environment: Environment, id: number): Promise<Output> =>
  showOne(viewOf(await (await appsOf(environment)).disable(await environment.context(), id)));

export function addOpenAppCommands(program: Command, run: Run): void {
  const openApp = program
    .command('open-app')
    .description('Applications that may call the signed open API, and ask whose a token is.');

  openApp
    .command('create')
    .description('Add an application and show its secret, this once.')
    .option('--name <text>', 'what it is called', '')
    .option(
      '--allow-ip <cidr>',
      'address or range it may call from; repeat for more; none allows any',
      rangesArgument,
      [],
    )
    .action(({ name, allowIp: allowedIps }: { name: string; allowIp: string[] }) =>
      run((environment) => create(environment, { name, allowedIps })),
    );

  openApp
    .command('list')
    .description('All applications, without their secrets.')
    .action(() => run(list));

  openApp
    .command('rotate')
    .description('Replace the secret of an application and show the new one, this once.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run((environment) => rotate(environment, id)));

  openApp
    .command('disable')
    .description('Refuse an application from now on.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run((environment) => disable(environment, id)));
}
