import type { Command } from 'commander';
import type { Run } from '../command.js';
import { showList, showOne } from '../output.js';

export function addBannedWordCommands(program: Command, run: Run): void {
  const bannedWord = program
    .command('banned-word')
    .description('Words that no name or nickname may hold, whatever their case and width.');

  bannedWord
    .command('add')
    .description('Ban a word; names that hold it already stay.')
    .argument('<word>', 'at most 64 characters')
    .action((text: string) =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        return showOne({ word: await moderation.banWord(await environment.context(), text) });
      }),
    );

  bannedWord
    .command('list')
    .description('All banned words.')
    .action(() =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        const words = await moderation.bannedWords(await environment.context());
        return showList(words.map(({ word, createdAt }) => ({ word, createdAt })));
      }),
    );

  bannedWord
    .command('remove')
    .description('Allow a word again.')
    .argument('<word>', 'in any case and width')
    .action((text: string) =>
      run(async (environment) => {
        const { moderation } = await environment.services();
        const word = await moderation.allowWord(await environment.context(), text);
        return showOne({ word, removed: true });
      }),
    );
}
