import iconv from 'iconv-lite';
import { AppError } from '../../errors/app-error.js';
import { compact } from '../../text.js';
import { normalisePhone } from '../user/contact.js';
import { normaliseText } from '../user/text.js';
import type { Address } from './address.entity.js';

type Editable = Pick<
  Address,
  'alias' | 'name' | 'phone' | 'province' | 'city' | 'county' | 'detail' | 'postcode' | 'isDefault'
>;

/** A value sets, absent leaves, null clears. */
export type AddressChanges = { [Field in keyof Editable]?: Editable[Field] | null };

/** A new address names at least these. */
export type NewAddress = AddressChanges & Pick<Editable, 'name' | 'phone' | 'detail' | 'isDefault'>;

/** Longest texts, in bytes of GB18030 (`plus.md` 添加收货地址). */
const OPTIONAL_TEXTS = { alias: 24, province: 32, city: 32, county: 32 } as const;
const REQUIRED_TEXTS = { name: 24, detail: 160 } as const;
const POSTCODE = /^\d{6}$/;

const invalid = (field: string): AppError => new AppError('INVALID_INPUT', { field });

/** Invisible text is empty, and empty is null. */
function shortText(input: string | null, field: string, maxBytes: number): string | null {
  // A character is a byte at least.
  const text = normaliseText(input, field, maxBytes);
  if (text !== null && iconv.encode(text, 'gb18030').length > maxBytes) throw invalid(field);
  return text;
}

function requiredText(input: string | null, field: string, maxBytes: number): string {
  const text = shortText(input, field, maxBytes);
  if (text === null) throw invalid(field);
  return text;
}

function postcodeOf(input: string | null): string | null {
  const postcode = compact(input ?? '') || null;
  if (postcode !== null && !POSTCODE.test(postcode)) throw invalid('postcode');
  return postcode;
}

/** The given fields as they are stored. Throws INVALID_INPUT or PHONE_INVALID, naming the field. */
export function normaliseAddress(changes: AddressChanges): Partial<Editable> {
  const columns: Partial<Editable> = {};
  for (const [field, max] of Object.entries(OPTIONAL_TEXTS) as [keyof typeof OPTIONAL_TEXTS, number][]) {
    const value = changes[field];
    if (value !== undefined) columns[field] = shortText(value, field, max);
  }
  for (const [field, max] of Object.entries(REQUIRED_TEXTS) as [keyof typeof REQUIRED_TEXTS, number][]) {
    const value = changes[field];
    if (value !== undefined) columns[field] = requiredText(value, field, max);
  }
  const { phone, postcode, isDefault } = changes;
  if (phone === null) throw invalid('phone');
  if (phone !== undefined) columns.phone = normalisePhone(phone);
  if (postcode !== undefined) columns.postcode = postcodeOf(postcode);
  if (isDefault === null) throw invalid('isDefault');
  if (isDefault !== undefined) columns.isDefault = isDefault;
  return columns;
}
