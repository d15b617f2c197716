import { Arg, Int } from 'type-graphql';
import { PAGE_DEFAULT, PAGE_MAX } from '../paging.js';

/** The arguments of a field that answers with a page of a list. */

type ArgDecorator = ReturnType<typeof Arg>;

export const First = (): ArgDecorator =>
  Arg('first', () => Int, {
    nullable: true,
    defaultValue: PAGE_DEFAULT,
    description: `The page size, at most ${PAGE_MAX}.`,
  });

export const After = (): ArgDecorator =>
  Arg('after', () => String, { nullable: true, description: 'The `endCursor` of the page before.' });

export const Last = (): ArgDecorator =>
  Arg('last', () => Int, {
    nullable: true,
    description: `The size of a page at the end of the list, or of what comes before \`before\`; at most ${PAGE_MAX}. Not together with \`first\`.`,
  });

export const Before = (): ArgDecorator =>
  Arg('before', () => String, { nullable: true, description: 'The `startCursor` of the page after.' });

export const Offset = (): ArgDecorator =>
  Arg('offset', () => Int, { nullable: true, description: 'Entries to skip, at most 10,000.' });
