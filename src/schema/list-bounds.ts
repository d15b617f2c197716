import { Extensions } from 'type-graphql';
import { PAGE_DEFAULT, PAGE_MAX } from '../paging.js';

/**
 * The cost of a query is the most it can bring back (query-size.ts), so every list of the schema says how long it can be: a
 * number, as long as the page it is part of, or as long as a list that it is asked for with.
 */

/** The length of a field that is asked for `first`: without it, and at most. */
export interface PageBound {
  usual: number;
  most: number;
  /** The pages that thousands of rows may have to be read for: those behind the first, or all. */
  searched?: 'later' | 'all';
}

interface Bounds {
  list?: number | 'page' | { argument: string };
  page?: PageBound;
}

type Declaration = MethodDecorator & PropertyDecorator;

/** A list that never holds more than this. */
export const AtMost = (list: number): Declaration => Extensions({ list } satisfies Bounds);

/** A list that is the page which a field around it was asked for with `first`. */
export const OfPage = (): Declaration => Extensions({ list: 'page' } satisfies Bounds);

/** A list with one item for each of an argument's, as a field's extensions. */
export const eachOf = (argument: string) => ({ list: { argument } }) satisfies Bounds;

/** A field that takes `first` and answers with a page. */
export const Paged = (page: Partial<PageBound> = {}): Declaration =>
  Extensions({ page: { usual: PAGE_DEFAULT, most: PAGE_MAX, ...page } } satisfies Bounds);

export const boundsOf = (field: { readonly extensions: Bounds }): Bounds => field.extensions;
