import { foldName } from '../user/text.js';
import type { KeyKind } from './import-state.repository.js';
import type { RecordFields } from './record.fields.js';

/** Something that one account at most can have, of one record. */
export interface Key {
  kind: KeyKind;
  key: string;
}

/** The same text for keys that are one to the database. */
export const textOf = ({ kind, key }: Key): string => `${kind} ${kind === 'name' ? foldName(key) : key}`;

/** The keys among fields. */
export function keysOf(fields: RecordFields): Key[] {
  const { name, phone, email, inviteCode, identities = [], orders = [] } = fields;
  const single: [KeyKind, string | null | undefined][] = [
    ['name', name],
    ['phone', phone],
    ['email', email?.address],
    ['invite', inviteCode],
  ];
  return [
    ...single.flatMap(([kind, key]) => (key ? [{ kind, key }] : [])),
    ...identities.map(({ provider, subject }): Key => ({ kind: 'identity', key: `${provider}:${subject}` })),
    ...orders.map(({ key }): Key => ({ kind: 'order', key })),
  ];
}
