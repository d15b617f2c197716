import { BigIntType } from '@mikro-orm/core';
import { DateOrNull } from './timestamps.js';

/** Column definitions that several entities share. */

/** A timestamp, to the microsecond (MikroORM's own default rounds to the second, even into the future). */
export const timestamp = { type: Date, columnType: 'timestamptz' } as const;

/** Set by the database when the row is inserted. */
export const createdAt = { ...timestamp, defaultRaw: 'now()' } as const;

/** A date, by the calendar and without a time of the day. */
export const calendarDate = { type: DateOrNull, columnType: 'date', nullable: true } as const;

/** A whole number beyond 32 bits, still exact as a JavaScript number. */
export const bigCount = { type: new BigIntType('number'), default: 0 } as const;

/** A reference kept as its key: reads hydrate no second entity. */
export const keyOnly = { mapToPk: true } as const;
