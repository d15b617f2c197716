import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { decodeUtf8, isMarked, isWide, MARK_BYTES } from '../../infra/files/utf8.js';
import { propertyOf } from '../../unknown.js';
import { ByteCounter, type ByteSource, ROW_BYTES } from './byte-source.js';
import { ACCOUNT_COLUMNS, type CsvColumns } from './csv.columns.js';
import { isNameLike } from './rejection.js';
import { type RecordSource, SourceError, type SourceItem, type UnreadableRecord } from './source.js';

const NOT_UTF8: UnreadableRecord = { code: 'ENCODING_INVALID', message: 'The record is not UTF-8.' };

/** What the parser gives for each record: its cells as bytes, and how many lines it has read so far. */
interface Parsed {
  record: Buffer[];
  info: { lines: number; bytes: number };
}

/** Records in the rows of a table as RFC 4180 writes it, under a row with the names of the columns. */
export class CsvSource implements RecordSource {
  private readonly counter = new ByteCounter();

  constructor(
    private readonly bytes: ByteSource,
    private readonly known: CsvColumns = ACCOUNT_COLUMNS,
  ) {}

  get name(): string {
    return this.bytes.name;
  }

  async *read(): AsyncGenerator<SourceItem> {
    const skipped: SourceItem[] = [];
    let columns: string[] | null = null;
    let line = 1;
    let skips = 0;
    const parser = parse({
      // Cells come as bytes; a mark at the beginning would turn that off.
      encoding: null,
      info: true,
      relax_column_count: true,
      max_record_size: ROW_BYTES,
      skip_records_with_error: true,
      on_skip: (error) => void skipped.push(ofError(error)),
    });
    // What fails is told by the parser, whose end destroys what it reads.
    pipeline(Readable.from(this.narrow()), parser, () => undefined);
    try {
      for await (const { record, info } of parser as AsyncIterable<Parsed>) {
        skips += skipped.length;
        yield* skipped.splice(0);
        const bytes = record.reduce((sum, cell) => sum + cell.length, 0);
        if (columns) {
          if (bytes > 0 || record.length > 1) yield { line, bytes, ...recordOf(this.known, columns, record) };
        } else columns = this.header(record);
        // The parser counts a line break within quotes twice where it is of two characters.
        line = skips > 0 ? info.lines + 1 : line + linesOf(record);
      }
    } catch (error) {
      if (error instanceof CsvError) yield { ...ofError(error), line };
      else throw error;
    }
    yield* skipped;
  }

  progress(): { done: number; total: number } | null {
    return this.counter.progress(this.bytes.size);
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  /**
   * Two bytes a character would look like columns that nobody knows. The mark of UTF-8 is taken off here: the parser
   * would go on in texts, with other characters for what is not UTF-8.
   */
  private async *narrow(): AsyncGenerator<Buffer> {
    let isFirst = true;
    for await (const chunk of this.counter.count(this.bytes.read())) {
      if (isFirst && isWide(chunk)) throw new SourceError(`${this.name} is not UTF-8.`);
      yield isFirst && isMarked(chunk) ? chunk.subarray(MARK_BYTES) : chunk;
      isFirst = false;
    }
  }

  private header(cells: readonly Buffer[]): string[] {
    const names = cells.map((cell) => decodeUtf8(cell)?.trim() ?? '');
    const unknown = names.find((name) => !this.known.has(name));
    if (unknown !== undefined) {
      // Without a header it is a value.
      const named = isNameLike(unknown) ? `: "${unknown}"` : '';
      throw new SourceError(`${this.name} has a column that no record has${named}.`);
    }
    if (!names.includes('legacy_id')) throw new SourceError(`${this.name} has no column "legacy_id".`);
    if (new Set(names).size < names.length) throw new SourceError(`${this.name} has a column twice.`);
    return names;
  }
}

const LINE_FEED = 0x0a;

/** The lines that a record takes. */
const linesOf = (cells: readonly Buffer[]): number =>
  cells.reduce((lines, cell) => lines + cell.filter((byte) => byte === LINE_FEED).length, 1);

function recordOf(
  known: CsvColumns,
  columns: readonly string[],
  cells: readonly Buffer[],
): { raw: unknown } | { error: UnreadableRecord } {
  if (cells.length !== columns.length) {
    const message = `The record has ${cells.length} cells for ${columns.length} columns.`;
    return { error: { code: 'RECORD_MALFORMED', message } };
  }
  const record = {};
  for (const [index, column] of columns.entries()) {
    const text = decodeUtf8(cells[index] ?? Buffer.alloc(0));
    if (text === null) return { error: NOT_UTF8 };
    known.set(record, column, text);
  }
  return { raw: record };
}

/** In our words: those of the parser hold what it has read. */
function ofError(error: CsvError | undefined): SourceItem {
  const isLong = error?.code === 'CSV_MAX_RECORD_SIZE';
  const line = Number(propertyOf(error, 'lines') ?? 0);
  return {
    line,
    bytes: 0,
    error: isLong
      ? { code: 'RECORD_TOO_LONG', message: `The record is longer than ${ROW_BYTES} bytes.` }
      : { code: 'RECORD_MALFORMED', message: 'The quotes of the record are not those of CSV.' },
  };
}
