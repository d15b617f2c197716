import type { Dialect } from '../dialect.js';
import { documentParameters } from '../parameters.js';

/** What of an answer may be shown: nothing that the rows declare as a secret, wherever it turns up. */

const REDACTED = '[redacted]';

/**
 * What looks like a secret although nobody declared it: phones, numbers of identity cards, e-mail addresses, and
 * whatever is long enough to be a token or a digest. What stands before an @ is bounded, as addresses are: looked for from
 * every character of a long text, it would take minutes.
 */
const SECRETS =
  /(?<!\d)(?:86)?1\d{2}[ -]?\d{4}[ -]?\d{4}(?!\d)|(?<!\d)(?:\d{15}|\d{17}[\dXx])(?!\d)|eyJ[\w-]+\.[\w.-]+|[\w-]{32,}|[^\s@"'<>,;:=/]{1,64}@[^\s@"'<>,;]+/g;

/** Texts with everything blotted that looks like a secret. */
export const blotted = (text: string): string => text.replace(SECRETS, REDACTED);

/** The most characters of a text that are shown. */
const SHOWN_MAX = 80;

/** A text inside another one is only looked for when it is not there by chance. */
const SEARCHED_MIN = 4;

/** Names that no document of ours has, and that say what they hold. */
const TELLING = /pass|pwd|secret|token|phone|mobile|tel$|id_?card|id_?number|real_?name|e?mail|verif\w*code/i;

/** The names of all parameters that hold a secret, at any door. */
export function secretNames(dialects: readonly Dialect[]): ReadonlySet<string> {
  const names = dialects.flatMap(({ token, mounts }) => [
    ...[token?.header, token?.cookie, token?.parameter?.[0]].filter((name) => name !== undefined),
    ...mounts.flatMap(({ rows }) =>
      rows.flatMap(({ parameters = {} }) =>
        documentParameters(parameters)
          .filter(({ content }) => content === 'secret')
          .map(({ name }) => name),
      ),
    ),
  ]);
  // `data[id_card][number]` is `number` in an answer.
  return new Set(names.map((name) => /([^[\]]+)\]?$/.exec(name)?.[1] ?? name));
}

/** Whether what has this name is for nobody to read, as far as a name can tell. */
export const isSecretName = (name: string, names: ReadonlySet<string>): boolean =>
  names.has(name) || TELLING.test(name);

/** The innermost name of a place. */
export const lastName = (path: string): string => /([^.[\]]*)(?:\[\d*\])*$/.exec(path)?.[1] ?? '';

/** What is known of secrets when a value is shown. */
export interface Redaction {
  /** Whether the place, without positions, holds a secret. */
  isSecret(path: string): boolean;
  /** Whether the place, without positions, is one that the row declares. */
  isKnown(path: string): boolean;
  names: ReadonlySet<string>;
  /** Secrets that the request itself brought. */
  brought: ReadonlySet<string>;
}

function withoutBrought(text: string, brought: ReadonlySet<string>): string {
  if (brought.has(text)) return REDACTED;
  let shown = text;
  for (const secret of brought) if (secret.length >= SEARCHED_MIN) shown = shown.replaceAll(secret, REDACTED);
  return shown;
}

const cut = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);

/** A value as a report shows it: JSON, but for what is no plain value, and for what is secret. */
export function shown(value: unknown, path: string, redaction: Redaction): string {
  if (value === undefined) return '(absent)';
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `(list of ${value.length})`;
  if (typeof value !== 'string' && typeof value !== 'number') return '(object)';
  const name = lastName(path);
  const isNamedSecret = !redaction.isKnown(path) && isSecretName(name, redaction.names);
  const isEmpty = value === '' || value === 0;
  const text = String(value);
  const safe =
    !isEmpty && (isNamedSecret || redaction.isSecret(path))
      ? REDACTED
      : blotted(withoutBrought(text, redaction.brought));
  return typeof value === 'number' ? safe : JSON.stringify(cut(safe));
}

/** A place as a report shows it: names of unknown objects can be anything. */
export const shownPath = (path: string): string => blotted(path);
