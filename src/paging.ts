import { AppError } from './errors/app-error.js';

/**
 * The part of a list that is asked for: the first ones or the last ones, after a cursor, before one, or both; and how many
 * to skip.
 */
export interface PageInput {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  offset?: number | null;
}

/** A part of a list. Cursors are opaque to clients. */
export interface Page<T> {
  edges: { node: T; cursor: string }[];
  /** True when something comes before: what a cursor named is taken to be still there. */
  hasPreviousPage: boolean;
  hasNextPage: boolean;
}

export const EMPTY_PAGE: Page<never> = { edges: [], hasPreviousPage: false, hasNextPage: false };

export const PAGE_DEFAULT = 20;
/** Larger requests get this many: lists are capped, not refused. */
export const PAGE_MAX = 100;
/** Deeper pages by offset cost too much; a cursor that names a row has no such bound. */
const OFFSET_MAX = 10_000;

/** The number of rows to give, between 1 and `max`. Throws INVALID_INPUT with the field below 1. */
export function pageSize(
  asked: number | null | undefined,
  fallback = PAGE_DEFAULT,
  max = PAGE_MAX,
  field: 'first' | 'last' = 'first',
): number {
  const size = asked ?? fallback;
  if (size < 1) throw new AppError('INVALID_INPUT', { field });
  return Math.min(size, max);
}

function pageOffset(offset: number | null | undefined): number {
  const value = offset ?? 0;
  if (value < 0 || value > OFFSET_MAX) throw new AppError('INVALID_INPUT', { field: 'offset' });
  return value;
}

/** The part of a list that a page by position is: so many rows, behind so many others. */
export interface Slice {
  size: number;
  offset: number;
}

/** What is left of a page's size where the list ends at a position. */
const upTo = (end: number, size: number, skipped: number): number =>
  Math.max(0, Math.min(size, end - skipped));

/**
 * The part of a list that is asked for by position. A list ends at position `end`: a page there is empty, and one that
 * would reach beyond it is cut.
 */
export function pageSlice(
  first: number | null | undefined,
  offset: number | null | undefined,
  end = OFFSET_MAX,
): Slice {
  const skipped = pageOffset(offset);
  return { size: upTo(end, pageSize(first), skipped), offset: skipped };
}

/** The part of a list by position that is asked for by the cursor before it, or by its offset. */
export const sliceOf = ({ first, after, offset }: PageInput): Slice =>
  pageSlice(first, decodeCursor(after) ?? offset);

/** A cursor names the number a row is ordered by: its id, or its position in the list. */
export const encodeCursor = (position: number): string => Buffer.from(String(position)).toString('base64url');

/** The argument that a cursor was given in. */
type CursorField = 'after' | 'before';

/** Throws INVALID_INPUT with the field for anything that is not a cursor of ours. */
export function decodeCursor(cursor: string | null | undefined, field: CursorField = 'after'): number | null {
  if (cursor === null || cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const position = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(position))
    throw new AppError('INVALID_INPUT', { field });
  return position;
}

/** A part of a list whose cursors name its rows, and which can so be read from both of its ends. */
export interface Window<C = number> extends Slice {
  /** The last ones are wanted: rows are read from the end of the list, and skipped there. */
  fromEnd: boolean;
  after: C | null;
  before: C | null;
}

/** The part of such a list that is asked for. Its cursors are numbers unless `decode` reads others. */
export function windowOf(page: PageInput): Window;
export function windowOf<C>(
  page: PageInput,
  decode: (cursor: string | null | undefined, field: CursorField) => C | null,
): Window<C>;
export function windowOf(
  { first, after, last, before, offset }: PageInput,
  decode: (cursor: string | null | undefined, field: CursorField) => unknown = decodeCursor,
): Window<unknown> {
  const fromEnd = last !== null && last !== undefined;
  const size = fromEnd ? pageSize(last, PAGE_DEFAULT, PAGE_MAX, 'last') : pageSize(first);
  const skipped = pageOffset(offset);
  return {
    size: upTo(OFFSET_MAX, size, skipped),
    offset: skipped,
    fromEnd,
    after: decode(after, 'after'),
    before: decode(before, 'before'),
  };
}

type Direction = 'asc' | 'desc';

/** The direction that the rows of a window are read in. */
export const directionOf = ({ fromEnd }: Window<unknown>, order: Direction): Direction =>
  fromEnd === (order === 'asc') ? 'desc' : 'asc';

/** How `em.find` is asked for the rows of a window of a list by id, and one more. */
export function rowsById(
  window: Window,
  order: Direction,
): {
  where: { id?: { $gt?: number; $lt?: number } };
  options: { orderBy: { id: Direction }; limit: number };
} {
  const { after, before, size } = window;
  const [above, below] = order === 'asc' ? [after, before] : [before, after];
  const bounds = { ...(above !== null && { $gt: above }), ...(below !== null && { $lt: below }) };
  return {
    where: above === null && below === null ? {} : { id: bounds },
    options: { orderBy: { id: directionOf(window, order) }, limit: size + 1 },
  };
}

/** Makes a page of rows that were read as a window says, one beyond its size. */
export function toPage<T>(
  rows: readonly T[],
  { size, offset, fromEnd, after, before }: Window<unknown>,
  cursorOf: (row: T) => string,
): Page<T> {
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: cursorOf(node) }));
  const [read, skipped] = [rows.length > size, offset > 0];
  return fromEnd
    ? { edges: edges.reverse(), hasPreviousPage: read, hasNextPage: skipped || before !== null }
    : { edges, hasPreviousPage: skipped || after !== null, hasNextPage: read };
}

/** Likewise, of rows whose ids are the cursors. */
export const toPageById = <T extends { id: number }>(rows: readonly T[], window: Window): Page<T> =>
  toPage(rows, window, ({ id }) => encodeCursor(id));

/** Makes a page of a list whose order moves under the reader: its cursors name positions. */
export function toPageByPosition<T>(rows: readonly T[], { size, offset }: Slice): Page<T> {
  // Nothing follows the last position that can be asked for.
  const reachable = rows.slice(0, OFFSET_MAX - offset);
  return {
    edges: reachable
      .slice(0, size)
      .map((node, index) => ({ node, cursor: encodeCursor(offset + index + 1) })),
    hasPreviousPage: offset > 0,
    hasNextPage: reachable.length > size,
  };
}
