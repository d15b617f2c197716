import { createHash, timingSafeEqual } from 'node:crypto';
import { parseDataKeys, SecretBox } from '../../src/infra/secret-box.js';
import { inviteCodeOf } from '../../src/modules/user/invite-code.js';
import { prepared } from './raw.database.js';
import type { Any } from './raw.graphql.js';
import { ageOf, STORAGE_URL } from './values.js';

/** The benched legacy URLs, for callers without a session. */

const userInfo = prepared<Any>(
  'user_info',
  `select u.id, coalesce(u.nickname, u.name::text) as nickname, u.sex, u.birthday, u.bio,
     extract(epoch from u.birthday::timestamp at time zone 'Asia/Shanghai')::int as birthday_seconds,
     coalesce(u.external_avatar_url, '') as external, i.key, b.key as background,
     c.id as community_id, c.name as community, c.city_id,
     (select json_agg(json_build_object('hobby_id', h.id, 'hobby_name', h.name) order by h.id)
      from user_hobbies uh join hobbies h on h.id = uh.hobby_id where uh.user_id = u.id) as hobby
   from users u
     left join images i on i.id = u.avatar_id left join images b on b.id = u.background_id
     left join communities c on c.id = u.community_id
   where u.id = $1 and u.status <> 3`,
);

async function getUserInfo(query: URLSearchParams) {
  const [row] = await userInfo(Number(query.get('user_id')));
  if (!row) return { error_code: 1004, error_msg: '用户不存在' };
  return {
    datas: {
      user_id: row.id,
      nickname: row.nickname,
      sex: row.sex,
      phone: '',
      birthday: row.birthday_seconds ?? 0,
      age: row.birthday ? ageOf(row.birthday) : 0,
      photo: row.key ? `${STORAGE_URL}/${row.key}` : row.external,
      background: row.background ? `${STORAGE_URL}/${row.background}` : '',
      community: { id: row.community_id ?? 0, name: row.community ?? '', city_id: row.city_id ?? 0 },
      signature: row.bio ?? '',
      hobby: row.hobby ?? [],
    },
  };
}

const COUNTERS = [
  ...['likes_count', 'comments_count', 'followers_count', 'followings_count', 'be_reward_count'],
  ...['questions_count', 'answers_count', 'feeds_count', 'checkin_count', 'last_checkin_count'],
  ...['feed_topics_count', 'commodities_count'],
];

const PLUS_USER = `
  select u.id, u.name::text as name, u.bio, u.sex, u.location, u.external_avatar_url, u.created_at, u.updated_at,
    i.key, i.mime, i.size, i.width, i.height, b.key as bg_key, b.mime as bg_mime, b.size as bg_size,
    b.width as bg_width, b.height as bg_height, ${COUNTERS.map((name) => `coalesce(e.${name}, 0) as ${name}`).join()},
    coalesce(e.updated_at, u.created_at) as extra_updated_at,
    v.type, v.state, v.description, v.slogan, v.created_at as v_created_at, v.updated_at as v_updated_at,
    vip.level, vip.name as vip_name, vip.end_time
  from users u
    left join images i on i.id = u.avatar_id left join images b on b.id = u.background_id
    left join user_extras e on e.user_id = u.id left join verifications v on v.user_id = u.id
    left join vips vip on vip.user_id = u.id and vip.end_time > now()`;

const plusUser = prepared<Any>('plus_user', `${PLUS_USER} where u.id = $1 and u.status <> 3`);
const plusUsers = prepared<Any>(
  'plus_users',
  `${PLUS_USER} where u.status not in (2, 3) and u.id < $1 order by u.id desc limit $2`,
);

const utc = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`;

const file = (key: string | null, mime: string, size: number, width: number, height: number) =>
  key && {
    url: `${STORAGE_URL}/${key}`,
    vendor: 'local',
    mime,
    size,
    dimension: { width, height },
    node: `public:${key}`,
  };

const externalFile = (url: string | null) =>
  url && { url, vendor: 'external', mime: null, size: null, dimension: null };

const plus = (row: Any) => ({
  id: row.id,
  name: row.name,
  bio: row.bio,
  sex: row.sex,
  location: row.location,
  invite_code: inviteCodeOf(row.id),
  avatar: file(row.key, row.mime, row.size, row.width, row.height) ?? externalFile(row.external_avatar_url),
  bg: file(row.bg_key, row.bg_mime, row.bg_size, row.bg_width, row.bg_height),
  feed_topics_count: row.feed_topics_count,
  commodities_count: row.commodities_count,
  extra: {
    user_id: row.id,
    ...Object.fromEntries(COUNTERS.slice(0, 10).map((name) => [name, row[name]])),
    updated_at: utc(row.extra_updated_at),
  },
  verification: row.type && {
    type: row.type,
    state: row.state,
    created_at: utc(row.v_created_at),
    updated_at: utc(row.v_updated_at),
    desc: row.description,
    slogan: row.slogan,
  },
  verified: row.state === 1 ? { type: row.type, icon: null, description: row.description } : null,
  vip: row.level && { level: row.level, end_time: utc(row.end_time), name: row.vip_name },
  has_follower: false,
  follower: false,
  has_following: false,
  following: false,
  blacked: false,
  created_at: utc(row.created_at),
  updated_at: utc(row.updated_at),
});

const box = new SecretBox(parseDataKeys(process.env.DATA_KEYS ?? '') ?? []);

const appAndUser = prepared<Any>(
  'app_and_user',
  `select a.key_id, a.encrypted_secret, u.id, u.name::text as name, u.phone,
     case when u.email_verified then u.email::text end as email
   from open_apps a left join users u on u.id = $2 and u.status <> 3
   where a.id = $1 and a.disabled_at is null`,
);

const CLOCK_TOLERANCE = 600;

/** Whether the signature is that of the app, made within ten minutes. */
function isSigned(query: URLSearchParams, row: Any): boolean {
  const text = [...query]
    .filter(([name]) => name !== 'sign')
    .map(([name, value]) => Buffer.from(`${name}=${value}`))
    .sort(Buffer.compare)
    .join('');
  const secret = box.open({ keyId: row.key_id, sealed: row.encrypted_secret }, 'open_apps.secret');
  const expected = createHash('md5').update(`${text}${secret}`).digest();
  const given = Buffer.from(query.get('sign') ?? '', 'hex');
  const late = Math.abs(Date.now() / 1000 - Number(query.get('timestamp'))) > CLOCK_TOLERANCE;
  return !late && given.length === expected.length && timingSafeEqual(expected, given);
}

async function getInfo(query: URLSearchParams) {
  const [row] = await appAndUser(Number(query.get('app_id')), Number(query.get('account')));
  if (!row || !isSigned(query, row)) return { code: 401, msg: '没有权限，签名等验证失败' };
  if (row.id === null) return { code: 1011, msg: '获得信息失败，用户不存在' };
  return { code: 200, id: row.id, name: row.name, phone: row.phone ?? '', email: row.email ?? '' };
}

type Answer = { status?: number; body: unknown };

/** The answer to a legacy URL; undefined when it is none of the benched ones. */
export async function answerLegacy(path: string, query: URLSearchParams): Promise<Answer | undefined> {
  if (path === '/anlife/v1.0/user/getUserInfo') return { body: await getUserInfo(query) };
  if (path === '/v1/user/get-info') return { body: await getInfo(query) };
  if (path === '/api/v2/users') {
    const rows = await plusUsers(Number(query.get('since')), Number(query.get('limit')));
    return { body: rows.map(plus) };
  }
  const [, id] = /^\/api\/v2\/users\/(\d{1,10})$/.exec(path) ?? [];
  if (!id) return undefined;
  const [row] = await plusUser(Number(id));
  return row ? { body: plus(row) } : { status: 404, body: { message: '内容不存在' } };
}
