import { AppError } from './errors/app-error.js';

/** The part of a list that is asked for: its size, and the cursor or offset it begins after. */
export interface PageInput {
  first?: number | null;
  after?: string | null;
  offset?: number | null;
}

/** A part of a list. Cursors are opaque to clients. */
export interface Page<T> {
  edges: { node: T; cursor: string }[];
  hasNextPage: boolean;
}

export const PAGE_DEFAULT = 20;
/** Larger requests get this many: lists are capped, not refused. */
export const PAGE_MAX = 100;
/** Deeper pages by offset cost too much; a cursor that names a row has no such bound. */
const OFFSET_MAX = 10_000;

/** The number of rows to give, between 1 and `max`. Throws INVALID_INPUT below 1. */
export function pageSize(first: number | null | undefined, fallback = PAGE_DEFAULT, max = PAGE_MAX): number {
  const size = first ?? fallback;
  if (size < 1) throw new AppError('INVALID_INPUT', { field: 'first' });
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
  return { size: Math.max(0, Math.min(pageSize(first), end - skipped)), offset: skipped };
}

/** The part of a list by position that is asked for by the cursor before it, or by its offset. */
export const sliceOf = ({ first, after, offset }: PageInput): Slice =>
  pageSlice(first, decodeCursor(after) ?? offset);

/** A cursor names the number a row is ordered by: its id, or its position in the list. */
export const encodeCursor = (position: number): string => Buffer.from(String(position)).toString('base64url');

/** Throws INVALID_INPUT for anything that is not a cursor of ours. */
export function decodeCursor(after: string | null | undefined): number | null {
  if (after === null || after === undefined) return null;
  const text = Buffer.from(after, 'base64url').toString('latin1');
  const position = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(position)) {
    throw new AppError('INVALID_INPUT', { field: 'after' });
  }
  return position;
}

/** Makes a page of rows that were fetched one beyond its size. */
export function toPage<T>(
  rows: readonly T[],
  size: number,
  positionOf: (row: T, index: number) => number,
): Page<T> {
  return {
    edges: rows
      .slice(0, size)
      .map((node, index) => ({ node, cursor: encodeCursor(positionOf(node, index)) })),
    hasNextPage: rows.length > size,
  };
}

/** Makes a page of a list whose order moves under the reader: its cursors name positions. */
export const toPageByPosition = <T>(rows: readonly T[], { size, offset }: Slice): Page<T> =>
  // Nothing follows the last position that can be asked for.
  toPage(rows.slice(0, OFFSET_MAX - offset), size, (_row, index) => offset + index + 1);
