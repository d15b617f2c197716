import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { spool } from '../infra/files/spool.js';
import type { ByteSource } from '../modules/import/byte-source.js';
import { CsvSource } from '../modules/import/csv.source.js';
import { NdjsonSource } from '../modules/import/ndjson.source.js';
import { type RecordSource, SourceError } from '../modules/import/source.js';
import { propertyOf } from '../unknown.js';

/** Opens what a command calls SOURCE: a file by the end of its name, or `-`. Throws a SourceError. */
export async function openSource(
  source: string,
  { stdin, twice }: { stdin: Readable; twice: boolean },
): Promise<RecordSource> {
  if (source === '-') return new NdjsonSource(twice ? await spooled(stdin) : once(stdin));
  if (/\.(nd)?jsonl?$/i.test(source)) return new NdjsonSource(await fileOf(source));
  if (/\.csv$/i.test(source)) return new CsvSource(await fileOf(source));
  throw new SourceError(`${source} is no source: FILE.ndjson, FILE.csv or - is.`);
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
