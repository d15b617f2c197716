import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { spool } from '../infra/files/spool.js';
import { parseMysqlUrl } from '../infra/mysql.js';
import type { ByteSource } from '../modules/import/byte-source.js';
import type { CsvColumns } from '../modules/import/csv.columns.js';
import { CsvSource } from '../modules/import/csv.source.js';
import { NdjsonSource } from '../modules/import/ndjson.source.js';
import { PlusSource } from '../modules/import/plus.source.js';
import { type RecordSource, SourceError } from '../modules/import/source.js';
import { propertyOf } from '../unknown.js';

/** The databases that can be read, by what `--schema` calls them. */
export const SCHEMAS = ['thinksns-plus'] as const;

/**
 * Opens what a command calls SOURCE: a file by the end of its name, `-`, or a database of MySQL. Throws a SourceError,
 * which repeats no address of a database: a password may be in it.
 */
export async function openSource(
  source: string,
  {
    stdin,
    twice,
    columns,
    schema,
  }: { stdin: Readable; twice: boolean; columns?: CsvColumns; schema?: string },
): Promise<RecordSource> {
  if (/^mysql:/i.test(source)) return databaseAt(source, schema);
  if (schema !== undefined) throw new SourceError('--schema is for a source at mysql://.');
  if (source === '-') return new NdjsonSource(twice ? await spooled(stdin) : once(stdin));
  if (/\.(nd)?jsonl?$/i.test(source)) return new NdjsonSource(await fileOf(source));
  if (/\.csv$/i.test(source)) return new CsvSource(await fileOf(source), columns);
  throw new SourceError(`${source} is no source: FILE.ndjson, FILE.csv, - or mysql://… is.`);
}

function databaseAt(source: string, schema: string | undefined): RecordSource {
  if (schema === undefined)
    throw new SourceError(`A source at mysql:// needs --schema ${SCHEMAS.join(' or ')}.`);
  const address = parseMysqlUrl(source);
  if (address) return new PlusSource(address);
  throw new SourceError(
    'The source is no mysql://user:password@host:port/database[?tls=on&timezone=+00:00].',
  );
}

async function fileOf(file: string): Promise<ByteSource> {
  const found = await stat(file).catch((error: unknown) => {
    throw new SourceError(`${file} cannot be read (${String(propertyOf(error, 'code'))}).`);
  });
  if (found.isDirectory()) throw new SourceError(`${file} is a directory.`);
  return {
    name: file,
    size: found.size,
    read: () => createReadStream(file),
    close: async () => undefined,
  };
}

const once = (stdin: Readable): ByteSource => ({
  name: 'stdin',
  size: null,
  read: () => stdin,
  close: async () => undefined,
});

async function spooled(stdin: Readable): Promise<ByteSource> {
  const { size, read, close } = await spool(stdin);
  return { name: 'stdin', size, read, close };
}
