import { ABILITIES } from '../../policy.js';
import { propertyOf } from '../../unknown.js';
import type { PlusAccount, PlusCertification } from './plus.repository.js';
import type { RawRecord } from './record.js';

/** What an account's other data stands in for a time that its table does not tell. */
const UNKNOWN_TIME = '2000-01-01T00:00:00Z';

/** `2019-03-01 08:00:00` of MySQL, in UTC; one of zeros is no time. */
export function instantOf(timestamp: string | null): string | null {
  if (!timestamp || /^0000|-00/.test(timestamp)) return null;
  return `${timestamp.replace(' ', 'T')}Z`;
}

/**
 * An account of ThinkSNS+ as a record. A phone or address that nobody has proved is no way in there either, and may be
 * anybody's: such a phone is left out, such an address is unverified here too. Of abilities only those are taken that
 * mean something here. Tags, black lists and pictures of documents stay behind.
 */
export function recordOfPlus(account: PlusAccount): RawRecord {
  const { user, counters, wallet } = account;
  const createdAt = instantOf(user.created_at);
  return {
    legacy_id: String(user.id),
    name: user.name || null,
    phone: instantOf(user.phone_verified_at) ? user.phone || null : null,
    email: user.email || null,
    email_verified: instantOf(user.email_verified_at) !== null,
    sex: sexOf(user.sex),
    bio: user.bio || null,
    location: user.location || null,
    ...avatarOf(account),
    background_file: fileOf(user.bg),
    status: instantOf(user.deleted_at) ? 'DISABLED' : 'ACTIVE',
    created_at: createdAt,
    last_active_at: instantOf(user.updated_at),
    recommended_at: account.recommended ? (createdAt ?? UNKNOWN_TIME) : null,
    abilities: account.abilities.filter(isKnownAbility),
    identities: account.socialites.flatMap(identityOf),
    password: user.password ? { format: 'bcrypt', value: user.password } : { format: 'none' },
    extra: counters && extraOf(counters),
    wallet: wallet && walletOf(wallet),
    currency: currencyOf(account, createdAt),
    verification: verificationOf(account.certification),
    followings: account.followings.map(String),
  };
}

const SEXES = ['UNSPECIFIED', 'MALE', 'FEMALE'] as const;
const sexOf = (sex: number | null) => SEXES[sex ?? 0] ?? 'UNSPECIFIED';

/** `*` is nobody's to give away. */
const KNOWN: ReadonlySet<string> = new Set(
  Object.values(ABILITIES).filter((one) => one !== ABILITIES.everything),
);
const isKnownAbility = (name: string): boolean => KNOWN.has(name);

/** The path that a node names below `storage/app/public`; whether it may be read is decided when it is. */
const fileOf = (node: string | null): string | null => /^public:(.{1,200})$/.exec(node ?? '')?.[1] ?? null;

const isUrl = (text: string): boolean =>
  /^https?:\/\//i.test(text) && text.length <= 500 && URL.canParse(text);

/** A node; of accounts older than those, the number of a file, a bare path, or a URL at a third party. */
function avatarOf({
  user: { avatar },
  avatarFile,
}: PlusAccount): Pick<RawRecord, 'avatar_url' | 'avatar_file'> {
  if (!avatar) return { avatar_file: null };
  if (isUrl(avatar)) return { avatar_url: avatar };
  const path = /^[\w-]+(?:\/[\w.-]+)+\.(?:jpe?g|png|gif|webp)$/i.test(avatar) ? avatar : null;
  return { avatar_file: avatarFile ?? fileOf(avatar) ?? path };
}

/** Weibo has one id for a person; the others tell one for all apps of an owner. */
function identityOf({
  type,
  union_id: id,
}: PlusAccount['socialites'][number]): NonNullable<RawRecord['identities']> {
  if (type === 'weibo') return [{ provider: 'WEIBO', openid: id }];
  if (type === 'qq') return [{ provider: 'QQ', unionid: id }];
  return type === 'wechat' ? [{ provider: 'WECHAT', unionid: id }] : [];
}

/** Follows are counted as they come. */
function extraOf(counters: NonNullable<PlusAccount['counters']>): RawRecord['extra'] {
  const { likes_count, comments_count, feeds_count, questions_count, answers_count } = counters;
  return {
    likes_count: likes_count ?? 0,
    comments_count: comments_count ?? 0,
    feeds_count: feeds_count ?? 0,
    questions_count: questions_count ?? 0,
    answers_count: answers_count ?? 0,
    checkin_count: counters.checkin_count ?? 0,
    last_checkin_count: counters.last_checkin_count ?? 0,
  };
}

/** In fen there too. */
const walletOf = (wallet: NonNullable<PlusAccount['wallet']>): RawRecord['wallet'] => ({
  balance: wallet.balance ?? 0,
  total_income: wallet.total_income ?? 0,
  total_expenses: wallet.total_expenses ?? 0,
});

function currencyOf({ points, orders, user }: PlusAccount, createdAt: string | null): RawRecord['currency'] {
  if (!points && orders.length === 0) return undefined;
  const otherwise = createdAt ?? instantOf(user.updated_at) ?? UNKNOWN_TIME;
  return {
    sum: points?.sum ?? 0,
    orders: orders.map(({ id, amount, title, created_at }) => ({
      key: String(id),
      amount,
      title: [...(title ?? '')].slice(0, 100).join(''),
      created_at: instantOf(created_at) ?? otherwise,
    })),
  };
}

const STATES = ['PENDING', 'PASSED', 'REFUSED'] as const;

/** What it lacks is empty, which the import refuses: half a person's identity is nobody's. */
function verificationOf(certification: PlusCertification | undefined): RawRecord['verification'] {
  if (!certification) return null;
  const data = parsed(certification.data);
  const text = (...names: string[]) => textOf(data, names);
  return {
    type: certification.certification_name === 'org' ? 'org' : 'user',
    state: STATES[certification.status] ?? 'PENDING',
    real_name: text('name', 'real_name') ?? '',
    id_number: text('number', 'id_number') ?? '',
    phone: text('phone', 'phone_number') ?? '',
    desc: text('desc'),
    organisation_name: text('org_name'),
    organisation_address: text('org_address'),
    created_at: instantOf(certification.created_at) ?? undefined,
  };
}

function textOf(data: unknown, names: readonly string[]): string | null {
  const found = names
    .map((name) => propertyOf(data, name))
    .find((value) => value !== undefined && value !== null);
  return found === undefined ? null : String(found);
}

function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return null;
  }
}

/** About the bytes that an account takes in memory. */
export const sizeOfPlus = ({ user, orders, followings, certification }: PlusAccount): number =>
  1000 +
  2 * (user.bio?.length ?? 0) +
  200 * orders.length +
  32 * followings.length +
  2 * (certification?.data?.length ?? 0);
