import type { Readable } from 'node:stream';

/** Bytes that can be read again. */
export interface ByteSource {
  readonly name: string;
  /** In bytes; null where nobody can tell. */
  readonly size: number | null;
  read(): Readable;
  close(): Promise<void>;
}

/** Longest line of JSON, in bytes: who follows half a million people has one of four megabytes. */
export const LINE_BYTES = 8 * 1024 * 1024;

/** Longest record of CSV, in bytes: so much is lost to a quote that is never closed. */
export const ROW_BYTES = 1024 * 1024;

/** Counts the bytes that pass. */
export class ByteCounter {
  done = 0;

  async *count(bytes: Readable): AsyncGenerator<Buffer> {
    this.done = 0;
    for await (const chunk of bytes) {
      const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      this.done += buffer.length;
      yield buffer;
    }
  }

  progress(size: number | null): { done: number; total: number } | null {
    return size === null ? null : { done: this.done, total: size };
  }
}
