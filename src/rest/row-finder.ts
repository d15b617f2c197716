import type { Dialect, Row } from './dialect.js';

/** A row with the system it belongs to. */
export interface Place {
  dialect: Dialect;
  row: Row;
  /** The row's whole path, as its mount and the row have it. */
  path: string;
}

export interface Found extends Place {
  /** The parameters in the path, decoded. */
  params: Readonly<Record<string, string>>;
}

const placesOf = (dialect: Dialect): Place[] =>
  dialect.mounts.flatMap(({ prefix, rows }) =>
    rows.map((row) => ({ dialect, row, path: prefix + row.path })),
  );

/** Names of a row without its system: its id in the document, and each of several that it answers for. */
const namesOf = ({ id }: Row): string[] => [id, ...id.split('、')];

/**
 * The rows that a text such as `plus:获取所有用户` or `anlife:接口12` names; `member:*` names all of a system. Rows that
 * share an id in their document are named together. None where it names nothing.
 */
export function rowsNamed(dialects: readonly Dialect[], text: string): Place[] {
  const [, system, name = ''] = /^([^:]+):(.+)$/s.exec(text.trim()) ?? [];
  return dialects
    .filter((dialect) => dialect.name === system)
    .flatMap(placesOf)
    .filter(({ row }) => name === '*' || namesOf(row).includes(name));
}

/** A path as the router sees it: without query, doubled slashes and the last one. */
const routed = (url: string): string =>
  url
    .replace(/[?#].*$/s, '')
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '');

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

const PARAMETER = /:(\w+)/g;
const ESCAPED = /[.*+?^${}()|[\]\\]/g;

/** A path with parameters as an expression that captures them by name. */
const expressionOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(ESCAPED, '\\$&').replace(PARAMETER, '(?<$1>[^/]+)')}$`);

/**
 * Finds the row that answers a request, as the router does: a path without parameters wins, and HEAD is asked of the
 * rows that answer GET.
 */
export function rowFinder(dialects: readonly Dialect[]): (method: string, url: string) => Found | undefined {
  const fixed = new Map<string, Place>();
  const open: { expression: RegExp; place: Place }[] = [];
  for (const place of dialects.flatMap(placesOf)) {
    if (place.path.includes(':')) open.push({ expression: expressionOf(place.path), place });
    else for (const method of place.row.methods) fixed.set(`${method} ${place.path}`, place);
  }
  return (asked, url) => {
    const method = asked === 'HEAD' ? 'GET' : asked;
    const path = routed(url);
    const there = fixed.get(`${method} ${path}`);
    if (there) return { ...there, params: {} };
    for (const { expression, place } of open) {
      const groups = place.row.methods.some((one) => one === method) && expression.exec(path)?.groups;
      const values = Object.entries(groups || {}).map(([name, value]) => [name, decoded(value)] as const);
      if (groups && values.every(([, value]) => value !== undefined)) {
        return { ...place, params: Object.fromEntries(values) as Record<string, string> };
      }
    }
    return undefined;
  };
}
