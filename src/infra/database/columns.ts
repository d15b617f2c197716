import { BigIntType } from '@mikro-orm/core';

/** Column definitions that several entities share. */

/** A moment, to the microsecond (MikroORM's own default rounds to the second, even into the future). */
export const moment = { type: Date, columnType: 'timestamptz' } as const;

/** Set by the database when the row is inserted. */
export const createdAt = { ...moment, defaultRaw: 'now()' } as const;

/** A whole number beyond 32 bits, still exact as a JavaScript number. */
export const bigCount = { type: new BigIntType('number'), default: 0 } as const;

/** A reference kept as its key: reads hydrate no second entity. */
export const keyOnly = { mapToPk: true } as const;
