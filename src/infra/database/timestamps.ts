import { Type } from '@mikro-orm/core';

/*
 * The one place where what PostgreSQL says of time is read. Its columns hold more than clients can read: infinity, years
 * before Christ, and years of five digits, all of which only foreign hands write.
 */

const FIRST = new Date('0001-01-01T00:00:00.000Z');
const LAST = new Date('9999-12-31T23:59:59.999Z');

function parse(text: string): Date {
  // In JSON it is what JavaScript reads by itself.
  if (text[10] === 'T') return new Date(text);
  const minutes = /[+-]\d\d$/.test(text) ? ':00' : '';
  return new Date(`${text.slice(0, 10)}T${text.slice(11)}${minutes}`);
}

/**
 * A timestamp as PostgreSQL writes it, such as `2026-01-31 09:30:00.25+00`, or with a T in JSON; the first or the last
 * that every client can read in the place of one beyond.
 */
export function readTimestamp(text: string): Date {
  let timestamp = parse(text);
  // Before time zones, offsets had seconds.
  if (Number.isNaN(timestamp.getTime())) timestamp = parse(text.replace(/([+-]\d\d:\d\d):\d\d$/, '$1'));
  if (timestamp >= FIRST && timestamp <= LAST) return timestamp;
  const isBefore = timestamp < FIRST || text.startsWith('-') || text.endsWith('BC');
  return new Date(isBefore ? FIRST : LAST);
}

/** A date as PostgreSQL writes it; null in the place of one that no client can read. */
export const readDate = (text: string): string | null => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null);

/** A column of dates that may be null. */
export class DateOrNull extends Type<string | null, string | null> {
  override convertToJSValue(value: string | null): string | null {
    return value && readDate(value);
  }

  override getColumnType(): string {
    return 'date';
  }

  override compareAsType(): string {
    return 'string';
  }
}
