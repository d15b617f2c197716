// An old ThinkSNS+: its database, the folder with its pictures, and tokens that its apps still hold.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hash as bcrypt, encodeBase64 } from 'bcryptjs';
import { SignJWT } from 'jose';
import { createConnection } from 'mysql2/promise';
import sharp from 'sharp';
import { dice, idNumberOf, PASSWORDS, personOf, pick, timestampOf } from './people.mjs';
import { TABLES } from './plus.schema.mjs';

const ROWS = 1000;
const ZERO = '0000-00-00 00:00:00';
const ROLES = [
  [1, 'founder', '创始人'],
  [2, 'owner', '普通用户'],
  [3, 'moderator', '版主'],
];
const ABILITIES = ['[user] Disabled User', '[user] Recommend User', 'feed-delete', 'admin: 后台'];
const ABILITIES_OF = { 1: [1, 2, 3, 4], 2: [], 3: [1, 3] };

/** Numbers have gaps, as those of old tables have. */
export const idOf = (number) => number + Math.floor(number / 10);

const hex = (...parts) => createHash('md5').update(parts.join(':')).digest('hex');

const nodeOf = (seed, { number, createdAt }, what) => {
  const day = createdAt.slice(0, 10).replaceAll('-', '/');
  return `public:${day}/${hex(seed, what, number)}${hex(number, what).slice(0, 8)}.png`;
};

/** What is odd about a few in forty: contacts nobody proved, names of another taste, dates that are none, … */
const ODDITIES = {
  3: () => ({ deleted_at: '2020-02-29 00:00:00' }),
  5: () => ({ phone_verified_at: null }),
  6: () => ({ phone_verified_at: ZERO }),
  7: () => ({ created_at: ZERO, updated_at: ZERO }),
  8: () => ({ created_at: null, updated_at: null, bio: null, location: null, avatar: null }),
  9: ({ email }) => ({ phone: null, phone_verified_at: null, email }),
  10: ({ email, createdAt }) => ({
    phone: null,
    phone_verified_at: null,
    email,
    email_verified_at: createdAt,
  }),
  11: ({ number }) => ({ name: `小明 🎉${number}` }),
  12: ({ number }) => ({ name: `${number}`.padEnd(100, '长') }),
  13: ({ number }) => ({ name: `${number}felix` }),
  14: () => ({ name: null }),
  15: () => ({ password: null, phone: null, phone_verified_at: null, email: null, email_verified_at: null }),
  16: ({ phone }) => ({ phone: `+86${phone}` }),
  17: ({ number }) => ({ phone: `+1415${String(5_550_000 + number)}` }),
  18: ({ number }) => ({ avatar: String(number) }),
  19: ({ number }) => ({ avatar: `https://pictures.example/${number}.png` }),
  20: ({ number }) => ({ avatar: `public:2018/01/01/missing${number}.png` }),
  21: ({ number }) => ({ avatar: `public:2018/01/01/broken${number}.png` }),
  22: () => ({ avatar: 'public:../../../../etc/passwd' }),
  23: () => ({ avatar: null }),
  24: ({ email, createdAt }) => ({ email: email.toUpperCase(), email_verified_at: createdAt }),
  25: () => ({ bio: '😀'.repeat(191) }),
};

/** What has changed in the same database a while later. */
const LATER = {
  4: ({ number }) => ({ bio: `新的简介 ${number}` }),
  30: (person, hashes) => ({ password: hashes[newPassword(person)] }),
  31: () => null,
  32: () => ({ deleted_at: '2021-05-06 07:08:09' }),
  33: ({ number }) => ({ phone: `1929${String(number).padStart(7, '0')}` }),
};

const newPassword = ({ password }) => PASSWORDS[(PASSWORDS.indexOf(password) + 1) % PASSWORDS.length];
const isGone = (number, later) => later && number % 40 === 31;

function userOf(person, { seed, later, hashes }) {
  const { number, createdAt } = person;
  const die = dice(seed, 'plus', number);
  const user = {
    id: idOf(number),
    name: person.name,
    email: die[0] % 2 ? person.email : null,
    phone: person.phone,
    password: hashes[person.password],
    bio: person.bio,
    sex: person.sex,
    location: person.home,
    avatar: die[1] % 3 ? nodeOf(seed, person, 'avatar') : null,
    bg: die[1] % 7 === 0 ? nodeOf(seed, person, 'bg') : null,
    email_verified_at: die[0] % 4 === 1 ? createdAt : null,
    phone_verified_at: createdAt,
    register_ip: `192.0.2.${number % 250}`,
    last_login_ip: `198.51.100.${number % 250}`,
    created_at: createdAt,
    updated_at: createdAt,
    deleted_at: null,
    ...ODDITIES[number % 40]?.(person),
  };
  return later ? { ...user, ...LATER[number % 40]?.(person, hashes) } : user;
}

/** The rows that each table has of one account. */
function rowsOf(person, options) {
  const { number, createdAt } = person;
  const { seed, users } = options;
  const user = userOf(person, options);
  const die = dice(seed, 'plus rows', number);
  const times = { created_at: createdAt, updated_at: createdAt };
  return {
    users: [user],
    user_extras: die[0] % 5 ? [extraOf(user.id, die)] : [],
    user_follow: followsOf(number, die, users, options.later).map((target) => ({
      user_id: user.id,
      target,
      ...times,
    })),
    wallet:
      die[1] % 4
        ? [{ owner_id: user.id, balance: die[2], total_income: die[2] + die[3], total_expenses: die[3] }]
        : [],
    currencies: die[4] % 4 ? currenciesOf(user.id, die) : [],
    currency_orders: ordersOf(user.id, number, die),
    certifications: number % 9 === 1 ? [certificationOf(user.id, person, die)] : [],
    users_recommended: number % 30 === 2 ? [{ user_id: user.id }] : [],
    role_user: rolesOf(number).map((role_id) => ({ user_id: user.id, role_id })),
    user_socialites: socialitesOf(user.id, number).map((row) => ({ ...row, ...times })),
    ...picturesOf(user, number, times),
    taggables:
      die[5] % 3
        ? [{ tag_id: 1 + (die[5] % 4), taggable_id: user.id, taggable_type: 'users', ...times }]
        : [],
    black_lists:
      number % 25 === 4 ? [{ user_id: user.id, target_id: idOf(1 + (die[6] % users)), ...times }] : [],
  };
}

const extraOf = (user_id, die) => ({
  user_id,
  likes_count: die[7] % 500,
  comments_count: die[8] % 500,
  followers_count: die[9] % 50,
  followings_count: die[10] % 50,
  feeds_count: die[11] % 200,
  questions_count: die[12] % 20,
  answers_count: die[13] % 20,
  checkin_count: die[14] % 365,
  last_checkin_count: die[14] % 7,
});

/** Some follow somebody who is gone from the table. */
function followsOf(number, die, users, later) {
  const others = die.slice(0, die[15] % 6).map((one) => 1 + ((one * 7919 + number) % users));
  const targets = others.filter((other) => other !== number).map(idOf);
  if (number % 40 === 34) targets.push(later ? idOf(1) + 1 : idOf(users * 2));
  return [...new Set(targets)].filter((target) => target !== idOf(number));
}

const currenciesOf = (owner_id, die) => [
  { owner_id, type: 1, sum: die[4] },
  ...(die[4] % 8 === 1 ? [{ owner_id, type: 2, sum: 7 }] : []),
];

/** In and out, done, waiting and failed. */
const ordersOf = (owner_id, number, die) =>
  die.slice(0, die[6] % 7).map((one, index) => ({
    owner_id,
    title: pick(['签到', '发布动态', '积分充值 🎁', ''], one),
    body: '',
    type: one % 4 ? 1 : -1,
    currency: 1,
    amount: 1 + (one % 300),
    state: pick([1, 1, 1, 0, -1], one),
    created_at: one % 97 === 0 ? ZERO : timestampOf(one, number + index),
  }));

function certificationOf(user_id, { number, nickname, phone, createdAt }, die) {
  const person = {
    name: nickname,
    phone,
    number: idNumberOf(die[2]),
    desc: '认证描述 ✔',
  };
  const organisation = { org_name: `${nickname}科技有限公司`, org_address: '成都市高新区' };
  const isOrganisation = number % 27 === 1;
  return {
    user_id,
    certification_name: isOrganisation ? 'org' : 'user',
    data:
      number % 90 === 19
        ? '{"name": '
        : JSON.stringify({ ...(isOrganisation && organisation), ...person, files: [12, 13] }),
    status: die[9] % 3,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function rolesOf(number) {
  if (number === 1) return [1, 2];
  return number % 50 === 2 ? [2, 3] : [2];
}

const SOCIALITE_TYPES = ['qq', 'wechat', 'weibo'];
const socialitesOf = (user_id, number) =>
  number % 6 === 0 || number % 40 === 15
    ? SOCIALITE_TYPES.slice(0, 1 + (number % 3)).map((type) => ({
        user_id,
        union_id: hex('union', type, number),
        type,
      }))
    : [];

/** The picture of a node, and of the oldest accounts a file that the avatar names by its number. */
function picturesOf(user, number, times) {
  const isNumber = /^\d+$/.test(user.avatar ?? '');
  const node = /^public:(\d{4}\/.+)$/.exec(user.avatar ?? '')?.[1];
  const filename = isNumber ? `2017/06/07/${hex('legacy', number)}.png` : node;
  if (!filename) return {};
  const file = {
    id: number,
    hash: hex(filename),
    origin_filename: 'IMG_0001.PNG',
    filename,
    mime: 'image/png',
    width: 64,
    height: 64,
  };
  return {
    files: [{ ...file, ...times }],
    file_withs: [{ id: number, file_id: number, user_id: user.id, ...times }],
  };
}

async function insert(connection, table, rows) {
  for (let from = 0; from < rows.length; from += ROWS) {
    const some = rows.slice(from, from + ROWS);
    const columns = Object.keys(some[0]);
    const values = some.map((row) => columns.map((column) => row[column]));
    await connection.query('insert into ?? (??) values ?', [table, columns, values]);
  }
}

async function createTables(connection, database) {
  await connection.query('drop database if exists ??', [database]);
  await connection.query('create database ?? character set utf8mb4 collate utf8mb4_unicode_ci', [database]);
  await connection.changeUser({ database });
  // The old server took dates that are none; and its timestamps are UTC.
  await connection.query(`set sql_mode = '', time_zone = '+00:00'`);
  for (const [table, columns] of Object.entries(TABLES)) {
    await connection.query(`create table ${table} (${columns}) engine = InnoDB row_format = dynamic`);
  }
  const named = (names) => names.map((name, index) => ({ id: index + 1, name }));
  await insert(
    connection,
    'roles',
    ROLES.map(([id, name, display_name]) => ({ id, name, display_name })),
  );
  await insert(connection, 'abilities', named(ABILITIES));
  const given = Object.entries(ABILITIES_OF).flatMap(([role_id, ids]) =>
    ids.map((ability_id) => ({ role_id, ability_id })),
  );
  await insert(connection, 'ability_role', given);
  await insert(connection, 'tag_categories', named(['兴趣']));
  await insert(
    connection,
    'tags',
    named(['摄影', '旅行', '美食', '篮球']).map((tag) => ({ ...tag, tag_category_id: 1 })),
  );
}

/** Hashed once each; the work is that of 36 hashes however many accounts there are. */
async function hashesAt(cost) {
  const hashes = await Promise.all(
    PASSWORDS.map((password) => {
      const salt = encodeBase64(createHash('md5').update(password).digest(), 16);
      return bcrypt(password, `$2y$${String(cost).padStart(2, '0')}$${salt}`);
    }),
  );
  return Object.fromEntries(PASSWORDS.map((password, index) => [password, hashes[index]]));
}

/** The pictures themselves; of a few accounts none, or a file that is no picture. */
async function writePictures(folder, { users, files }) {
  const colours = ['#c0392b', '#2980b9', '#27ae60', '#8e44ad', '#f39c12', '#16a085'];
  const pictures = await Promise.all(
    colours.map((background) =>
      sharp({ create: { width: 96, height: 96, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const nodes = users
    .flatMap(({ avatar, bg }) => [avatar, bg])
    .filter((node) => node?.startsWith('public:2'));
  const paths = [
    ...new Set([
      ...nodes.map((node) => node.slice('public:'.length)),
      ...files.map(({ filename }) => filename),
    ]),
  ];
  for (const [index, name] of paths.entries()) {
    if (name.includes('/missing')) continue;
    const target = path.join(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, name.includes('/broken') ? 'no picture' : pictures[index % pictures.length]);
  }
  return paths.length;
}

/** Tokens as tymon/jwt-auth signs them. */
async function tokensOf(ids, secret, ttlMinutes) {
  const now = Math.floor(Date.now() / 1000);
  return Promise.all(
    ids.map(async (id) => ({
      id,
      token: await new SignJWT({ prv: hex('user model') })
        .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
        .setIssuer('https://plus.example/api/v2/auth/login')
        .setIssuedAt(now - 60)
        .setNotBefore(now - 60)
        .setExpirationTime(now + ttlMinutes * 60)
        .setSubject(String(id))
        .setJti(hex('jti', id))
        .sign(new TextEncoder().encode(secret)),
    })),
  );
}

const passwordNow = (person, later) =>
  later && person.number % 40 === 30 ? newPassword(person) : person.password;

async function fill(connection, options, onUser) {
  const count = options.users + (options.later ? Math.ceil(options.users / 10) : 0);
  for (let from = 1; from <= count; from += ROWS) {
    const tables = {};
    for (let number = from; number < from + ROWS && number <= count; number += 1) {
      if (isGone(number, options.later)) continue;
      const person = personOf(options.seed, number);
      const rows = rowsOf(person, options);
      for (const [table, some] of Object.entries(rows)) {
        tables[table] ??= [];
        tables[table].push(...some);
      }
      onUser(person, rows);
    }
    for (const [table, rows] of Object.entries(tables)) await insert(connection, table, rows);
  }
}

/**
 * Makes the database anew, and what else is asked for: `files` a folder for the pictures, `jwtSecret` tokens. Returns
 * each account with its password, and the tokens.
 */
export async function makePlus({ mysql, files, jwtSecret, jwtTtl, cost, ...given }) {
  const url = new URL(mysql);
  const database = decodeURIComponent(url.pathname.slice(1));
  url.pathname = '/';
  const connection = await createConnection({ uri: url.href, charset: 'utf8mb4', timezone: 'Z' });
  const options = { ...given, hashes: await hashesAt(cost) };
  const accounts = [];
  const pictures = { users: [], files: [] };
  try {
    await createTables(connection, database);
    await fill(connection, options, (person, { users: [user], files: rows = [] }) => {
      const { id, name, phone, email } = user;
      const password = user.password && passwordNow(person, options.later);
      accounts.push({ id, number: person.number, name, phone, email, password });
      pictures.users.push(user);
      pictures.files.push(...rows);
    });
  } finally {
    await connection.end();
  }
  const written = files ? await writePictures(files, pictures) : 0;
  const holders = accounts.slice(0, 1000).map(({ id }) => id);
  return { accounts, written, tokens: jwtSecret ? await tokensOf(holders, jwtSecret, jwtTtl) : [] };
}
