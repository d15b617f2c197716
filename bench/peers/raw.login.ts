import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import { verify } from '@node-rs/argon2';
import { Redis } from 'ioredis';
import { prepared } from './raw.database.js';

/** Log-in without a guard, a log of events, or anything else that is not needed to open a session. */

const { REDIS_URL = '', REDIS_PREFIX, PASSWORD_PEPPER = '', SMS_WEBHOOK_URL = '' } = process.env;
const redis = new Redis(REDIS_URL, { keyPrefix: `${REDIS_PREFIX}raw:` });
const CODE_SECONDS = 3600;

interface Holder {
  id: string;
  name: string;
  nickname: string;
  password_hash: string | null;
}

const holderOf = prepared<Holder>(
  'holder',
  `select u.id::text as id, u.name::text as name, coalesce(u.nickname, u.name::text) as nickname, c.password_hash
   from users u left join credentials c on c.user_id = u.id where u.phone = $1 and u.status = 1`,
);

const insertSession = prepared<{ expires_at: Date }>(
  'insert_session',
  `insert into sessions (user_id, token_hash, device_type, ip, source, expires_at)
   values ($1, $2, 0, '127.0.0.1', '127.0.0.1', now() + interval '30 days') returning expires_at`,
);

/** What is stored is a hash of this: HMAC under the pepper of the MD5, as the gateway has it. */
function secretOf(password: string): string {
  const md5 = createHash('md5').update(password).digest('hex');
  return createHmac('sha256', PASSWORD_PEPPER).update(md5).digest('hex');
}

const digestOf = (phone: string, code: string): string =>
  createHmac('sha256', PASSWORD_PEPPER).update(`${phone}:${code}`).digest('base64url');

/** Used up by being read, right or wrong. */
const takeCode = async (phone: string, code: string): Promise<boolean> =>
  (await redis.getdel(phone)) === digestOf(phone, code);

export async function sendCode({ phone, purposes }: { phone: string; purposes: string[] }) {
  const code = randomInt(1_000_000).toString().padStart(6, '0');
  await redis.set(phone, digestOf(phone, code), 'EX', CODE_SECONDS);
  await fetch(SMS_WEBHOOK_URL, { method: 'POST', body: JSON.stringify({ to: phone, code, purposes }) });
  return { resendAfter: 0 };
}

export async function login({ account, password, code }: Record<string, string>) {
  const [holder] = await holderOf(account);
  const proven = password
    ? await verify(holder?.password_hash ?? '', secretOf(password))
    : await takeCode(account ?? '', code ?? '');
  if (!holder || !proven) throw new Error('CREDENTIALS_INVALID');
  const token = randomBytes(32).toString('base64url');
  const [session] = await insertSession(holder.id, createHash('sha256').update(token).digest('hex'));
  const { id, name, nickname } = holder;
  return { token, expiresAt: session?.expires_at, user: { id, name, nickname } };
}
