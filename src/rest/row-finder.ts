import FindMyWay from 'find-my-way';
import { PATHS } from '../http/server.js';
import type { Dialect, Method, Row } from './dialect.js';

/** A row with the system it belongs to. */
export interface Place {
  dialect: Dialect;
  row: Row;
  /** The row's whole path, as its mount and the row have it. */
  path: string;
}

export interface Found extends Place {
  /** The parameters in the path, decoded. */
  params: Readonly<Record<string, string | undefined>>;
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

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const ANSWER = () => undefined;

/** Finds the row that answers a request, by the router itself. HEAD is asked of the rows that answer GET. */
export function rowFinder(dialects: readonly Dialect[]): (method: string, url: string) => Found | undefined {
  const router = FindMyWay({ ...PATHS });
  for (const place of dialects.flatMap(placesOf)) {
    router.on([...place.row.methods], place.path, ANSWER, place);
  }
  return (asked, url) => {
    const method = METHODS.find((one) => one === (asked === 'HEAD' ? 'GET' : asked));
    const found = method && router.find(method, url);
    if (!found) return undefined;
    const place: Place = found.store;
    return { ...place, params: { ...found.params } };
  };
}
