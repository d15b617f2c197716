import { SingleBar } from 'cli-progress';
import type { Example } from '../modules/import/import.report.js';
import type { RecordSource } from '../modules/import/source.js';
import type { Terminal } from './output.js';

/** Records of each kind that are shown to people; `--json` and `--rejects` have more. */
const SHOWN = 10;

/** Shows how far a run is, where somebody watches and the end is known. */
export function progressOf(terminal: Terminal, source: RecordSource, json: boolean) {
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
export const exampleText = (what: string, examples: readonly Example[], count: number): string[] => [
  ...examples
    .slice(0, SHOWN)
    .map(({ line, legacyId, code, field, name }) =>
      [`${what}: line ${line}`, legacyId ?? '-', code ?? name, field].filter(Boolean).join(', '),
    ),
  ...(count > Math.min(SHOWN, examples.length) ? [`${what}: … ${count} in all`] : []),
];
