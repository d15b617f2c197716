import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../errors/app-error.js';
import { COMMUNITY_NAME_MAX } from '../modules/place/community.entity.js';
import { findCityIds, insertCommunities, type NewCommunity } from '../modules/place/place.repository.js';
import { visible } from '../text.js';

/** Rows in one statement. */
const BATCH = 5000;
/** `510100,name` with either field quoted as RFC 4180 does it. */
const CSV_LINE = /^\s*"?(\d{1,9})"?\s*,\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*$/;
const CSV_HEADER = /^\s*"?city_?id"?\s*,\s*"?name"?\s*$/i;
const BYTE_ORDER_MARK = /^\uFEFF/;

/** A row of a file, with its origin for the error message. */
interface Row {
  origin: string;
  cityId: unknown;
  name: unknown;
}

export interface ImportResult {
  read: number;
  added: number;
}

/** Imports a file in one transaction; the memory it takes does not grow with a CSV file. Names the first bad row. */
export function importCommunities(em: EntityManager, file: string): Promise<ImportResult> {
  return em.transactional(async () => {
    const cities = await findCityIds(em);
    const result: ImportResult = { read: 0, added: 0 };
    let batch: NewCommunity[] = [];
    const flush = async () => {
      result.added += await insertCommunities(em, batch);
      batch = [];
    };
    for await (const row of file.toLowerCase().endsWith('.json') ? jsonRows(file) : csvRows(file)) {
      const community = check(row, cities);
      if (!community)
        throw new Error(
          `${row.origin}: not a known city and a name of 1 to ${COMMUNITY_NAME_MAX} characters`,
        );
      result.read++;
      if (batch.push(community) === BATCH) await flush();
    }
    await flush();
    return result;
  });
}

/** One community as it is stored. Throws INVALID_INPUT for an unknown city or a bad name. */
export async function parseCommunity(em: EntityManager, input: NewCommunity): Promise<NewCommunity> {
  const community = check({ ...input, origin: '' }, await findCityIds(em));
  if (!community) throw new AppError('INVALID_INPUT', { field: 'city or name' });
  return community;
}

function check({ cityId, name }: Row, cities: ReadonlySet<number>): NewCommunity | null {
  const city = Number(cityId);
  const text = typeof name === 'string' ? visible(name) : '';
  // Bytes that are not UTF-8 were read as U+FFFD.
  const valid =
    cities.has(city) && text !== '' && [...text].length <= COMMUNITY_NAME_MAX && !text.includes('\uFFFD');
  return valid ? { cityId: city, name: text } : null;
}

async function* csvRows(file: string): AsyncGenerator<Row> {
  const lines = createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const raw of lines) {
    number++;
    const line = raw.replace(BYTE_ORDER_MARK, '');
    if (line.trim() === '' || (number === 1 && CSV_HEADER.test(line))) continue;
    const [, cityId, quoted, plain] = CSV_LINE.exec(line) ?? [];
    yield { origin: `${file}:${number}`, cityId, name: quoted?.replaceAll('""', '"') ?? plain };
  }
}

async function* jsonRows(file: string): AsyncGenerator<Row> {
  const rows: unknown = JSON.parse((await readFile(file, 'utf8')).replace(BYTE_ORDER_MARK, ''));
  if (!Array.isArray(rows)) throw new Error(`${file}: not a JSON array`);
  for (const [index, row] of rows.entries()) {
    const { city_id, cityId = city_id, name }: Record<string, unknown> = row ?? {};
    yield { origin: `${file}[${index}]`, cityId, name };
  }
}
