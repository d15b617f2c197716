import type { Readable } from 'node:stream';
import type { FailureLog } from '../errors/report.js';
import type { JobLog } from '../jobs/job.js';

/** The output of a command: the value for `--json`, and the text for people. */
export interface Output {
  json: unknown;
  text: string;
  /** The exit code of a command that did not succeed although nothing broke (`db check`). */
  exitCode?: number;
}

/** The output of a command that is too long to be held: printed piece by piece, as one JSON value or as lines. */
export interface Stream {
  pieces(json: boolean): AsyncIterable<string>;
}

/** Pages of rows, as a JSON array or as lines between tabs. */
export const streamRows = <T extends Row>(pages: () => AsyncIterable<readonly T[]>): Stream => ({
  pieces: async function* (json) {
    let separator = json ? '[' : '';
    for await (const rows of pages()) {
      if (rows.length === 0) continue;
      const texts = rows.map((row) => (json ? JSON.stringify(row) : lineOf(row)));
      yield separator + texts.join(json ? ',' : '\n');
      separator = json ? ',' : '\n';
    }
    yield json ? `${separator === '[' ? '[' : ''}]\n` : separator;
  },
});

/** Pages of values, one JSON value a line, with `--json` too: no reader has to hold them all. */
export const streamLines = (pages: AsyncIterable<readonly object[]>): Stream => ({
  pieces: async function* () {
    for await (const values of pages) yield linesOf(values);
  },
});

export const linesOf = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** The environment and streams of a command line. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  stdout(text: string): void;
  stderr(text: string): void;
  /** What a command reads that is told to read `-`; the process's own by default. */
  stdin?: Readable;
  /** True where somebody watches, so that a progress bar makes sense. */
  interactive: boolean;
}

/** Failures go to the terminal at once; what was done is printed at the end. */
export function logTo(terminal: Terminal): JobLog & FailureLog {
  const tell =
    (level: string) =>
    ({ err, ...details }: { err?: unknown }, message: string): void =>
      terminal.stderr(
        `${level}: ${message} ${JSON.stringify(details)}: ${err instanceof Error ? err.message : err}\n`,
      );
  return { info: () => undefined, warn: tell('warning'), error: tell('error') };
}

type Row = Record<string, unknown>;

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map(textOf).join(', ') || '-' : String(value);
}

/** One thing: its fields, one a line. */
export const showOne = (row: Row): Output => ({
  json: row,
  text: Object.entries(row)
    .map(([field, value]) => `${field}: ${textOf(value)}`)
    .join('\n'),
});

/** The values of a row between tabs, so that `cut` can take them apart. */
const lineOf = (row: Row): string =>
  Object.values(row)
    .map((value) => textOf(value).replace(/\s+/g, ' '))
    .join('\t');

/** Many things: the names of the fields, then a line for each (`lineOf`). */
export function showList(rows: Row[]): Output {
  const [first] = rows;
  if (!first) return { json: [], text: '(none)' };
  return { json: rows, text: [Object.keys(first).join('\t'), ...rows.map(lineOf)].join('\n') };
}
