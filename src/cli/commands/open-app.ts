import type { Command } from 'commander';
import type { OpenApp } from '../../modules/openapp/open-app.entity.js';
import { idArgument, rangesArgument } from '../arguments.js';
import { showList, showOne } from '../output.js';
import type { Run } from '../program.js';

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

export function addOpenAppCommands(program: Command, run: Run): void {
  const openApp = program.command('open-app').description('Applications that may call the signed open API.');

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
    .action((options: { name: string; allowIp: string[] }) =>
      run(async (environment) => {
        const { openApps } = await environment.services();
        const { name, allowIp: allowedIps } = options;
        return withSecret(await openApps.create(await environment.em(), { name, allowedIps }));
      }),
    );

  openApp
    .command('list')
    .description('All applications, without their secrets.')
    .action(() =>
      run(async (environment) => {
        const { openApps } = await environment.services();
        return showList((await openApps.list(await environment.em())).map(viewOf));
      }),
    );

  openApp
    .command('rotate')
    .description('Replace the secret of an application and show the new one, this once.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) =>
      run(async (environment) => {
        const { openApps } = await environment.services();
        return withSecret(await openApps.rotate(await environment.em(), id));
      }),
    );

  openApp
    .command('disable')
    .description('Refuse an application from now on.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) =>
      run(async (environment) => {
        const { openApps } = await environment.services();
        return showOne(viewOf(await openApps.disable(await environment.em(), id)));
      }),
    );
}
