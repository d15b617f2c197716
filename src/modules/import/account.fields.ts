import { UserStatus } from '../user/user.entity.js';
import type { VerificationSecrets } from '../verification/verification.secrets.js';
import type { AccountRows } from './import-state.repository.js';
import type { PictureKind } from './imported-picture.entity.js';
import type { ExtraFields, RecordFields } from './record.fields.js';

/** An account as an import sees it. */
export interface Account {
  userId: number;
  /** The fields as they are here, in the form in which records have them. */
  fields: RecordFields;
  hasPassword: boolean;
  /** True where the password is one that an import brought. */
  passwordImported: boolean;
  /** Points ever received. */
  received: number;
  /** The lists of followings that count as untouched: with those who are gone since, and without. */
  followings: string[][];
}

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

/** The columns of counters, in the order of their names. */
function extraOf({ extra }: AccountRows): ExtraFields {
  return {
    answers_count: extra?.answersCount ?? 0,
    be_reward_count: extra?.rewardPoints ?? 0,
    checkin_count: extra?.checkInDays ?? 0,
    comments_count: extra?.commentsCount ?? 0,
    commodities_count: extra?.goodsCount ?? 0,
    feed_topics_count: extra?.circlesCount ?? 0,
    feeds_count: extra?.postsCount ?? 0,
    followers_count: extra?.followersCount ?? 0,
    followings_count: extra?.followingsCount ?? 0,
    last_checkin_count: extra?.checkInStreak ?? 0,
    likes_count: extra?.likesCount ?? 0,
    questions_count: extra?.questionsCount ?? 0,
  };
}

/** The source that an import named, as long as nothing else is shown in its place; else what is shown. */
function pictureOf({ user, pictures }: AccountRows, kind: PictureKind): string | null {
  const imported = pictures.find((picture) => picture.kind === kind);
  const imageId = kind === 'avatar' ? user.avatarId : user.backgroundId;
  const url = kind === 'avatar' ? user.externalAvatarUrl : null;
  const untouched = imported && imageId === imported.imageId && (url === null || url === imported.source);
  return untouched ? imported.source : (imageId ?? url);
}

function verificationOf(
  { verification }: AccountRows,
  secrets: VerificationSecrets,
): RecordFields['verification'] {
  if (!verification) return null;
  return {
    type: verification.type,
    state: verification.state,
    realName: secrets.realName(verification),
    idNumber: secrets.idNumber(verification),
    phoneNumber: verification.phoneNumber,
    description: verification.description,
    slogan: verification.slogan,
    organisationName: verification.organisationName,
    organisationAddress: verification.organisationAddress,
  };
}

function belongings(rows: AccountRows, secrets: VerificationSecrets): RecordFields {
  const { identities, wallet, currency, vip, addresses } = rows;
  return {
    identities: identities
      .map(({ provider, subject }) => ({ provider, subject }))
      .sort((a, b) => (`${a.provider}:${a.subject}` < `${b.provider}:${b.subject}` ? -1 : 1)),
    avatar: pictureOf(rows, 'avatar'),
    background: pictureOf(rows, 'background'),
    extra: extraOf(rows),
    wallet: {
      balance: wallet?.balance ?? 0,
      totalIncome: wallet?.totalIncome ?? 0,
      totalExpenses: wallet?.totalExpenses ?? 0,
    },
    currency: { sum: currency?.sum ?? 0 },
    vip: vip ? { level: vip.level, name: vip.name, endTime: vip.endTime.toISOString() } : null,
    addresses: addresses.map(
      ({ alias, name, phone, province, city, county, detail, postcode, isDefault }) => ({
        alias,
        name,
        phone,
        province,
        city,
        county,
        detail,
        postcode,
        isDefault,
      }),
    ),
    verification: verificationOf(rows, secrets),
  };
}

/** Throws where a verification is under a key that is not configured. */
export function accountOf(rows: AccountRows, secrets: VerificationSecrets): Account {
  const { user, credential } = rows;
  return {
    userId: user.id,
    hasPassword: credential !== undefined,
    passwordImported: credential?.imported ?? false,
    received: rows.currency?.totalIncome ?? 0,
    followings: [],
    fields: {
      name: user.name,
      nickname: user.nickname,
      phone: user.phone,
      email: user.email === null ? null : { address: user.email.toLowerCase(), verified: user.emailVerified },
      sex: user.sex,
      birthday: user.birthday,
      bio: user.bio,
      home: { location: user.location, cityId: user.cityId },
      status: user.status === UserStatus.ACTIVE ? UserStatus.ACTIVE : UserStatus.DISABLED,
      createdAt: iso(user.createdAt),
      lastActiveAt: iso(user.lastActiveAt),
      recommendedAt: iso(user.recommendedAt),
      inviteCode: user.inviteCode,
      abilities: [...user.abilities].sort(),
      ...belongings(rows, secrets),
    },
  };
}
