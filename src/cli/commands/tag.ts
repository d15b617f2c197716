import { type Command, InvalidArgumentError } from 'commander';
import { AppError } from '../../errors/app-error.js';
import type { Tag } from '../../modules/tag/tag.entity.js';
import { CATEGORY_TAGS_MAX, TAG_CATEGORIES_MAX } from '../../modules/tag/tag.repository.js';
import { TAG_NAME_MAX, type TagCategory } from '../../modules/tag/tag-category.entity.js';
import { visible } from '../../text.js';
import { countArgument, idArgument } from '../arguments.js';
import type { Run } from '../command.js';
import {
  deleteTag,
  deleteTagCategory,
  ensureTag,
  ensureTagCategory,
  findEveryTag,
  findEveryTagCategory,
} from '../operator.repository.js';
import { showList, showOne } from '../output.js';
import { removal } from '../removal.js';

const NAME = `its name, at most ${TAG_NAME_MAX} characters`;
const WEIGHT = [
  '--weight <n>',
  'the heaviest comes first; 0 when it is new',
  countArgument(0, 1_000_000),
] as const;
const CATEGORY = 'the category, by its number';

const categoryOf = ({ id, name, weight }: TagCategory) => ({ id, name, weight });
const tagOf = ({ id, categoryId, name, weight }: Tag) => ({ id, categoryId, name, weight });

function nameArgument(text: string): string {
  const name = visible(text);
  if (name === '' || [...name].length > TAG_NAME_MAX) {
    throw new InvalidArgumentError(`It must have 1 to ${TAG_NAME_MAX} characters.`);
  }
  return name;
}

export function addTagCategoryCommands(program: Command, run: Run): void {
  const category = program.command('tag-category').description('Categories of the tags that users can have.');

  category
    .command('add')
    .description('Add a category; one that is there is shown, with another weight if one is given.')
    .argument('<name>', NAME, nameArgument)
    .option(...WEIGHT)
    .action((name: string, { weight }: { weight?: number }) =>
      run(async (environment) =>
        showOne(categoryOf(await ensureTagCategory(await environment.em(), name, weight))),
      ),
    );

  category
    .command('list')
    .description(`All categories, in their order; clients are shown the first ${TAG_CATEGORIES_MAX}.`)
    .action(() =>
      run(async (environment) =>
        showList((await findEveryTagCategory(await environment.em())).map(categoryOf)),
      ),
    );

  category
    .command('remove')
    .description('Remove a category and its tags, also from the users who have them.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run(removal(deleteTagCategory, id)));
}

export function addTagCommands(program: Command, run: Run): void {
  const tag = program.command('tag').description('Tags that users can have.');

  tag
    .command('add')
    .description('Add a tag to a category; one that is there is shown, with another weight if one is given.')
    .requiredOption('--category <id>', CATEGORY, idArgument)
    .argument('<name>', NAME, nameArgument)
    .option(...WEIGHT)
    .action((name: string, { category: categoryId, weight }: { category: number; weight?: number }) =>
      run(async (environment) => {
        const added = await ensureTag(await environment.em(), { categoryId, name, weight });
        if (!added) throw new AppError('NOT_FOUND', { field: 'category' });
        return showOne(tagOf(added));
      }),
    );

  tag
    .command('list')
    .description(
      `All tags, or those of a category, in their order; clients are shown the first ${CATEGORY_TAGS_MAX} of a category.`,
    )
    .option('--category <id>', CATEGORY, idArgument)
    .action(({ category }: { category?: number }) =>
      run(async (environment) => showList((await findEveryTag(await environment.em(), category)).map(tagOf))),
    );

  tag
    .command('remove')
    .description('Remove a tag, also from the users who have it.')
    .argument('<id>', 'its number', idArgument)
    .action((id: number) => run(removal(deleteTag, id)));
}
