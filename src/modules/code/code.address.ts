import { AppError } from '../../errors/app-error.js';
import type { MessageChannel } from '../../infra/message/port.js';
import { normaliseEmail, normalisePhone } from '../user/contact.js';

export type CodeChannel = MessageChannel;

/** The recipient of a code: a normalised phone number or e-mail address. Never stored, only its hash. */
export interface CodeAddress {
  channel: CodeChannel;
  address: string;
}

/** Exactly one address that a code was sent to. */
export interface CodeContact {
  phone?: string | null;
  email?: string | null;
}

/** The one address given. Throws CONTACT_AMBIGUOUS for none or both, PHONE_INVALID or EMAIL_INVALID. */
export function codeAddress({ phone, email }: CodeContact): CodeAddress {
  if (Boolean(phone) === Boolean(email)) {
    throw new AppError('CONTACT_AMBIGUOUS', { field: phone ? 'email' : 'phone' });
  }
  return phone
    ? { channel: 'sms', address: normalisePhone(phone) }
    : { channel: 'mail', address: normaliseEmail(email ?? '') };
}

export const takenError = (channel: 'sms' | 'mail'): AppError =>
  channel === 'sms'
    ? new AppError('PHONE_TAKEN', { field: 'phone' })
    : new AppError('EMAIL_TAKEN', { field: 'email' });
