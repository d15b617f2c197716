import { SingleBar } from 'cli-progress';
import type { Example, ImportReport } from '../modules/import/import.report.js';
import type { Outcome } from '../modules/import/run.js';
import type { SessionImportReport } from '../modules/import/session-import.service.js';
import type { RecordSource } from '../modules/import/source.js';
import { type Output, showOne, type Terminal } from './output.js';
import { RejectsFile } from './rejects-file.js';

/** Records of each kind that are shown to people; `--json` and `--rejects` have more. */
const SHOWN = 10;

/** What an import is given on the command line. */
export interface ImportInput {
  /** As it was written there. */
  text: string;
  source: RecordSource;
  rejects: string | undefined;
  json: boolean;
}

/** Runs an import whose progress is shown and whose rejects are written to their file; closes its source. */
export async function runImport(
  terminal: Terminal,
  { text, source, rejects, json }: ImportInput,
  work: (onOutcomes: (outcomes: readonly Outcome[]) => Promise<void>) => Promise<Report>,
): Promise<Output> {
  try {
    const file = rejects === undefined ? null : await RejectsFile.open(rejects, text);
    const progress = progressOf(terminal, source, json);
    try {
      const report = await work(async (outcomes) => {
        await file?.add(outcomes);
        progress.update(outcomes.length);
      });
      return outputOf(report);
    } finally {
      progress.stop();
      await file?.close();
    }
  } finally {
    await source.close();
  }
}

/** What any import came to; only those of accounts give other names. */
type Report = SessionImportReport & Partial<Pick<ImportReport, 'renamed' | 'renamedRecords'>>;

/** A run in which nothing could be imported of all that was read has failed. */
function outputOf(report: Report): Output {
  const { reasons, rejectedRecords, skippedRecords, renamedRecords = [], ...counts } = report;
  const { rejected, skipped, renamed = 0, read } = report;
  const text = [
    showOne({ ...counts }).text,
    ...Object.entries(reasons).map(([code, count]) => `${code}: ${count}`),
    ...exampleText('rejected', rejectedRecords, rejected),
    ...exampleText('skipped', skippedRecords, skipped),
    ...exampleText('renamed', renamedRecords, renamed),
  ].join('\n');
  return { json: report, text, exitCode: read > 0 && rejected === read ? 1 : 0 };
}

/** Shows how far a run is, where somebody watches and the end is known. */
function progressOf(terminal: Terminal, source: RecordSource, json: boolean) {
  const start = source.progress();
  if (!terminal.interactive || json || !start) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: '{bar} {percentage} %, {records} records', stream: process.stderr });
  bar.start(start.total, 0, { records: 0 });
  let records = 0;
  return {
    update: (more: number) => {
      records += more;
      bar.update(source.progress()?.done ?? 0, { records });
    },
    stop: () => bar.stop(),
  };
}

/** Lines for people about the first of some records. */
const exampleText = (what: string, examples: readonly Example[], count: number): string[] => [
  ...examples
    .slice(0, SHOWN)
    .map(({ line, legacyId, code, field, name }) =>
      [`${what}: line ${line}`, legacyId ?? '-', code ?? name, field].filter(Boolean).join(', '),
    ),
  ...(count > Math.min(SHOWN, examples.length) ? [`${what}: … ${count} in all`] : []),
];
