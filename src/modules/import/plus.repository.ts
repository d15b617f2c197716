import type { MysqlSnapshot } from '../../infra/mysql.js';

/** Ids as MySQL gives them: texts beyond 2^53. */
type Id = number | string;
/** A timestamp as MySQL writes it, `2019-03-01 08:00:00`; one of zeros is none. */
type Timestamp = string | null;

export interface PlusUser {
  id: Id;
  name: string | null;
  email: string | null;
  phone: string | null;
  password: string | null;
  bio: string | null;
  sex: number | null;
  location: string | null;
  avatar: string | null;
  bg: string | null;
  email_verified_at: Timestamp;
  phone_verified_at: Timestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
  deleted_at: Timestamp;
}

export interface PlusCounters {
  likes_count: number | null;
  comments_count: number | null;
  feeds_count: number | null;
  questions_count: number | null;
  answers_count: number | null;
  checkin_count: number | null;
  last_checkin_count: number | null;
}

export interface PlusOrder {
  id: Id;
  title: string | null;
  amount: number;
  created_at: Timestamp;
}

export interface PlusCertification {
  certification_name: string;
  data: string | null;
  status: number;
  created_at: Timestamp;
}

/** An account of ThinkSNS+ with what its other tables say of it. */
export interface PlusAccount {
  user: PlusUser;
  counters: PlusCounters | undefined;
  followings: Id[];
  wallet: { balance: number; total_income: number; total_expenses: number } | undefined;
  points: { sum: number } | undefined;
  /** Successful incomes of points. */
  orders: PlusOrder[];
  certification: PlusCertification | undefined;
  recommended: boolean;
  /** By its roles. */
  abilities: string[];
  socialites: { type: string; union_id: string }[];
  /** The file of its own that the avatar names by a number, as very old accounts have it. */
  avatarFile: string | undefined;
}

type Owned<Row> = Row & { owner: Id };

const USERS = `select id, name, email, phone, password, bio, sex, location, avatar, bg, email_verified_at,
  phone_verified_at, created_at, updated_at, deleted_at from users where id > ? order by id limit ?`;

/** Each asks for the rows of some accounts, by an index that ThinkSNS+ has. */
const OWNED = {
  counters: `select user_id as owner, likes_count, comments_count, feeds_count, questions_count, answers_count,
    checkin_count, last_checkin_count from user_extras where user_id in (?)`,
  followings:
    'select user_id as owner, target from user_follow where user_id in (?) order by user_id, target',
  wallets:
    'select owner_id as owner, balance, total_income, total_expenses from wallet where owner_id in (?)',
  points: 'select owner_id as owner, sum from currencies where owner_id in (?) and type = 1',
  orders: `select owner_id as owner, id, title, amount, created_at from currency_orders
    where owner_id in (?) and currency = 1 and type = 1 and state = 1 and amount > 0 order by owner_id, id`,
  certifications: `select user_id as owner, certification_name, data, status, created_at from certifications
    where user_id in (?) order by user_id, created_at`,
  recommended: 'select user_id as owner from users_recommended where user_id in (?)',
  abilities: `select distinct role_user.user_id as owner, abilities.name from role_user
    join roles on roles.id = role_user.role_id
    join ability_role on ability_role.role_id = roles.id
    join abilities on abilities.id = ability_role.ability_id
    where role_user.user_id in (?) order by owner, name`,
  socialites:
    'select user_id as owner, type, union_id from user_socialites where user_id in (?) order by owner, type',
} as const;

const AVATAR_FILES = `select w.user_id as owner, w.id, f.filename from file_withs w join files f on f.id = w.file_id
  where w.id in (?)`;

/** Throws when the database lacks a table or column that is read, before any of it was. */
export async function assertPlusSchema(snapshot: MysqlSnapshot): Promise<void> {
  await snapshot.rows(USERS, [0, 0]);
  for (const sql of [...Object.values(OWNED), AVATAR_FILES]) await snapshot.rows(sql, [[0]]);
}

export async function countPlusUsers(snapshot: MysqlSnapshot): Promise<number> {
  const [row] = await snapshot.rows<{ total: number }>('select count(*) as total from users');
  return row?.total ?? 0;
}

/** The next accounts in the order of their ids. */
export async function findPlusAccounts(
  snapshot: MysqlSnapshot,
  after: Id,
  limit: number,
): Promise<PlusAccount[]> {
  const users = await snapshot.rows<PlusUser>(USERS, [after, limit]);
  if (users.length === 0) return [];
  const ids = users.map(({ id }) => id);
  const owned = async <Row>(sql: string) => byOwner(await snapshot.rows<Owned<Row>>(sql, [ids]));
  const counters = await owned<PlusCounters>(OWNED.counters);
  const followings = await owned<{ target: Id }>(OWNED.followings);
  const wallets = await owned<NonNullable<PlusAccount['wallet']>>(OWNED.wallets);
  const points = await owned<{ sum: number }>(OWNED.points);
  const orders = await owned<PlusOrder>(OWNED.orders);
  const certifications = await owned<PlusCertification>(OWNED.certifications);
  const recommended = await owned<object>(OWNED.recommended);
  const abilities = await owned<{ name: string }>(OWNED.abilities);
  const socialites = await owned<{ type: string; union_id: string }>(OWNED.socialites);
  const files = await findAvatarFiles(snapshot, users);
  return users.map((user) => ({
    user,
    counters: counters(user.id)[0],
    followings: followings(user.id).map(({ target }) => target),
    wallet: wallets(user.id)[0],
    points: points(user.id)[0],
    orders: orders(user.id),
    certification: certifications(user.id).at(-1),
    recommended: recommended(user.id).length > 0,
    abilities: abilities(user.id).map(({ name }) => name),
    socialites: socialites(user.id),
    avatarFile: files(user.id).find(({ id }) => String(id) === user.avatar)?.filename,
  }));
}

async function findAvatarFiles(snapshot: MysqlSnapshot, users: readonly PlusUser[]) {
  const ids = users.flatMap(({ avatar }) => (/^[1-9]\d{0,9}$/.test(avatar ?? '') ? [Number(avatar)] : []));
  return byOwner(
    ids.length > 0 ? await snapshot.rows<Owned<{ id: Id; filename: string }>>(AVATAR_FILES, [ids]) : [],
  );
}

function byOwner<Row>(rows: readonly Owned<Row>[]): (owner: Id) => Owned<Row>[] {
  const groups = new Map<string, Owned<Row>[]>();
  for (const row of rows) {
    const group = groups.get(String(row.owner));
    if (group) group.push(row);
    else groups.set(String(row.owner), [row]);
  }
  return (owner) => groups.get(String(owner)) ?? [];
}
