import type { IncomingHttpHeaders } from 'node:http';
import { prepared } from './raw.database.js';
import { login, sendCode } from './raw.login.js';
import { ageOf, SEX, STATES, STATUS, STORAGE_URL, tokenHash } from './values.js';

/** The benched GraphQL operations, each by the statement that fits it best. */

// biome-ignore lint/suspicious/noExplicitAny: rows and variables as they come
export type Any = any;

type Run = (variables: Any, headers: IncomingHttpHeaders) => Promise<unknown>;

const LIVE_SESSION = 's.token_hash = $1 and s.revoked_at is null and s.expires_at > now() and u.status = 1';

const NAMES = `u.id::text as id, u.name::text as name, coalesce(u.nickname, u.name::text) as nickname`;
const TEN_FIELDS = `${NAMES}, u.sex, u.birthday, u.bio, u.location, u.status, u.created_at as "createdAt"`;

const me = prepared<Any>(
  'me',
  `select ${TEN_FIELDS}, u.phone, u.email::text as email
   from sessions s join users u on u.id = s.user_id where ${LIVE_SESSION}`,
);

const user = prepared<Any>('user', `select ${TEN_FIELDS} from users u where u.id = $1 and u.status <> 3`);

const users = prepared<Any>(
  'users',
  `select ${NAMES}, u.sex, u.bio, u.created_at, i.id as image_id, i.key, i.mime, i.width, i.height,
     c.id::text as city_id, c.name as city, p.name as province, v.type, v.state, v.description,
     coalesce(e.likes_count, 0) as likes, coalesce(e.followers_count, 0) as followers,
     coalesce(e.followings_count, 0) as followings, coalesce(e.feeds_count, 0) as feeds,
     (select json_agg(json_build_object('id', h.id::text, 'name', h.name) order by h.id)
      from user_hobbies uh join hobbies h on h.id = uh.hobby_id where uh.user_id = u.id) as hobbies
   from users u
     left join images i on i.id = u.avatar_id
     left join cities c on c.id = u.city_id left join provinces p on p.id = c.province_id
     left join verifications v on v.user_id = u.id
     left join user_extras e on e.user_id = u.id
   where u.status not in (2, 3) and u.id < $1 order by u.id desc limit 21`,
);

const rank = prepared<Any>(
  'rank',
  `select ${NAMES}, c.total_income as amount from currencies c join users u on u.id = c.user_id
   where c.total_income > 0 and u.status = 1 order by c.total_income desc, c.user_id limit 100`,
);

/** A row without an address is a caller who has none; no row is nobody. */
const addresses = prepared<Any>(
  'addresses',
  `select a.id::text as id, alias, a.name, a.phone, province, city, county, detail, postcode,
     is_default as "isDefault", a.created_at as "createdAt", a.updated_at as "updatedAt"
   from sessions s join users u on u.id = s.user_id left join addresses a on a.user_id = u.id
   where ${LIVE_SESSION} order by a.id desc`,
);

const shown = (row: Any) =>
  row && {
    ...row,
    sex: SEX[row.sex],
    status: STATUS[row.status],
    age: row.birthday && ageOf(row.birthday),
  };

const listed = (row: Any) => ({
  id: row.id,
  name: row.name,
  nickname: row.nickname,
  sex: SEX[row.sex],
  bio: row.bio,
  createdAt: row.created_at,
  avatar: row.image_id && {
    id: row.image_id,
    url: `${STORAGE_URL}/${row.key}`,
    mime: row.mime,
    width: row.width,
    height: row.height,
  },
  city: row.city_id && { id: row.city_id, name: row.city, province: row.province },
  hobbies: row.hobbies ?? [],
  verification: row.type && {
    type: row.type.toUpperCase(),
    state: STATES[row.state],
    desc: row.description,
  },
  extra: {
    likesCount: row.likes,
    followersCount: row.followers,
    followingsCount: row.followings,
    feedsCount: row.feeds,
  },
});

const ranked = ({ amount, ...holder }: Any, index: number) => ({ position: index + 1, amount, user: holder });

async function pageOfUsers(since: number) {
  const rows = await users(since);
  return { nodes: rows.slice(0, 20).map(listed), pageInfo: { hasNextPage: rows.length > 20 } };
}

export const OPERATIONS: Readonly<Record<string, Run>> = {
  Me: async (_, headers) => ({ me: shown((await me(tokenHash(headers.authorization)))[0] ?? null) }),
  User: async ({ id }) => ({ user: shown((await user(Number(id)))[0] ?? null) }),
  Users: async ({ filter }) => ({ users: await pageOfUsers(Number(filter.since)) }),
  Rank: async () => ({ rank: { entries: (await rank()).map(ranked) } }),
  Addresses: async (_, headers) => {
    const rows = await addresses(tokenHash(headers.authorization));
    if (rows.length === 0) throw new Error('UNAUTHENTICATED');
    return { addresses: rows[0].id === null ? [] : rows };
  },
  Login: async ({ input }) => ({ login: await login(input) }),
  SendCode: async ({ input }) => ({ sendCode: await sendCode(input) }),
};
