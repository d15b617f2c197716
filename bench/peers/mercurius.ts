import Fastify, { type FastifyRequest } from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { prepared } from './raw.database.js';
import { ageOf, SEX, STATES, STATUS, STORAGE_URL, tokenHash } from './values.js';

/** The fastest GraphQL server that one would pick: mercurius with its JIT, its loaders, and hand-written SQL. */

// biome-ignore lint/suspicious/noExplicitAny: rows as they come
type Row = any;

interface Context {
  userId: number | null;
}

const SCHEMA = `
  scalar DateTime
  scalar LocalDate
  scalar SafeInt
  enum Sex { UNSPECIFIED MALE FEMALE }
  enum UserStatus { ACTIVE DISABLED DELETED }
  enum VerificationState { PENDING REFUSED PASSED }
  enum VerificationType { USER ORG }
  type Image { id: ID! url: String! mime: String! width: Int! height: Int! }
  type City { id: ID! name: String! province: String! }
  type Hobby { id: ID! name: String! }
  type Verification { type: VerificationType! state: VerificationState! desc: String }
  type UserExtra { likesCount: Int! followersCount: Int! followingsCount: Int! feedsCount: Int! }
  type User {
    id: ID! name: String! nickname: String! sex: Sex! birthday: LocalDate age: Int bio: String location: String
    status: UserStatus! createdAt: DateTime! phone: String email: String
    avatar: Image city: City hobbies: [Hobby!]! verification: Verification extra: UserExtra!
  }
  type Address {
    id: ID! alias: String name: String! phone: String! province: String city: String county: String detail: String!
    postcode: String isDefault: Boolean! createdAt: DateTime! updatedAt: DateTime!
  }
  type PageInfo { hasNextPage: Boolean! }
  type UserConnection { nodes: [User!]! pageInfo: PageInfo! }
  type RankEntry { position: Int! amount: SafeInt! user: User! }
  type Rank { entries: [RankEntry!]! }
  input UserFilter { since: ID }
  type Query {
    me: User
    user(id: ID!): User
    users(filter: UserFilter, first: Int = 20): UserConnection!
    rank(first: Int = 100): Rank!
    addresses: [Address!]!
  }`;

const session = prepared<{ user_id: number }>(
  'session',
  `select s.user_id from sessions s join users u on u.id = s.user_id
   where s.token_hash = $1 and s.revoked_at is null and s.expires_at > now() and u.status = 1`,
);

const USER = `id, name::text as name, nickname, sex, birthday, bio, location, status, phone, email::text as email,
  city_id, avatar_id, created_at as "createdAt"`;
const user = prepared<Row>('user', `select ${USER} from users where id = $1 and status <> 3`);
const users = prepared<Row>(
  'users',
  `select ${USER} from users where status not in (2, 3) and id < $1 order by id desc limit $2`,
);
const rank = prepared<Row>(
  'rank',
  `select c.total_income as amount, u.id, u.name::text as name, u.nickname
   from currencies c join users u on u.id = c.user_id
   where c.total_income > 0 and u.status = 1 order by c.total_income desc, c.user_id limit $1`,
);
const addresses = prepared<Row>(
  'addresses',
  `select id, alias, name, phone, province, city, county, detail, postcode, is_default as "isDefault",
     created_at as "createdAt", updated_at as "updatedAt"
   from addresses where user_id = $1 order by id desc`,
);

const images = prepared<Row>(
  'images',
  'select id as key_id, id, key, mime, width, height from images where id = any ($1)',
);
const cities = prepared<Row>(
  'cities',
  `select c.id as key_id, c.id, c.name, p.name as province
   from cities c join provinces p on p.id = c.province_id where c.id = any ($1)`,
);
const hobbies = prepared<Row>(
  'hobbies',
  `select uh.user_id, h.id, h.name from user_hobbies uh join hobbies h on h.id = uh.hobby_id
   where uh.user_id = any ($1) order by h.id`,
);
const verifications = prepared<Row>(
  'verifications',
  'select user_id as key_id, type, state, description as desc from verifications where user_id = any ($1)',
);
const extras = prepared<Row>(
  'extras',
  `select user_id as key_id, likes_count as "likesCount", followers_count as "followersCount",
     followings_count as "followingsCount", feeds_count as "feedsCount" from user_extras where user_id = any ($1)`,
);

const NOTHING_DONE = { likesCount: 0, followersCount: 0, followingsCount: 0, feedsCount: 0 };

type Queries = { obj: Row }[];

/** One statement for all that are asked for at once. */
const one =
  (find: (keys: unknown[]) => Promise<Row[]>, keyOf: (user: Row) => unknown, missing: unknown = null) =>
  async (queries: Queries) => {
    const keys = queries.map(({ obj }) => keyOf(obj));
    const found = await find([...new Set(keys.filter((key) => key !== null))]);
    const byKey = new Map(found.map((row) => [row.key_id, row]));
    return keys.map((key) => byKey.get(key) ?? missing);
  };

async function hobbiesOf(queries: Queries) {
  const rows = await hobbies(queries.map(({ obj }) => obj.id));
  return queries.map(({ obj }) => rows.filter((row) => row.user_id === obj.id));
}

function authenticated({ userId }: Context): number {
  if (userId === null) throw new Error('UNAUTHENTICATED');
  return userId;
}

const ofOwner = (column: string) => (root: Row, _: unknown, ctx: Context) =>
  root.id === ctx.userId ? root[column] : null;

const resolvers = {
  Query: {
    me: async (_: unknown, __: unknown, ctx: Context) => ctx.userId && ((await user(ctx.userId))[0] ?? null),
    user: async (_: unknown, { id }: Row) => (await user(Number(id)))[0] ?? null,
    users: async (_: unknown, { filter, first }: Row) => {
      const rows = await users(Number(filter.since), first + 1);
      return { nodes: rows.slice(0, first), pageInfo: { hasNextPage: rows.length > first } };
    },
    rank: async (_: unknown, { first }: Row) => ({
      entries: (await rank(first)).map((row, index) => ({
        position: index + 1,
        amount: row.amount,
        user: row,
      })),
    }),
    addresses: (_: unknown, __: unknown, ctx: Context) => addresses(authenticated(ctx)),
  },
  User: {
    nickname: (root: Row) => root.nickname ?? root.name,
    sex: (root: Row) => SEX[root.sex],
    status: (root: Row) => STATUS[root.status],
    age: (root: Row) => root.birthday && ageOf(root.birthday),
    phone: ofOwner('phone'),
    email: ofOwner('email'),
  },
  Image: { url: (root: Row) => `${STORAGE_URL}/${root.key}` },
  Verification: {
    type: (root: Row) => root.type.toUpperCase(),
    state: (root: Row) => STATES[root.state],
  },
};

const loaders = {
  User: {
    avatar: one(images, (root) => root.avatar_id),
    city: one(cities, (root) => root.city_id),
    hobbies: hobbiesOf,
    verification: one(verifications, (root) => root.id),
    extra: one(extras, (root) => root.id, NOTHING_DONE),
  },
};

async function contextOf(request: FastifyRequest): Promise<Context> {
  const { authorization } = request.headers;
  const [row] = authorization ? await session(tokenHash(authorization)) : [];
  return { userId: row?.user_id ?? null };
}

const app = Fastify();
app.get('/readyz', async () => ({ status: 'ok' }));
await app.register(mercurius, {
  schema: SCHEMA,
  resolvers: resolvers as unknown as IResolvers,
  loaders: loaders as never,
  context: contextOf,
  jit: 1,
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
