import type { Command } from 'commander';
import { rangeArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { showList, showOne } from '../output.js';

export function addBlockedIpCommands(program: Command, run: Run): void {
  const blockedIp = program.command('blocked-ip').description('Addresses that may not log in.');

  blockedIp
    .command('add')
    .description('Block an address or range.')
    .argument('<cidr>', 'such as 203.0.113.7 or 2001:db8::/32', rangeArgument)
    .action((text: string) =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        return showOne({ range: await moderation.blockIp(await environment.context(), text) });
      }),
    );

  blockedIp
    .command('list')
    .description('All blocked ranges.')
    .action(() =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        const blocked = await moderation.blockedIps(await environment.context());
        return showList(blocked.map(({ range, createdAt }) => ({ range, createdAt })));
      }),
    );

  blockedIp
    .command('remove')
    .description('Lift the block of exactly this range.')
    .argument('<cidr>', 'as it is listed', rangeArgument)
    .action((range: string) =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        await moderation.unblockIp(await environment.context(), range);
        return showOne({ range, removed: true });
      }),
    );
}
