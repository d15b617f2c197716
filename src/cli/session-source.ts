import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { SESSION_RECORD } from '../modules/import/session.record.js';
import { type RecordSource, SourceError, type SourceItem } from '../modules/import/source.js';

/** Longest line, in characters: the longest token in it, and room for the rest. */
const LINE_MAX = 16_384;

/** The text of a file, without a byte order mark. Throws a SourceError where it is not UTF-8. */
async function* textOf(bytes: Readable, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new SourceError(`${name} is not UTF-8.`);
    throw error instanceof Error ? new SourceError(`${name} cannot be read: ${error.message}`) : error;
  }
}

/** Lines with their numbers; one that is too long is null, and its text is thrown away as it comes. */
async function* linesOf(
  text: AsyncIterable<string>,
): AsyncGenerator<{ line: number; content: string | null }> {
  let line = 1;
  let begun = '';
  let tooLong = false;
  for await (const chunk of text) {
    const [first = '', ...rest] = chunk.split('\n');
    const pieces = [begun + first, ...rest];
    begun = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield { line: line++, content: tooLong || piece.length > LINE_MAX ? null : piece };
      tooLong = false;
    }
    if (begun.length > LINE_MAX) {
      tooLong = true;
      begun = '';
    }
  }
  if (begun !== '' || tooLong) yield { line, content: tooLong ? null : begun };
}

function itemOf(line: number, content: string): SourceItem {
  try {
    return { line, bytes: content.length, raw: JSON.parse(content) };
  } catch {
    return { line, bytes: 0, error: { code: 'RECORD_MALFORMED', message: 'No JSON.' } };
  }
}

async function* ndjsonItems(text: AsyncIterable<string>): AsyncGenerator<SourceItem> {
  for await (const { line, content } of linesOf(text)) {
    if (content === null) {
      yield { line, bytes: 0, error: { code: 'RECORD_TOO_LONG', message: 'The line is too long.' } };
    } else if (content.trim() !== '') yield itemOf(line, content);
  }
}

const COLUMNS: readonly string[] = Object.keys(SESSION_RECORD.shape);

/** Unknown columns are not named: where the header is missing they are a session. */
function columnsOf(header: readonly string[]): string[] {
  if (!header.every((column) => COLUMNS.includes(column))) {
    throw new SourceError(`The first line must name the columns, of ${COLUMNS.join(', ')}.`);
  }
  return [...header];
}

/** An empty cell is none. */
const recordOf = (record: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''));

async function* csvItems(text: AsyncIterable<string>): AsyncGenerator<SourceItem> {
  const options = {
    columns: columnsOf,
    info: true,
    skip_empty_lines: true,
    max_record_size: LINE_MAX,
  } as const;
  // Whatever fails destroys both, and is thrown where the records are read.
  const parser = pipeline(Readable.from(text), parse(options), () => undefined);
  try {
    for await (const { record, info } of parser) {
      yield { line: info.lines, bytes: LINE_MAX, raw: recordOf(record) };
    }
  } catch (error) {
    // Its own messages hold what was read.
    throw error instanceof CsvError ? new SourceError(`The CSV is malformed: ${error.code}.`) : error;
  }
}

/** Sessions in a file, `*.csv` or else NDJSON; `-` is NDJSON on standard input. */
export function openSessionSource(source: string): RecordSource {
  const isInput = source === '-';
  const name = isInput ? 'standard input' : source;
  const open = () => textOf(isInput ? process.stdin : createReadStream(source), name);
  return {
    name,
    read: () => (source.toLowerCase().endsWith('.csv') ? csvItems(open()) : ndjsonItems(open())),
    progress: () => null,
    close: async () => undefined,
  };
}
