import { visible } from '../../text.js';
import { type Fields, textField } from './http.js';
import type { ProvenIdentity } from './port.js';

export type Profile = Pick<ProvenIdentity, 'nickname' | 'avatarUrl' | 'sex'>;

const NICKNAME_LENGTH = 64;
const AVATAR_URL_LENGTH = 500;

/**
 * A provider's data on a person, made fit to store. Fields are tried in the order given; the first usable one
 * counts. `sexes` maps the provider's spelling of the sex; one that it does not list is left out.
 */
export function readProfile(
  fields: Fields,
  names: { nickname: string[]; avatar: string[]; sex: string; sexes: Readonly<Record<string, 0 | 1 | 2>> },
): Profile {
  const first = (candidates: string[], clean: (value: string) => string | undefined): string | undefined => {
    for (const name of candidates) {
      const value = clean(textField(fields, name) ?? '');
      if (value) return value;
    }
    return undefined;
  };
  const sex = textField(fields, names.sex) ?? '';
  return {
    nickname: first(names.nickname, cleanNickname),
    avatarUrl: first(names.avatar, cleanUrl),
    sex: Object.hasOwn(names.sexes, sex) ? names.sexes[sex] : undefined,
  };
}

function cleanNickname(value: string): string | undefined {
  return visible(Array.from(visible(value)).slice(0, NICKNAME_LENGTH).join('')) || undefined;
}

function cleanUrl(value: string): string | undefined {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return undefined;
  // The normal form has no blanks, quotes or control characters left in it.
  const { href } = new URL(value);
  return href.length <= AVATAR_URL_LENGTH ? href : undefined;
}
