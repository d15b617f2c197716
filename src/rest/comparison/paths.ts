import { isRecord } from '../input.js';

/**
 * Places in a value of JSON, written `datas.user_id` or `rank_list[3].user.id`. In a rule `[]` stands for every position
 * of a list, and `*` for every name of an object; the place of the whole value is empty.
 */

/** The most characters of a name in a place; no document of ours has one of nearly that length. */
const NAME_MAX = 64;

export function memberOf(path: string, name: string): string {
  const cut = name.slice(0, NAME_MAX);
  return path === '' ? cut : `${path}.${cut}`;
}

/** The place of every element of the list at a path. */
export const elementsOf = (path: string): string => `${path}[]`;

/** A place without its positions in lists. */
export const withoutPositions = (path: string): string => path.replace(/\[\d+\]/g, '[]');

/** Every value that is neither object nor list, with its place without positions. */
export function* leavesOf(value: unknown, path = ''): Generator<readonly [path: string, value: unknown]> {
  if (Array.isArray(value)) for (const one of value) yield* leavesOf(one, elementsOf(path));
  else if (isRecord(value)) {
    for (const [name, one] of Object.entries(value)) yield* leavesOf(one, memberOf(path, name));
  } else yield [path, value];
}

const ESCAPED = /[.*+?^${}()|[\]\\]/g;

/** Whether a place without positions is one of those that the rules name, or lies inside one. */
export function placesIn(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const alternatives = patterns.map((pattern) =>
    pattern.replace(ESCAPED, '\\$&').replaceAll('\\*', '[^.[\\]]+'),
  );
  const expression = new RegExp(`^(?:${alternatives.join('|')})(?:[.[]|$)`, 's');
  return (path) => expression.test(path);
}
