import type { Command } from 'commander';
import { momentArgument } from '../arguments.js';
import type { Run } from '../command.js';
import { findUser, USER } from '../find-user.js';
import { streamLines } from '../output.js';

interface Span {
  since: Date;
  until?: Date;
  user?: string;
}

export function addAuditCommands(program: Command, run: Run): void {
  program
    .command('audit')
    .description('What happened to accounts and concerns their security.')
    .command('export')
    .description(
      'Security events, the oldest first: one JSON object a line (NDJSON), with --json too. They are kept for SECURITY_EVENT_DAYS.',
    )
    .requiredOption('--since <time>', 'such as 2026-01-31 or 2026-01-31T09:30:00Z', momentArgument)
    .option('--until <time>', 'what is not any more among them; now by default', momentArgument)
    .option('--user <user>', `of one account only: ${USER}`)
    .action(({ since, until, user }: Span) =>
      run(async (environment) => {
        const em = await environment.em();
        const userId = user === undefined ? null : (await findUser(em, user)).id;
        const { securityEvents } = await environment.services();
        return streamLines(securityEvents.export({ em }, { since, until: until ?? null, userId }));
      }),
    );
}
