import type { IncomingHttpHeaders } from 'node:http';
import { prepared } from './raw.database.js';
import { ageOf, SEX, STATUS, tokenHash } from './values.js';

/** The benched GraphQL operations, each by the statement that fits it best. */

// biome-ignore lint/suspicious/noExplicitAny: rows and variables as they come
type Any = any;

type Run = (variables: Any, headers: IncomingHttpHeaders) => Promise<unknown>;

const LIVE_SESSION = 's.token_hash = $1 and s.revoked_at is null and s.expires_at > now() and u.status = 1';

const PUBLIC = `u.id::text as id, u.name::text as name, coalesce(u.nickname, u.name::text) as nickname, u.sex,
  u.birthday, u.bio, u.location, u.status, u.created_at as "createdAt"`;

const me = prepared<Any>(
  'me',
  `select ${PUBLIC}, u.phone, u.email::text as email from sessions s join users u on u.id = s.user_id where ${LIVE_SESSION}`,
);
const user = prepared<Any>('user', `select ${PUBLIC} from users u where u.id = $1 and u.status <> 3`);

const shown = (row: Any) => ({
  ...row,
  sex: SEX[row.sex],
  status: STATUS[row.status],
  age: row.birthday && ageOf(row.birthday),
});

const firstShown = ([row]: Any[]) => (row ? shown(row) : null);

export const OPERATIONS: Readonly<Record<string, Run>> = {
  Me: async (_, headers) => ({ me: firstShown(await me(tokenHash(headers.authorization))) }),
  User: async ({ id }) => ({ user: firstShown(await user(Number(id))) }),
};
