import { createHash } from 'node:crypto';
import type { Identity } from '../credential/identity.entity.js';
import { inviteCodeOf } from '../user/invite-code.js';
import { Sex, type User, UserStatus } from '../user/user.entity.js';
import type { UserExtra } from '../user/user-extra.entity.js';
import { type Verification, VerificationState } from '../verification/verification.entity.js';
import type { Identification } from '../verification/verification.secrets.js';
import type { WholeAccount } from './export.repository.js';
import type { ProviderApps } from './identity.rules.js';
import type { RawRecord } from './record.js';

/** What a record says besides what the account's rows do. */
export interface Disclosed {
  /** Absolute; null where there is none. */
  avatarUrl: string | null;
  backgroundUrl: string | null;
  password: NonNullable<RawRecord['password']>;
  identification: Identification | null;
  apps: ProviderApps;
}

const SEXES = ['UNSPECIFIED', 'MALE', 'FEMALE'] as const satisfies readonly (keyof typeof Sex)[];
const STATES = {
  [VerificationState.PENDING]: 'PENDING',
  [VerificationState.REFUSED]: 'REFUSED',
  [VerificationState.PASSED]: 'PASSED',
} as const;

/** An account as a record, which an import takes. What it lacks is left out. */
export function recordOf(account: WholeAccount, disclosed: Disclosed): RawRecord {
  const { user, extra, wallet, currency, vip } = account;
  return withoutNulls({
    ...profileOf(user),
    avatar_url: disclosed.avatarUrl,
    background_url: disclosed.backgroundUrl,
    identities: identitiesOf(account.identities, disclosed.apps),
    password: disclosed.password,
    extra: extra && extraOf(extra),
    wallet: wallet && {
      balance: wallet.balance,
      total_income: wallet.totalIncome,
      total_expenses: wallet.totalExpenses,
    },
    currency: currency && { sum: currency.sum, orders: account.orders.map(orderOf) },
    vip: vip && { level: vip.level, name: vip.name, end_time: vip.endTime.toISOString() },
    addresses: account.addresses.map(addressOf),
    verification: verificationOf(account.verification, disclosed.identification),
    followings: account.followings.map(String),
  });
}

const profileOf = (user: User): RawRecord => ({
  legacy_id: String(user.id),
  name: user.name,
  nickname: user.nickname,
  phone: user.phone,
  email: user.email,
  email_verified: user.emailVerified,
  sex: SEXES[user.sex],
  birthday: user.birthday,
  bio: user.bio,
  location: user.location,
  city_id: user.cityId,
  status: user.status === UserStatus.DISABLED ? 'DISABLED' : 'ACTIVE',
  created_at: user.createdAt.toISOString(),
  last_active_at: user.lastActiveAt.toISOString(),
  recommended_at: user.recommendedAt?.toISOString(),
  // Somebody may have written it down: it stays theirs with another number too.
  invite_code: user.inviteCode ?? inviteCodeOf(user.id),
  abilities: user.abilities,
});

type RawIdentity = NonNullable<RawRecord['identities']>[number];

/** In one order, whichever of them came first. Openids of apps that are not ours any more mean nothing to anybody. */
function identitiesOf(identities: readonly Identity[], apps: ProviderApps): RawIdentity[] {
  const appIds: Partial<Record<string, string>> = { WECHAT: apps.WECHAT_APP_ID, QQ: apps.QQ_APP_ID };
  return [...identities]
    .sort((a, b) => (`${a.provider} ${a.subject}` < `${b.provider} ${b.subject}` ? -1 : 1))
    .flatMap(({ provider, subject }): RawIdentity[] => {
      const [kind = '', first = '', second] = subject.split(':');
      if (kind === 'unionid') return [{ provider, unionid: first }];
      if (kind === 'uid') return [{ provider, openid: first }];
      return second !== undefined && first === appIds[provider] ? [{ provider, openid: second }] : [];
    });
}

const extraOf = (extra: UserExtra): NonNullable<RawRecord['extra']> => ({
  likes_count: extra.likesCount,
  comments_count: extra.commentsCount,
  followers_count: extra.followersCount,
  followings_count: extra.followingsCount,
  be_reward_count: extra.rewardPoints,
  questions_count: extra.questionsCount,
  answers_count: extra.answersCount,
  feeds_count: extra.postsCount,
  feed_topics_count: extra.circlesCount,
  commodities_count: extra.goodsCount,
  checkin_count: extra.checkInDays,
  last_checkin_count: extra.checkInStreak,
});

/** The longest key that a record has; ours are longer where somebody chose them so. */
const KEY_MAX = 64;
const keyOf = (key: string): string =>
  [...key].length <= KEY_MAX ? key : createHash('sha256').update(key).digest('hex');

const orderOf = ({ key, amount, title, createdAt }: WholeAccount['orders'][number]) => ({
  key: keyOf(key),
  amount,
  title,
  created_at: createdAt.toISOString(),
});

const addressOf = (address: WholeAccount['addresses'][number]) =>
  withoutNulls({
    alias: address.alias,
    name: address.name,
    phone: address.phone,
    province: address.province,
    city: address.city,
    county: address.county,
    detail: address.detail,
    postcode: address.postcode,
    is_default: address.isDefault,
  });

function verificationOf(
  verification: Verification | undefined,
  identification: Identification | null,
): RawRecord['verification'] {
  if (!verification || !identification) return null;
  return withoutNulls({
    type: verification.type,
    state: STATES[verification.state],
    real_name: identification.realName,
    id_number: identification.idNumber,
    phone: verification.phoneNumber,
    desc: verification.description,
    slogan: verification.slogan,
    organisation_name: verification.organisationName,
    organisation_address: verification.organisationAddress,
    created_at: verification.createdAt.toISOString(),
  });
}

/** The same without fields that say nothing. */
function withoutNulls<T extends object>(fields: T): T {
  const empty = Object.keys(fields).filter((name) => (Reflect.get(fields, name) ?? null) === null);
  const rest = { ...fields };
  for (const name of empty) Reflect.deleteProperty(rest, name);
  return rest;
}
