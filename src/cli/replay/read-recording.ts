import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readGor } from './gor.js';
import { readHar } from './har.js';
import { readNdjson } from './ndjson.js';
import { type Exchange, RecordingError } from './recording.js';

type Reader = (file: Readable) => AsyncGenerator<Exchange>;

const CHUNK = 1024 * 1024;
/** Bytes from which the kind of a file is known. */
const BEGINNING = 4096;

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function beginningOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The kind of a recording: as its name says, or as it begins. */
function readerOf(file: string, beginning: string): Reader {
  const [, ending = ''] = /\.([a-z]+)(?:\.gz)?$/i.exec(file) ?? [];
  const byName: Readonly<Record<string, Reader>> = {
    har: readHar,
    gor: readGor,
    ndjson: readNdjson,
    jsonl: readNdjson,
  };
  const named = byName[ending.toLowerCase()];
  if (named) return named;
  if (/^[123] \S+ \d+/.test(beginning)) return readGor;
  return /^\s*\{\s*"log"/.test(beginning) ? readHar : readNdjson;
}

/** Reads a recording, packed with gzip or not. Throws RecordingError, which says where. */
export async function* readRecording(file: string): AsyncGenerator<Exchange> {
  const beginning = await beginningOf(file);
  const read = readerOf(file, isGzip(beginning) ? '' : beginning.toString('latin1'));
  const raw = createReadStream(file, { highWaterMark: CHUNK });
  const stream = isGzip(beginning) ? raw.pipe(createGunzip({ chunkSize: CHUNK })) : raw;
  raw.on('error', (error) => stream.destroy(error));
  try {
    yield* read(stream);
  } catch (error) {
    if (error instanceof RecordingError) throw new RecordingError(`${file}: ${error.message}`);
    throw error;
  } finally {
    raw.destroy();
  }
}
