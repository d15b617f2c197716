import { INTEGER_MAX } from '../../numbers.js';
import { isRecord } from '../input.js';
import { int, type Parameter, text, type Values } from '../parameters.js';
import { numericId, SEX_NUMBERS } from '../values.js';
import type {
  IncomeRankQuery,
  PlusAddressFragment,
  PlusFileFragment,
  PlusListedUserFragment,
  PlusTagFragment,
  PlusVerificationFragment,
  VerificationState,
} from './plus.operations.js';

/** Values as ThinkSNS+ clients send and expect them: `plus.md` and docs/decisions.md. */

/** The answer of a row that sends the client elsewhere. */
export class Redirect {
  constructor(readonly url: string) {}
}

/** `2021-01-06T07:35:01Z`. */
export const utc = (timestamp: Date): string => `${timestamp.toISOString().slice(0, 19)}Z`;

/** `2019-04-13 04:34:33`, in UTC like the other: clients read it so. */
const utcText = (timestamp: Date): string => timestamp.toISOString().slice(0, 19).replace('T', ' ');

/** A file object (FILE_STORAGE_NODE). */
export const file = (image: PlusFileFragment | null) =>
  image && {
    url: image.url,
    vendor: 'local',
    mime: image.mime,
    size: image.size,
    dimension: { width: image.width, height: image.height },
    node: image.reference,
  };

const EXTERNAL = 'external';

/** A picture that is still at a third party, as a file: of it nothing is known but the address. */
const externalFile = (url: string | null) =>
  url === null ? null : { url, vendor: EXTERNAL, mime: null, size: null, dimension: null };

/** The same answer with pictures at third parties as their addresses, wherever they are. */
export function externalFilesAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(externalFilesAsText);
  if (!isRecord(value)) return value;
  if (value.vendor === EXTERNAL) return value.url;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, externalFilesAsText(one)]));
}

const extra = (id: number, counters: PlusListedUserFragment['extra']) => ({
  user_id: id,
  likes_count: counters.likesCount,
  comments_count: counters.commentsCount,
  followers_count: counters.followersCount,
  followings_count: counters.followingsCount,
  be_reward_count: counters.rewardPoints,
  questions_count: counters.questionsCount,
  answers_count: counters.answersCount,
  feeds_count: counters.postsCount,
  checkin_count: counters.checkInDays,
  last_checkin_count: counters.checkInStreak,
  updated_at: utc(counters.updatedAt),
});

/** Keys that are absent, not null, for everybody else. */
function ownFields(id: number, found: PlusListedUserFragment) {
  const wallet = {
    owner_id: id,
    balance: found.wallet?.balance ?? 0,
    total_income: found.wallet?.totalIncome ?? 0,
    total_expenses: found.wallet?.totalExpenses ?? 0,
  };
  return {
    phone: found.phone,
    email: found.email,
    currency: { owner_id: id, type: 1, sum: found.currency?.balance ?? 0 },
    wallet,
    new_wallet: wallet,
    friends_count: found.mutualFollowingsCount ?? 0,
    initial_password: found.hasPassword ?? false,
  };
}

const identity = (found: PlusVerificationFragment) =>
  found.type === 'ORG'
    ? {
        org: {
          name: found.organisationName,
          address: found.organisationAddress,
          certificate: file(found.certificateImage),
        },
        person: { name: found.realName, number: found.idNumber },
      }
    : {
        id_card: { number: found.idNumber, rear: file(found.rearImage), front: file(found.frontImage) },
        real_name: found.realName,
      };

const STATES: Readonly<Record<VerificationState, number>> = { PENDING: -1, REFUSED: 0, PASSED: 1 };

/** Fields that identify a person are there for the owner, and absent for everybody else. */
export const verification = (found: PlusVerificationFragment) => ({
  type: found.type === 'ORG' ? 'org' : 'user',
  state: STATES[found.state],
  created_at: utc(found.createdAt),
  updated_at: utc(found.updatedAt),
  desc: found.description,
  slogan: found.slogan,
  ...(found.phoneNumber !== null && {
    ...identity(found),
    phone_number: found.phoneNumber,
    user_id: numericId(found.userId),
  }),
});

/** A tag, or a category of tags. */
export const tag = ({ id, name, weight }: PlusTagFragment) => ({ id: Number(id), name, weight });

/** The verification as the public clients read it, who know only those that have passed. */
const verified = (found: PlusVerificationFragment | null) =>
  found?.state === 'PASSED'
    ? { type: found.type === 'ORG' ? 'org' : 'user', icon: null, description: found.description }
    : null;

/** The object of a user; where two names hold the same, the second is that of the public clients. */
export function user(found: PlusListedUserFragment) {
  const id = numericId(found.id);
  return {
    id,
    name: found.name,
    bio: found.bio,
    sex: SEX_NUMBERS[found.sex],
    location: found.location,
    invite_code: found.inviteCode,
    avatar: file(found.avatar) ?? externalFile(found.avatarUrl),
    bg: file(found.background),
    feed_topics_count: found.extra.circlesCount,
    commodities_count: found.extra.goodsCount,
    extra: extra(id, found.extra),
    verification: found.verification && verification(found.verification),
    verified: verified(found.verification),
    vip: found.vip && { level: found.vip.level, end_time: utc(found.vip.endTime), name: found.vip.name },
    tags: found.tags.map(tag),
    has_follower: found.hasFollower,
    follower: found.hasFollower,
    has_following: found.hasFollowing,
    following: found.hasFollowing,
    blacked: found.blocked,
    created_at: utc(found.createdAt),
    updated_at: utc(found.updatedAt),
    ...(found.privateVisible && ownFields(id, found)),
  };
}

/** The user in a ranking; `extra` carries the position, null beyond the last, and what it was won by. */
export const rankedUser = (holder: PlusListedUserFragment, position: number | null, count: number) => {
  const shown = user(holder);
  return { ...shown, extra: { ...shown.extra, rank: position, count } };
};

type Ranked = NonNullable<IncomeRankQuery['rank']['mine']>;

export const ranked = ({ position, amount, user: holder }: Ranked) => ({
  user: rankedUser(holder, position, amount),
  amount_count: amount,
  rank: position === null ? '1000+' : String(position),
});

export const address = (found: PlusAddressFragment) => ({
  id: Number(found.id),
  user_id: numericId(found.userId),
  alias: found.alias,
  name: found.name,
  phone: found.phone,
  province: found.province,
  city: found.city,
  county: found.county,
  detail: found.detail,
  postcode: found.postcode,
  is_default: found.isDefault,
  created_at: utcText(found.createdAt),
  updated_at: utcText(found.updatedAt),
});

/** Minutes that a session has left, as the original's JWT tells them. */
export const minutesLeft = (expiresAt: Date): number =>
  Math.round((expiresAt.getTime() - Date.now()) / 60_000);

/** Passwords are not trimmed: one may begin or end with a space. */
const VERBATIM = /password/;

/** The deepest nesting that is trimmed: no parameter lies deeper, so nobody reads what is there. */
const NESTING_MAX = 10;

/** Texts are trimmed but for passwords, and an empty one is null. */
export const normalise = (values: Record<string, unknown>): Record<string, unknown> => normaliseAt(0, values);

const normaliseAt = (depth: number, values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, normaliseValue(depth, name, value)]),
  );

function normaliseValue(depth: number, name: string, value: unknown): unknown {
  if (typeof value === 'string') {
    const text = VERBATIM.test(name) ? value : value.trim();
    return text === '' ? null : text;
  }
  return isRecord(value) && depth < NESTING_MAX ? normaliseAt(depth + 1, value) : value;
}

/** The longest part of a name that is searched for; names are shorter. */
export const LONGEST_SEARCH = 100;

/** A malformed number counts as absent, and one beyond a bound as the bound. */
export const bounded = (meaning: string, min: number, max: number, absent: number): Parameter<number> =>
  int(meaning)
    .lenient()
    .default(absent)
    .transform((value) => Math.min(Math.max(value, min), max));

/** The position at which lists end. */
export const POSITION_MAX = 10_000;

/** The part of a list that a client asks for; `usual` is how much of it where it does not say. */
export const windowOf = (usual: number) => ({
  limit: bounded(`获取的数据量，默认 ${usual}，最多 50`, 1, 50, usual).example(String(usual)),
  offset: bounded('偏移量，用于分页', 0, POSITION_MAX, 0).example('0'),
});

/** The part of a list in the public clients' rows. */
export const WINDOW = windowOf(15);

/** The part of a list, for GraphQL. */
export const pageOf = ({ limit, offset }: Values<typeof WINDOW>) => ({ first: limit, offset });

/** Text that any column could hold. */
export const search = (meaning: string): Parameter<string | undefined> =>
  text(meaning)
    .lenient()
    .transform((value) => value.replaceAll('\0', '\uFFFD'));

/** A whole number that names a row; anything else names none. */
export const rowId = (id: Parameter<number | null | undefined>): Parameter<string> =>
  id
    .example('1')
    .required()
    .refine((value) => value >= 1 && value <= INTEGER_MAX)
    .transform(String)
    .refusedAs('NOT_FOUND');
