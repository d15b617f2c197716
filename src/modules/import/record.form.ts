import type { z } from 'zod';
import { isStorable } from '../../text.js';
import { type ImportRecord, RECORD } from './record.js';
import { isNameLike, Rejected, reject } from './rejection.js';

/** Names of fields are told as far as that. */
const FIELD_MAX = 100;

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, FIELD_MAX);

/** Where the first text is that no database takes; null where all are well. Goes no deeper than records are. */
function unstorable(value: unknown, path: readonly string[] = []): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : nameOf(path);
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = unstorable(inner, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}

/** The field that an issue is about; of one that is unknown, its name, where it looks like one. */
function fieldOf(issue: z.core.$ZodIssue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1).filter(isNameLike) : [];
  return nameOf([...issue.path, ...unknown]);
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'No record has this field.';
  return issue.input === undefined ? 'It is missing.' : issue.message;
}

/** A record of the right form. Throws Rejected, with INVALID_INPUT and the first field at fault. */
export function readRecord(raw: unknown): ImportRecord {
  const { data, error } = RECORD.safeParse(raw, { reportInput: true });
  if (error) {
    const [issue] = error.issues;
    throw new Rejected({
      code: 'INVALID_INPUT',
      ...(issue && { field: fieldOf(issue) }),
      message: issue ? messageOf(issue) : '',
    });
  }
  const field = unstorable(data);
  if (field !== null) reject('INVALID_INPUT', field);
  return data;
}

/** The old id of what may be no record, so that it can be told which one was rejected; null where there is none. */
export function legacyIdOf(raw: unknown): string | null {
  const { data } = RECORD.shape.legacy_id.safeParse(
    typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'legacy_id') : undefined,
  );
  return data !== undefined && isStorable(data) ? data : null;
}
