import { hash } from 'node:crypto';
import type { KeyedHash } from '../../infra/keyed-hash.js';
import type { ReadPassword } from '../credential/imported-password.js';
import type { Sex, UserStatus } from '../user/user.entity.js';
import type { VerificationState, VerificationType } from '../verification/verification.entity.js';
import type { Subject } from './identity.rules.js';

/** An address as it is stored. */
export interface AddressFields {
  alias: string | null;
  name: string;
  phone: string;
  province: string | null;
  city: string | null;
  county: string | null;
  detail: string;
  postcode: string | null;
  isDefault: boolean;
}

export interface VerificationColumns {
  type: VerificationType;
  state: VerificationState;
  realName: string;
  idNumber: string;
  phoneNumber: string;
  description: string | null;
  slogan: string | null;
  organisationName: string | null;
  organisationAddress: string | null;
}

/** An income, under a key that no other system's has. */
export interface OrderFields {
  key: string;
  amount: number;
  title: string;
  createdAt: string;
}

/** Counters by their columns; followers and followings are told only where the follows themselves are not. */
export type ExtraFields = Readonly<Record<string, number>>;

/**
 * A record's fields as they are stored, each in one form only, so that equal ones have equal hashes. A field that is not
 * there was not told; null says that there is none.
 */
export interface RecordFields {
  name?: string | null;
  nickname?: string | null;
  phone?: string | null;
  email?: { address: string; verified: boolean } | null;
  sex?: Sex;
  birthday?: string | null;
  bio?: string | null;
  home?: { location: string | null; cityId: number | null };
  status?: UserStatus.ACTIVE | UserStatus.DISABLED;
  createdAt?: string | null;
  lastActiveAt?: string | null;
  recommendedAt?: string | null;
  inviteCode?: string | null;
  abilities?: string[];
  identities?: Subject[];
  password?: ReadPassword | null;
  avatar?: string | null;
  background?: string | null;
  extra?: ExtraFields;
  wallet?: { balance: number; totalIncome: number; totalExpenses: number };
  currency?: { sum: number };
  orders?: OrderFields[];
  vip?: { level: string; name: string; endTime: string } | null;
  addresses?: AddressFields[];
  verification?: VerificationColumns | null;
  followings?: string[];
}

export type FieldName = keyof RecordFields;

/** A record that can be stored, as far as it alone can tell. */
export interface PreparedRecord {
  line: number;
  legacyId: string;
  fields: RecordFields;
  /** Of all fields together. */
  digest: string;
  hashes: FieldHashes;
}

export type FieldHashes = Partial<Record<FieldName, string>>;

export const fieldNames = (fields: RecordFields): FieldName[] => Object.keys(fields).filter(isFieldName);

const NAMES: Readonly<Record<FieldName, true>> = {
  name: true,
  nickname: true,
  phone: true,
  email: true,
  sex: true,
  birthday: true,
  bio: true,
  home: true,
  status: true,
  createdAt: true,
  lastActiveAt: true,
  recommendedAt: true,
  inviteCode: true,
  abilities: true,
  identities: true,
  password: true,
  avatar: true,
  background: true,
  extra: true,
  wallet: true,
  currency: true,
  orders: true,
  vip: true,
  addresses: true,
  verification: true,
  followings: true,
};

const isFieldName = (name: string): name is FieldName => Object.hasOwn(NAMES, name);

/** Characters kept of a hash: 132 bits. */
const HASH_LENGTH = 22;
/** The hash of nothing, which is no secret. */
const NOTHING = '';
/** Before the hash of a value that the account did not take, because it had one of its own. No hash begins with it. */
const NOT_TAKEN = '!';

export const isNotTaken = (hash: string | undefined): boolean => hash?.startsWith(NOT_TAKEN) ?? false;
export const asNotTaken = (hash: string): string => NOT_TAKEN + hash;

/** Whether two hashes are of the same value, taken or not. */
export const isSameValue = (stored: string | undefined, hash: string | undefined): boolean =>
  stored !== undefined && (stored === hash || stored === NOT_TAKEN + hash);

type Owner = readonly [system: string, legacyId: string];

/**
 * Hashes the fields of one record of one system; the same value of another record has another hash. Each record has a
 * key of its own, because a keyed hash of every field would be most of the work of an import.
 */
export class FieldHasher {
  private last: { owner: Owner; key: string } | null = null;

  constructor(private readonly hash: KeyedHash) {}

  of(owner: Owner, name: FieldName, value: unknown): string {
    if (value === null || value === undefined) return NOTHING;
    const text = `${this.keyOf(owner)}${JSON.stringify([name, value])}`;
    return hash('sha256', text, 'base64url').slice(0, HASH_LENGTH);
  }

  all(owner: Owner, fields: RecordFields): FieldHashes {
    const hashes: FieldHashes = {};
    for (const name of fieldNames(fields)) hashes[name] = this.of(owner, name, fields[name]);
    return hashes;
  }

  digest(owner: Owner, hashes: FieldHashes): string {
    return hash('sha256', `${this.keyOf(owner)}${JSON.stringify(hashes)}`, 'base64url');
  }

  private keyOf(owner: Owner): string {
    const [system, legacyId] = owner;
    if (this.last?.owner[0] !== system || this.last.owner[1] !== legacyId) {
      this.last = { owner, key: this.hash(system, legacyId) };
    }
    return this.last.key;
  }
}
