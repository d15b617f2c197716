import { keyOnly } from '../../infra/database/columns.js';

/** The column of the account that a row belongs to, and goes with. */
export const userKey = { ...keyOnly, fieldName: 'user_id', deleteRule: 'cascade' } as const;

/** The same as the key of the row: there is one for each account at most. */
export const onePerUser = { ...userKey, primary: true, owner: true } as const;
