import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../src/config.js';
import { arrayOf, queryOne } from '../src/infra/database/query.js';
import { SecretBox } from '../src/infra/secret-box.js';
import { PasswordHasher } from '../src/modules/credential/password.hasher.js';
import { VerificationSecrets } from '../src/modules/verification/verification.secrets.js';
import { seedDemo } from '../src/seeders/demo.seeder.js';
import { insertOrders } from './ranking.data.js';

/** Every account of a bench has this password. */
export const PASSWORD = 'correct horse 7';
/** Orders of a user, on average. */
export const ORDERS_PER_USER = 10;
const DAYS = 400;
/** Live sessions, spread over all users. */
export const SESSIONS = 1000;
/** One of so many users has a verification, and one of so many has addresses; users with a session have addresses too. */
const ONE_IN = 10;
const VERIFICATIONS_AT_ONCE = 5000;

/** The token of one of the {@link SESSIONS}. */
export const tokenOf = (session: number): string =>
  createHash('sha256').update(`bench session ${session}`).digest('base64url');

export const userOfSession = (session: number, users: number): number =>
  1 + Math.floor((session * users) / SESSIONS);

const ADDRESSES = `
  insert into addresses (user_id, alias, name, phone, province, city, county, detail, postcode, is_default)
  select u.id, case when k = 1 then '家' end, coalesce(u.nickname, u.name), u.phone, '四川省', '成都市', '武侯区',
    '天府大道 ' || u.id || ' 号 ' || k || ' 栋', '610041', k = 1
  from users u cross join generate_series(1, 3) as k
  where u.id % ${ONE_IN} = 0 or u.id = any (?::int[]) order by u.id, k`;

const SESSION_ROWS = `
  insert into sessions (user_id, token_hash, device_type, ip, source, user_agent, expires_at)
  select user_id, hash, 2, '127.0.0.1', '127.0.0.1', 'okhttp/4.12.0', now() + interval '30 days'
  from unnest(?::int[], ?::text[]) as given (user_id, hash)`;

const VERIFICATIONS = `
  insert into verifications (user_id, type, state, key_id, encrypted_real_name, encrypted_id_number, phone_number,
    description, slogan)
  select user_id, 'user', 1 - user_id % 3, ?, name, number, '13800138000', '个人认证', null
  from unnest(?::int[], ?::text[], ?::text[]) as given (user_id, name, number)`;

async function insertSessions(em: EntityManager, users: number): Promise<void> {
  const sessions = Array.from({ length: SESSIONS }, (_, session) => session);
  const owners = sessions.map((session) => userOfSession(session, users));
  const hashes = sessions.map((session) => createHash('sha256').update(tokenOf(session)).digest('hex'));
  await em.execute(SESSION_ROWS, [arrayOf(owners), arrayOf(hashes)]);
  await em.execute(ADDRESSES, [arrayOf([...new Set(owners)])]);
}

/** Sealed as the gateway does, each for its own account. */
async function insertVerifications(em: EntityManager, users: number, config: Config): Promise<void> {
  const secrets = new VerificationSecrets(new SecretBox(config.DATA_KEYS));
  for (let from = ONE_IN; from <= users; from += ONE_IN * VERIFICATIONS_AT_ONCE) {
    const last = Math.min(users, from + ONE_IN * (VERIFICATIONS_AT_ONCE - 1));
    const ids = Array.from({ length: Math.floor((last - from) / ONE_IN) + 1 }, (_, k) => from + k * ONE_IN);
    const sealed = ids.map((id) => secrets.seal(id, { realName: '张伟', idNumber: '11010519491231002X' }));
    await em.execute(VERIFICATIONS, [
      sealed[0]?.keyId,
      arrayOf(ids),
      arrayOf(sealed.map((row) => row.encryptedRealName)),
      arrayOf(sealed.map((row) => row.encryptedIdNumber)),
    ]);
  }
}

/** Fills a migrated database that has no users; they are numbered from 1. `say` hears what is being done. */
export async function fillUsers(
  em: EntityManager,
  config: Config,
  users: number,
  say: (what: string) => void,
): Promise<void> {
  say(`${users} users`);
  const passwordHash = await new PasswordHasher(config).hash(PASSWORD, 'PLAIN');
  await seedDemo(em, { users, passwordHash });
  say('their sessions, addresses and verifications');
  await insertSessions(em, users);
  await insertVerifications(em, users, config);
  await insertOrders(em, { users, orders: users * ORDERS_PER_USER, days: DAYS }, say);
  await em.execute('vacuum analyze');
}

/** Facts of the data for the report. */
export async function describeData(em: EntityManager): Promise<string> {
  const row = await queryOne<{ text: string }>(
    em,
    `select (select count(*) from users) || ' users, ' || (select count(*) from currency_orders) || ' orders, '
       || (select count(*) from user_hobbies) || ' hobbies of users, ' || (select count(*) from addresses) || ' addresses, '
       || (select count(*) from verifications) || ' verifications, '
       || pg_size_pretty(pg_database_size(current_database())) as text`,
  );
  return row?.text ?? '';
}
