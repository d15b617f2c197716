/** One record of a source, or the reason why there is none in its place. */
export type SourceItem = {
  /** Where it begins: the line of a file, or the position in a table; from 1 on. */
  line: number;
  /** About how much memory it takes, in bytes: batches are bounded by it. */
  bytes: number;
} & ({ /** What was read; its form is not checked yet. */ raw: unknown } | { error: UnreadableRecord });

/** A part of a source that no record can be made of; the rest is read on. */
export interface UnreadableRecord {
  code: 'RECORD_MALFORMED' | 'RECORD_TOO_LONG' | 'ENCODING_INVALID';
  /** In words for the operator, without what was read. */
  message: string;
}

/** Records of another system, one after the other, whatever holds them. Memory does not grow with their number. */
export interface RecordSource {
  /** As it is called in messages: never with a password. */
  readonly name: string;
  /**
   * Reads from the beginning; may be called again once the first reading has ended or was left, and then gives the
   * same. Throws a SourceError when nothing more can be read.
   */
  read(): AsyncIterable<SourceItem>;
  /** How far the reading is, in any unit; null where nobody can tell. */
  progress(): { done: number; total: number } | null;
  close(): Promise<void>;
}

/** Nothing more can be read, in words for the operator: the file is gone, its columns are unknown, the server is away. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
