import type { LegacySystem } from '../../door.js';
import { INTEGER_MAX } from '../../numbers.js';
import { trimmed, visible } from '../../text.js';
import { normaliseAddress } from '../address/address.rules.js';
import { ADDRESSES_MAX } from '../address/address.service.js';
import { readImportedPassword } from '../credential/imported-password.js';
import type { PlaceIndex } from '../place/place.index.js';
import { normaliseIncome } from '../ranking/income.service.js';
import { assertBirthday } from '../user/calendar.js';
import { normaliseEmail, normalisePhone } from '../user/contact.js';
import { NAME_WIDTH_LEAST, normaliseName, normaliseText } from '../user/text.js';
import { Sex, USER_LIMITS, UserStatus } from '../user/user.entity.js';
import {
  VERIFICATION_TEXT_MAX,
  VerificationState,
  VerificationType,
} from '../verification/verification.entity.js';
import { normaliseIdentification } from '../verification/verification.rules.js';
import { type ProviderApps, type Subject, subjectsOf } from './identity.rules.js';
import type {
  AddressFields,
  ExtraFields,
  OrderFields,
  RecordFields,
  VerificationColumns,
} from './record.fields.js';
import type { ImportRecord } from './record.js';
import { reject, within } from './rejection.js';

/** What the rules look things up in. */
export interface RuleContext {
  system: LegacySystem;
  places: PlaceIndex;
  apps: ProviderApps;
}

/** Clocks of other systems may be ahead that far, in ms. */
const AHEAD_MS = 86_400_000;

/** A time as it is stored, to the millisecond. Throws INVALID_INPUT for one that no database and no client reads. */
function timeOf(text: string, field: string): string {
  const time = new Date(text);
  const year = time.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) reject('INVALID_INPUT', field);
  return time.toISOString();
}

/** The same of what has been: throws for one that is still to come. */
function pastTime(text: string, field: string): string {
  if (Date.parse(text) > Date.now() + AHEAD_MS) reject('INVALID_INPUT', field);
  return timeOf(text, field);
}

/** Applies a rule to a value that was told; null and blank texts say that there is none. */
const told = <In, Out>(value: In | null | undefined, rule: (value: In) => Out): Out | null | undefined =>
  value === undefined ? undefined : value === null || value === '' ? null : rule(value);

/** A text that is kept as it is, but for what surrounds it. */
function line(text: string, field: string): string {
  const shown = visible(text);
  if (shown === '') reject('INVALID_INPUT', field);
  return shown;
}

const SEXES: Readonly<Record<string, Sex>> = {
  UNSPECIFIED: Sex.UNSPECIFIED,
  MALE: Sex.MALE,
  FEMALE: Sex.FEMALE,
  0: Sex.UNSPECIFIED,
  1: Sex.MALE,
  2: Sex.FEMALE,
};

function emailOf({ email, email_verified: verified }: ImportRecord): RecordFields['email'] {
  return told(email, (text) => ({ address: normaliseEmail(text), verified: verified ?? false }));
}

function birthdayOf(birthday: string): string {
  assertBirthday(birthday);
  return birthday;
}

/** The city that is named by its code, else the one that the location tells. */
function homeOf({ location: text, city_id: code }: ImportRecord, places: PlaceIndex): RecordFields['home'] {
  if (text === undefined && code === undefined) return undefined;
  const location = normaliseText(text ?? null, 'location', USER_LIMITS.location);
  if (code && !places.city(code)) reject('INVALID_INPUT', 'city_id');
  return { location, cityId: code ?? (location ? places.cityOf(location) : null) };
}

function profileOf(record: ImportRecord, places: PlaceIndex): RecordFields {
  const { name, nickname, bio, sex, status } = record;
  return {
    name: told(name, (text) => normaliseName(text, NAME_WIDTH_LEAST)),
    nickname: told(nickname, (text) => normaliseText(text, 'nickname', USER_LIMITS.nickname)),
    phone: told(record.phone, (text) => normalisePhone(text)),
    email: emailOf(record),
    sex: sex === undefined ? undefined : SEXES[sex ?? 'UNSPECIFIED'],
    birthday: told(record.birthday, birthdayOf),
    bio: told(bio, (text) => normaliseText(text, 'bio', USER_LIMITS.bio)),
    home: homeOf(record, places),
    status: status && UserStatus[status],
    createdAt: told(record.created_at, (text) => pastTime(text, 'created_at')),
    lastActiveAt: told(record.last_active_at, (text) => pastTime(text, 'last_active_at')),
    recommendedAt: told(record.recommended_at, (text) => pastTime(text, 'recommended_at')),
    inviteCode: told(record.invite_code, (text) => line(text, 'invite_code')),
  };
}

const keyOf = ({ provider, subject }: Subject): string => `${provider}:${subject}`;

function identitiesOf({ identities }: ImportRecord, apps: ProviderApps): Subject[] | undefined {
  const subjects = identities?.flatMap((identity, index) =>
    within(`identities.${index}`, () => subjectsOf(apps, identity)),
  );
  if (!subjects) return undefined;
  const byKey = new Map(subjects.map((subject) => [keyOf(subject), subject]));
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
}

/** Sealed only for its account. */
const passwordOf = ({ password }: ImportRecord): RecordFields['password'] =>
  password && readImportedPassword(password);

function extraOf({ extra, followings }: ImportRecord): ExtraFields | undefined {
  if (!extra) return undefined;
  const { followers_count: followers, followings_count: own, ...others } = extra;
  const counted = followings ? others : { ...others, followers_count: followers, followings_count: own };
  const entries = Object.entries(counted).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  const tooLarge = entries.find(([, count]) => count > INTEGER_MAX);
  if (tooLarge) reject('INVALID_INPUT', `extra.${tooLarge[0]}`);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ordersOf({ currency }: ImportRecord, system: LegacySystem): OrderFields[] | undefined {
  const orders = currency?.orders?.map(({ key, amount, title, created_at: createdAt }, index) =>
    within(`currency.orders.${index}`, () => {
      const income = normaliseIncome({ userId: 0, key: `${system}:${key}`, amount, title });
      return {
        key: income.key,
        amount,
        title: income.title,
        createdAt: pastTime(createdAt, 'created_at'),
      };
    }),
  );
  const keys = new Set(orders?.map(({ key }) => key));
  if (orders && keys.size < orders.length) reject('INVALID_INPUT', 'currency.orders');
  const total = orders?.reduce((sum, { amount }) => sum + amount, 0) ?? 0;
  if (!Number.isSafeInteger(total)) reject('INVALID_INPUT', 'currency.orders');
  return orders;
}

function walletOf({ wallet }: ImportRecord): RecordFields['wallet'] {
  return (
    wallet && {
      balance: wallet.balance,
      totalIncome: wallet.total_income,
      totalExpenses: wallet.total_expenses,
    }
  );
}

type Address = NonNullable<ImportRecord['addresses']>[number];

function addressOf({ is_default: isDefault, ...address }: Address): AddressFields {
  const { alias, name, phone, province, city, county, detail, postcode } = normaliseAddress({
    ...address,
    isDefault,
  });
  return {
    alias: alias ?? null,
    name: name ?? '',
    phone: phone ?? '',
    province: province ?? null,
    city: city ?? null,
    county: county ?? null,
    detail: detail ?? '',
    postcode: postcode ?? null,
    isDefault,
  };
}

function addressesOf({ addresses }: ImportRecord): AddressFields[] | undefined {
  if (!addresses) return undefined;
  if (addresses.length > ADDRESSES_MAX) reject('ADDRESS_LIMIT', 'addresses');
  if (addresses.filter((address) => address.is_default).length > 1) {
    reject('INVALID_INPUT', 'addresses.is_default');
  }
  return addresses.map((address, index) =>
    within(`addresses.${index}`, () => addressOf(address), { isDefault: 'is_default' }),
  );
}

/** The names of the record for those of the rules. */
const VERIFICATION_NAMES = {
  realName: 'real_name',
  idNumber: 'id_number',
  phoneNumber: 'phone',
  organisationName: 'organisation_name',
  organisationAddress: 'organisation_address',
};

function verificationOf({ verification }: ImportRecord): VerificationColumns | null | undefined {
  return told(verification, (given) =>
    within(
      'verification',
      () => {
        const type = given.type === 'org' ? VerificationType.ORG : VerificationType.USER;
        const { realName, idNumber, phoneNumber, organisationName, organisationAddress } =
          normaliseIdentification(type, {
            realName: given.real_name,
            idNumber: given.id_number,
            phoneNumber: given.phone,
            organisationName: given.organisation_name,
            organisationAddress: given.organisation_address,
          });
        return {
          type,
          state: VerificationState[given.state],
          realName,
          idNumber,
          phoneNumber,
          description: normaliseText(given.desc ?? null, 'desc', VERIFICATION_TEXT_MAX),
          slogan: normaliseText(given.slogan ?? null, 'slogan', VERIFICATION_TEXT_MAX),
          organisationName,
          organisationAddress,
        };
      },
      VERIFICATION_NAMES,
    ),
  );
}

/** Whom the account follows, each once, in one order; nobody follows themselves. */
function followingsOf({ followings, legacy_id: own }: ImportRecord): string[] | undefined {
  return followings && [...new Set(followings)].filter((legacyId) => legacyId !== own).sort();
}

/** The first of two that was told. */
const either = (
  file: string | null | undefined,
  url: string | null | undefined,
): string | null | undefined => (file === undefined ? url : (file ?? url ?? null));

/** A path below a folder: nothing leads out of it. */
function pathOf(file: string | null | undefined, field: string): string | null | undefined {
  return told(file, (text) => {
    // ThinkSNS+ writes the channel before the path.
    const path = trimmed(text)
      .replace(/^public:/, '')
      .replace(/^\/+/, '');
    const parts = path.split(/[/\\]/);
    if (path === '' || /^[a-z][a-z\d+.-]*:/i.test(path) || parts.includes('..'))
      reject('INVALID_INPUT', field);
    return path;
  });
}

/**
 * A record's fields as they are stored. Throws Rejected or an AppError with the code of the first rule that one breaks.
 * Banned words are asked for elsewhere, for many at once.
 */
export function fieldsOf(record: ImportRecord, { system, places, apps }: RuleContext): RecordFields {
  const { abilities, currency, vip } = record;
  const all: RecordFields = {
    ...profileOf(record, places),
    abilities: abilities && [...new Set(abilities.map((ability) => line(ability, 'abilities')))].sort(),
    identities: identitiesOf(record, apps),
    password: passwordOf(record),
    avatar: either(pathOf(record.avatar_file, 'avatar_file'), record.avatar_url),
    background: either(pathOf(record.background_file, 'background_file'), record.background_url),
    extra: extraOf(record),
    wallet: walletOf(record),
    currency: currency && { sum: currency.sum },
    orders: ordersOf(record, system),
    vip: told(vip, ({ level, name, end_time: end }) => ({
      level: line(level, 'vip.level'),
      name: line(name, 'vip.name'),
      endTime: timeOf(end, 'vip.end_time'),
    })),
    addresses: addressesOf(record),
    verification: verificationOf(record),
    followings: followingsOf(record),
  };
  return withoutUntold(all);
}

/** What was not told is not there at all. */
function withoutUntold(fields: RecordFields): RecordFields {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
