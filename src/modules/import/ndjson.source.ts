import { linesOf } from '../../infra/files/lines.js';
import { decodeUtf8, isMarked, isWide, MARK_BYTES } from '../../infra/files/utf8.js';
import { ByteCounter, type ByteSource, LINE_BYTES } from './byte-source.js';
import { type RecordSource, SourceError, type SourceItem, type UnreadableRecord } from './source.js';

const TOO_LONG: UnreadableRecord = {
  code: 'RECORD_TOO_LONG',
  message: `The line is longer than ${LINE_BYTES} bytes.`,
};
const NOT_UTF8: UnreadableRecord = { code: 'ENCODING_INVALID', message: 'The line is not UTF-8.' };
const NOT_JSON: UnreadableRecord = { code: 'RECORD_MALFORMED', message: 'The line is not a JSON value.' };

/** Records in lines of JSON; blank ones are passed over. */
export class NdjsonSource implements RecordSource {
  private readonly counter = new ByteCounter();

  constructor(private readonly bytes: ByteSource) {}

  get name(): string {
    return this.bytes.name;
  }

  async *read(): AsyncGenerator<SourceItem> {
    for await (const { number: line, bytes: whole } of linesOf(this.counted(), LINE_BYTES)) {
      if (line === 1 && whole && isWide(whole)) throw new SourceError(`${this.name} is not UTF-8.`);
      const bytes = line === 1 && whole && isMarked(whole) ? whole.subarray(MARK_BYTES) : whole;
      const size = bytes?.length ?? 0;
      if (!bytes) yield { line, bytes: size, error: TOO_LONG };
      else if (!isBlank(bytes)) yield { line, bytes: size, ...parse(bytes) };
    }
  }

  progress(): { done: number; total: number } | null {
    return this.counter.progress(this.bytes.size);
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  private counted(): AsyncIterable<Buffer> {
    return this.counter.count(this.bytes.read());
  }
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => BLANKS.has(byte));

function parse(bytes: Buffer): { raw: unknown } | { error: UnreadableRecord } {
  const text = decodeUtf8(bytes);
  if (text === null) return { error: NOT_UTF8 };
  try {
    const raw: unknown = JSON.parse(text);
    return { raw };
  } catch {
    return { error: NOT_JSON };
  }
}
