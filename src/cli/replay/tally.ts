import type { Difference } from '../../rest/comparison/compare.js';
import type { KnownRow } from './rows.js';

/** The differences of a row that are kept, of which the first is shown. */
const KEPT_MAX = 100;

/** A difference, with the request that it was found at. */
export interface Found extends Difference {
  /** Where the request stands in the file. */
  request: string;
}

/** What became of the requests of one row. */
export interface RowTally {
  row: string;
  url: string;
  requests: number;
  same: number;
  different: number;
  /** Sent, but there was no answer to compare with. */
  uncompared: number;
  /** Left out, because they are no reads. */
  unsent: number;
  /** Places that differ, in all of the requests together. */
  differences: number;
  found: Found[];
}

export const NO_ROW = '(no row)';

/** What became of a request. */
export type Fate = 'unsent' | 'uncompared' | readonly Difference[];

/** Counts what became of requests, row by row. */
export class Tally {
  private readonly rows = new Map<string, RowTally>();

  add(known: KnownRow | undefined, method: string, request: string, fate: Fate): void {
    const tally = this.of(known, method);
    tally.requests++;
    if (typeof fate === 'string') tally[fate]++;
    else if (fate.length === 0) tally.same++;
    else {
      tally.different++;
      tally.differences += fate.length;
      const room = Math.max(0, KEPT_MAX - tally.found.length);
      tally.found.push(...fate.slice(0, room).map((one) => ({ request, ...one })));
    }
  }

  private of(known: KnownRow | undefined, method: string): RowTally {
    const row = known ? `${known.dialect.name}:${known.row.id}` : NO_ROW;
    const url = known ? `${method} ${known.path}` : '';
    const key = `${row} ${url}`;
    const empty = { requests: 0, same: 0, different: 0, uncompared: 0, unsent: 0, differences: 0 };
    const tally = this.rows.get(key) ?? { row, url, ...empty, found: [] };
    this.rows.set(key, tally);
    return tally;
  }

  list(): RowTally[] {
    return [...this.rows.values()];
  }
}
