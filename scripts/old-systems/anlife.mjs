// An old anlife: its table of accounts, as CSV in the columns that an import reads, or as lines of JSON.
import { createHash } from 'node:crypto';
import { dice, personOf } from './people.mjs';

const COLUMNS =
  'legacy_id,name,nickname,phone,email,email_verified,sex,birthday,bio,location,status,created_at,password.format,password.value,currency.sum';

const md5 = (text) => createHash('md5').update(text).digest('hex');

/** Quoted as RFC 4180 has it. */
const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** Every other account is of somebody who has one at ThinkSNS+ as well, with another number and another password. */
function rowOf(seed, users, id) {
  const isShared = id % 2 === 0;
  const person = personOf(seed, isShared ? id / 2 : users + id);
  const namesake = personOf(seed, id);
  const die = dice(seed, 'anlife', id);
  const password = `${person.password}-anlife`;
  const row = {
    legacy_id: id,
    // One in ten has the name of somebody else at ThinkSNS+.
    name: id % 10 === 1 ? namesake.name : person.name,
    nickname: person.nickname,
    phone: id % 40 === 35 ? '' : person.phone,
    email: die[0] % 3 ? '' : person.email,
    email_verified: die[0] % 2 ? 'true' : 'false',
    sex: person.sex,
    birthday: die[1] % 2 ? `19${70 + (die[1] % 30)}-0${1 + (die[2] % 9)}-1${die[3] % 10}` : '',
    bio: person.bio ?? '',
    location: person.home,
    status: id % 40 === 3 ? 'DISABLED' : 'ACTIVE',
    created_at: `${person.createdAt.replace(' ', 'T')}Z`,
    'password.format': 'md5',
    'password.value': md5(password),
    'currency.sum': die[4] % 1000,
  };
  return {
    row,
    account: { id, name: row.name, phone: row.phone || null, email: row.email || null, password },
  };
}

/** The same as a record of JSON. */
function recordOf({ 'password.format': format, 'password.value': value, 'currency.sum': sum, ...row }) {
  const told = Object.entries(row).filter(([, field]) => field !== '');
  return {
    ...Object.fromEntries(told),
    legacy_id: String(row.legacy_id),
    email_verified: row.email_verified === 'true',
    password: { format, value },
    currency: { sum },
  };
}

/** Lines of JSON, one account after the other, however many there are. */
export function* linesOfAnlife({ seed, users }) {
  for (let id = 1; id <= users; id++) yield `${JSON.stringify(recordOf(rowOf(seed, users, id).row))}\n`;
}

/** The text of the file, and each account with its password. */
export function makeAnlife({ seed, users }) {
  const made = Array.from({ length: users }, (_, index) => rowOf(seed, users, index + 1));
  const lines = made.map(({ row }) =>
    Object.values(row)
      .map((value) => cell(String(value)))
      .join(','),
  );
  return { csv: `${[COLUMNS, ...lines].join('\n')}\n`, accounts: made.map(({ account }) => account) };
}
