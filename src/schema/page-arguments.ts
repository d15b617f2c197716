import { Arg, Int } from 'type-graphql';
import { PAGE_DEFAULT, PAGE_MAX } from '../paging.js';

/** The arguments of a field that answers with a page of a list. */

type ArgDecorator = ReturnType<typeof Arg>;

export const First = (): ArgDecorator =>
  Arg('first', () => Int, {
    nullable: true,
    description: `The page size, at most ${PAGE_MAX}; ${PAGE_DEFAULT} when left out.`,
  });

export const After = (): ArgDecorator =>
  Arg('after', () => String, { nullable: true, description: 'The `endCursor` of the page before.' });

export const Offset = (): ArgDecorator =>
  Arg('offset', () => Int, { nullable: true, description: 'Entries to skip, at most 10,000.' });
