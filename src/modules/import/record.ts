import { z } from 'zod';
import { LEGACY_ID_MAX } from '../user/legacy-id.entity.js';

/**
 * One account of another system, as an import takes it and an export gives it. Every field but the old id may be left
 * out. Forms only: what the domain says of a phone or a name is checked where the record is read.
 */

/** A text of so many characters at most, as a database holds it. */
const text = (max: number) => z.string().max(max);
const whole = z.int().nonnegative();
/** Seconds and a zone are needed: `2021-01-06T07:35:01Z`. */
const timestamp = z.iso.datetime({ offset: true });
const date = z.iso.date();

/** Old ids are compared as texts. */
const legacyId = z.union([text(LEGACY_ID_MAX).min(1), z.int().nonnegative().transform(String)]);

const sex = z.union([z.enum(['UNSPECIFIED', 'MALE', 'FEMALE']), z.literal([0, 1, 2])]);

/**
 * The form in which a password comes: `md5` its hex MD5; `md5-md5` the MD5 of that in hex; `md5-salt` the MD5 of that
 * with the salt behind it (Discuz, UCenter); `bcrypt` as PHP writes it; `argon2id` as a gateway with the same pepper
 * exports it, `salt` then naming the scheme it is over; `none` says that there is none.
 */
const password = z.strictObject({
  format: z.enum(['md5', 'md5-salt', 'md5-md5', 'bcrypt', 'argon2id', 'none']),
  value: text(255).optional(),
  salt: text(255).optional(),
});

const identity = z.strictObject({
  provider: z.enum(['QQ', 'WECHAT', 'WEIBO']),
  openid: text(191).optional(),
  unionid: text(191).optional(),
});

/** Followers and followings are counted where the record says whom the account follows. */
const extra = z
  .strictObject({
    likes_count: whole,
    comments_count: whole,
    followers_count: whole,
    followings_count: whole,
    be_reward_count: whole,
    questions_count: whole,
    answers_count: whole,
    feeds_count: whole,
    feed_topics_count: whole,
    commodities_count: whole,
    checkin_count: whole,
    last_checkin_count: whole,
  })
  .partial();

/** In fen. */
const wallet = z.strictObject({
  balance: whole.default(0),
  total_income: whole.default(0),
  total_expenses: whole.default(0),
});

/** Points. Orders are successful incomes, which the ranking counts; their keys are the old system's ids of them. */
const currency = z.strictObject({
  sum: whole.default(0),
  orders: z
    .array(
      z.strictObject({
        key: text(64).min(1),
        amount: z.int().positive(),
        title: text(100).default(''),
        created_at: timestamp,
      }),
    )
    .optional(),
});

const vip = z.strictObject({ level: text(32), name: text(64), end_time: timestamp });

const address = z.strictObject({
  alias: text(24).nullish(),
  name: text(24),
  phone: text(64),
  province: text(32).nullish(),
  city: text(32).nullish(),
  county: text(32).nullish(),
  detail: text(160),
  postcode: text(6).nullish(),
  is_default: z.boolean().default(false),
});

/** Pictures of documents stay with the old system. */
const verification = z.strictObject({
  type: z.enum(['user', 'org']),
  state: z.enum(['PENDING', 'REFUSED', 'PASSED']),
  real_name: text(64),
  id_number: text(64),
  phone: text(64),
  desc: text(191).nullish(),
  slogan: text(191).nullish(),
  organisation_name: text(191).nullish(),
  organisation_address: text(191).nullish(),
  created_at: timestamp.optional(),
});

/** Where a picture comes from: a URL, or a path below the folder that the import is given. */
const url = z.url({ protocol: /^https?$/ }).max(500);
const file = text(255).min(1);

export const RECORD = z.strictObject({
  legacy_id: legacyId,
  name: text(100).nullish(),
  nickname: text(255).nullish(),
  phone: text(64).nullish(),
  email: text(320).nullish(),
  email_verified: z.boolean().optional(),
  sex: sex.nullish(),
  birthday: date.nullish(),
  bio: text(1000).nullish(),
  location: text(1000).nullish(),
  city_id: z.int().positive().nullish(),
  avatar_url: url.nullish(),
  avatar_file: file.nullish(),
  background_url: url.nullish(),
  background_file: file.nullish(),
  status: z.enum(['ACTIVE', 'DISABLED']).optional(),
  created_at: timestamp.nullish(),
  last_active_at: timestamp.nullish(),
  recommended_at: timestamp.nullish(),
  invite_code: text(32).nullish(),
  abilities: z.array(text(64)).optional(),
  identities: z.array(identity).optional(),
  password: password.optional(),
  extra: extra.optional(),
  wallet: wallet.optional(),
  currency: currency.optional(),
  vip: vip.nullish(),
  addresses: z.array(address).optional(),
  verification: verification.nullish(),
  followings: z.array(legacyId).optional(),
});

/** A record as a file has it. */
export type RawRecord = z.input<typeof RECORD>;
/** The same once its form was checked. */
export type ImportRecord = z.output<typeof RECORD>;
