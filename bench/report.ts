import { GROWERS, GROWTH_RATE, type Growth } from './measure.growth.js';
import type { ContenderName, Measured } from './measure.js';
import type { LoginFigures } from './measure.logins.js';
import type { Statements } from './measure.statements.js';
import { SERVER_NAMES, type ServerName } from './servers.js';
import {
  LEAST_OF_HASHES,
  LEAST_OF_TWIN,
  LEAST_RATIO,
  least,
  MOST_GROWTH,
  MOST_MEMORY,
  MOST_UNDER_LOGINS,
  most,
} from './targets.js';

/** What a run found at one size. */
export interface SizeReport {
  users: number;
  data: string;
  measured: Measured[];
  logins?: LoginFigures;
  /** Resident memory some time after the load, and the most that it was, in bytes. */
  memory: Partial<Record<ServerName, { after: number; peak: number }>>;
}

export interface Report {
  /** Machine, versions and settings. */
  facts: Record<string, string>;
  sizes: SizeReport[];
  statements: Statements;
  /** Empty for a single size. */
  growth: Growth[];
}

type Cell = string | number | undefined;

const table = (head: readonly string[], rows: readonly (readonly Cell[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell ?? '').join(' | ')} |`);

const PEERS = SERVER_NAMES.filter((name) => name !== 'gateway');
const fixed = (value: number | undefined, digits = 0): Cell => value?.toFixed(digits);

const CONTENDERS: readonly ContenderName[] = [...SERVER_NAMES, 'twin'];

function throughputRow({ operation, figures }: Measured): Cell[] {
  const ours = figures.gateway?.throughput ?? Number.NaN;
  const ratioTo = (name: ContenderName, target: number | undefined) => {
    const theirs = figures[name]?.throughput;
    return theirs && least(ours / theirs, target);
  };
  return [
    operation,
    ...CONTENDERS.map((name) => fixed(figures[name]?.throughput)),
    ...PEERS.map((peer) => ratioTo(peer, LEAST_RATIO[operation]?.[peer])),
    ratioTo('twin', LEAST_OF_TWIN),
  ];
}

const megabytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1e6);

function sizeSection({ users, data, measured, logins, memory }: SizeReport): string[] {
  return [
    `#### ${users.toLocaleString('en')} users`,
    '',
    data,
    '',
    'Answers a second in the closed loop, and the gateway over each peer (twin: the same read by the text of its query):',
    '',
    ...table(
      ['operation', ...CONTENDERS, ...PEERS.map((peer) => `/ ${peer}`), '/ twin'],
      measured.map(throughputRow),
    ),
    '',
    'Latency at an open arrival rate, p50 / p99 in ms:',
    '',
    ...table(
      ['operation', 'requests/s', ...CONTENDERS],
      measured.map(({ operation, rate, figures }) => [
        operation,
        rate,
        ...CONTENDERS.map((name) => {
          const found = figures[name];
          return found && `${fixed(found.p50, 1)} / ${fixed(found.p99, 1)}`;
        }),
      ]),
    ),
    '',
    ...(logins ? [...loginSection(logins), ''] : []),
    'Memory after the load, and the most that it was, in MB:',
    '',
    ...table(
      ['', ...SERVER_NAMES],
      [
        [
          'after',
          ...SERVER_NAMES.map((name) => {
            const after = megabytes(memory[name]?.after);
            return name === 'gateway' ? most(after ?? 0, MOST_MEMORY) : fixed(after);
          }),
        ],
        ['most', ...SERVER_NAMES.map((name) => fixed(megabytes(memory[name]?.peak)))],
      ],
    ),
    '',
  ];
}

function loginSection({ hashOnly, logins, parameters, rate, quiet, busy }: LoginFigures): string[] {
  return [
    `Log-ins by password (${parameters}):`,
    '',
    ...table(
      [
        'hashes/s',
        'log-ins/s',
        'ratio',
        `p99 of user(id) at ${rate}/s, ms`,
        'while logins queue, ms',
        'growth',
      ],
      [
        [
          fixed(hashOnly),
          fixed(logins),
          least(logins / hashOnly, LEAST_OF_HASHES),
          fixed(quiet.p99, 1),
          fixed(busy.p99, 1),
          most(busy.p99 / quiet.p99, MOST_UNDER_LOGINS),
        ],
      ],
    ),
  ];
}

function growthSection({ sizes, growth }: Report): string[] {
  const [from, to] = [sizes[0], sizes.at(-1)].map((size) => size?.users.toLocaleString('en'));
  const names = GROWERS.filter((name) => growth.some(({ servers }) => servers[name]));
  return [
    `p50 at ${from} and at ${to} users, the sizes taking turns at ${GROWTH_RATE} requests a second, in ms:`,
    '',
    ...table(
      ['operation', ...names],
      growth.map(({ operation, servers }) => [
        operation,
        ...names.map((name) => {
          const found = servers[name];
          if (!found) return undefined;
          const ratio = found.large / found.small;
          const shown = name === 'gateway' ? most(ratio, MOST_GROWTH) : fixed(ratio, 2);
          return `${fixed(found.small, 2)} → ${fixed(found.large, 2)}: ${shown}`;
        }),
      ]),
    ),
    '',
  ];
}

function costSection({ sizes, statements }: Report): string[] {
  const measured = sizes.at(-1)?.measured ?? [];
  return [
    'One request: processor time of the server in ms, and SQL statements with caches warm:',
    '',
    ...table(
      ['operation', ...SERVER_NAMES],
      measured.map(({ operation, figures }) => [
        operation,
        ...SERVER_NAMES.map((name) => {
          const [found, count] = [figures[name], statements[operation]?.[name]];
          return found && `${fixed(found.cpuMs, 2)} ms${count === undefined ? '' : `, ${+count.toFixed(1)}`}`;
        }),
      ]),
    ),
    '',
  ];
}

/** The whole report as markdown. */
export function markdown(report: Report): string {
  return [
    ...Object.entries(report.facts).map(([name, fact]) => `- ${name}: ${fact}`),
    '',
    ...report.sizes.flatMap(sizeSection),
    ...(report.growth.length > 0 ? growthSection(report) : []),
    ...costSection(report),
  ].join('\n');
}
