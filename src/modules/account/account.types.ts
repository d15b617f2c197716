import type { ProviderName, ThirdPartyCredential } from '../../infra/oauth/port.js';
import type { User } from '../user/user.entity.js';
import type { PasswordFormat } from './password.hasher.js';

/** A captcha that was solved before (`answer` left out), or one answered with this request. */
export interface CaptchaProof {
  id: string;
  answer?: string | null;
}

/** A password as one entrance takes it: the text itself, or its MD5. */
export interface PasswordInput {
  password: string;
  passwordFormat: PasswordFormat;
}

/** Exactly one address that a code was sent to. */
export interface ContactInput {
  phone?: string | null;
  email?: string | null;
}

export interface RegisterInput extends ContactInput, Partial<PasswordInput> {
  code: string;
  name?: string | null;
  nickname?: string | null;
  captcha?: CaptchaProof | null;
}

/** Exactly one of `password`, `code` and `thirdParty`; the first two with either `account` or `phone`. */
export interface LoginInput extends Partial<PasswordInput> {
  account?: string | null;
  /** For doors that know accounts by their phone only: no e-mail address or name opens them. */
  phone?: string | null;
  code?: string | null;
  thirdParty?: ThirdPartyCredential | null;
  /** With a code: create the account when nobody has this phone or address yet. */
  registerUnknown?: boolean | null;
  captcha?: CaptchaProof | null;
}

/** An account with a session just opened on it. */
export interface AuthResult {
  user: User;
  token: string;
  expiresAt: Date;
  isNewUser: boolean;
  /** The third party that vouched for the log-in. */
  provider?: ProviderName;
}
