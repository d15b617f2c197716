import { AppError, messageOf } from '../../errors/app-error.js';
import type { ErrorCode } from '../../errors/codes.js';
import type { UnreadableRecord } from './source.js';

/** Reasons of an import alone, beside those of the domain. */
export const IMPORT_CODES = {
  RECORD_MALFORMED: 'No record can be read here.',
  RECORD_TOO_LONG: 'The record is too long.',
  ENCODING_INVALID: 'The text is not UTF-8.',
  RECORD_REFUSED: 'The database refuses the record.',
  LEGACY_ID_REPEATED: 'A record before it has the same old id.',
  LEGACY_ID_SECOND: 'The account has another old id of this system.',
  LEGACY_ID_UNFIT: 'The old id cannot be the number of an account.',
  LEGACY_ID_TAKEN: 'The number belongs to another account.',
  ACCOUNT_AMBIGUOUS: 'The phone and the e-mail address belong to two accounts.',
  ACCOUNT_CANCELLED: 'The account was cancelled here.',
  IDENTITY_TAKEN: 'The third-party identity belongs to another account.',
  INVITE_CODE_TAKEN: 'The invite code belongs to another account.',
  SESSION_EXPIRED: 'The session has expired.',
  SESSION_ENDED: 'The session was ended here, or all of its account, or the account.',
  TOKEN_GUESSABLE: 'The token is too short, or of too few different characters, to be a secret.',
  TOKEN_TAKEN: 'The token is the session of another account.',
  ORDER_TAKEN: 'The order belongs to another account.',
} as const;

export type RejectionCode = ErrorCode | keyof typeof IMPORT_CODES;

/** Why a record was not imported. Names places, never what stands there. */
export interface Reason {
  code: RejectionCode;
  field?: string;
  message: string;
}

/** Whether what stands in the place of a name looks like one; else it may be a value, and a secret. */
export const isNameLike = (text: string): boolean => /^[a-z_.]{1,32}$/i.test(text);

const isOwn = (code: RejectionCode): code is keyof typeof IMPORT_CODES => Object.hasOwn(IMPORT_CODES, code);

export const reasonOf = (code: RejectionCode, field?: string): Reason => ({
  code,
  ...(field !== undefined && { field }),
  message: isOwn(code) ? IMPORT_CODES[code] : messageOf(code, 'en'),
});

export const ofUnreadable = ({ code, message }: UnreadableRecord): Reason => ({ code, message });

/** A record that cannot be imported as it is. */
export class Rejected extends Error {
  override readonly name = 'Rejected';

  constructor(readonly reason: Reason) {
    super(reason.message);
  }
}

/** Throws, for one record alone. */
export const reject = (code: RejectionCode, field?: string): never => {
  throw new Rejected(reasonOf(code, field));
};

/** The reason behind what was thrown over one record; undefined for everything else, which concerns the whole import. */
export function reasonBehind(error: unknown): Reason | undefined {
  if (error instanceof Rejected) return error.reason;
  if (!(error instanceof AppError) || error.kind === 'internal' || error.kind === 'unavailable')
    return undefined;
  return reasonOf(error.code, error.details.field);
}

/** Names the fields of a part by where the part stands in the record. */
export function within<T>(part: string, work: () => T, names: Readonly<Record<string, string>> = {}): T {
  try {
    return work();
  } catch (error) {
    const reason = reasonBehind(error);
    if (!reason) throw error;
    const field = reason.field && (names[reason.field] ?? reason.field);
    throw new Rejected({ ...reason, field: field ? `${part}.${field}` : part });
  }
}
