import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createSchema } from '../../graphql/schema.js';
import { type GivenRule, parseRules } from '../../rest/comparison/rules.js';
import { DIALECTS } from '../../rest/dialects/index.js';
import type { Services } from '../../services.js';
import type { Run } from '../command.js';
import { type Output, showList, type Terminal } from '../output.js';
import { readRecording } from '../replay/read-recording.js';
import { type ReplayResult, replay } from '../replay/replay.js';
import { Rows } from '../replay/rows.js';
import type { RowTally } from '../replay/tally.js';

interface ReplayCommandOptions {
  to: URL;
  against?: URL;
  only?: 'reads';
  rules?: string;
  codes?: string;
  log?: string;
  mapIds?: boolean;
}

function urlArgument(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new InvalidArgumentError('It must be an http or https URL without user, query and fragment.');
  }
  return url;
}

async function rulesIn(file: string | undefined): Promise<GivenRule[]> {
  if (file === undefined) return [];
  try {
    return parseRules(await readFile(file, 'utf8'), DIALECTS);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof SyntaxError ? 'not JSON' : (error as Error).message}`, {
      cause: error,
    });
  }
}

const COUNTED = ['requests', 'same', 'different', 'uncompared', 'unsent', 'differences'] as const;

const sumOf = (rows: readonly RowTally[]): Record<(typeof COUNTED)[number], number> => {
  const sum = { requests: 0, same: 0, different: 0, uncompared: 0, unsent: 0, differences: 0 };
  for (const row of rows) for (const name of COUNTED) sum[name] += row[name];
  return sum;
};

function printed({ found: [first], differences: _, ...counts }: RowTally): Record<string, unknown> {
  return {
    ...counts,
    first: first?.path,
    what: first?.what,
    left: first?.left,
    right: first?.right,
    at: first?.request,
  };
}

function outputOf({ rows, problem }: ReplayResult, terminal: Terminal): Output {
  const sum = sumOf(rows);
  const problems = [
    problem instanceof Error && problem.message,
    !problem &&
      sum.same + sum.different === 0 &&
      'nothing was compared: the recording has no answers, and there is no --against',
  ].filter((one) => typeof one === 'string');
  for (const one of problems) terminal.stderr(`error: ${one}\n`);
  const totals = Object.entries(sum).map(([name, value]) => `${value} ${name}`);
  return {
    json: { ...sum, rows },
    text: [showList(rows.map(printed)).text, '', totals.join(', ')].join('\n'),
    exitCode: sum.different > 0 || problems.length > 0 ? 1 : 0,
  };
}

export function addReplayCommand(program: Command, run: Run, terminal: Terminal): void {
  program
    .command('replay')
    .description(
      'Send recorded requests to a server again, and compare what it answers; exit 1 where it differs.',
    )
    .argument('<file>', 'HAR 1.2, GoReplay (.gor) or NDJSON, packed with gzip or not')
    .requiredOption('--to <url>', 'the server that answers', urlArgument)
    .option('--against <url>', 'a server whose answers count, in the place of the recorded ones', urlArgument)
    .addOption(new Option('--only <kind>', 'send nothing else but log-ins').choices(['reads']))
    .option('--rules <file>', 'JSON: [{"row": "plus:获取所有用户", "ignore": ["[].updated_at"]}]')
    .option('--codes <command>', 'called with a phone or an address, prints the code that was sent there')
    .option('--log <file>', "the server's log, in which it tells codes in development")
    .option('--map-ids', 'accounts have other ids at --to: what is at the same place is the same account')
    .action((file: string, options: ReplayCommandOptions) =>
      run(async () => {
        const rows = new Rows(DIALECTS, createSchema({} as Services), await rulesIn(options.rules));
        const result = await replay(readRecording(file), rows, {
          to: options.to,
          against: options.against,
          onlyReads: options.only === 'reads',
          mapsIds: options.mapIds === true,
          codes: { log: options.log, command: options.codes },
        });
        return outputOf(result, terminal);
      }),
    );
}
