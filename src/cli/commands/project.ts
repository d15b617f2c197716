import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../../config.js';
import { createSchema, printCurrentSchema } from '../../graphql/schema.js';
import type { Access } from '../../policy.js';
import { type Dialect, isAnswered, type Row } from '../../rest/dialect.js';
import { DIALECTS } from '../../rest/dialects/index.js';
import { prefixesOf } from '../../rest/mount.js';
import { loadOperations } from '../../rest/operations.js';
import { type OldServer, readServers, type ServerConfig } from '../../rest/upstream/servers.js';
import type { Services } from '../../services.js';
import type { Run } from '../command.js';
import { errorsPage } from '../errors-table.js';
import { accessOfOperation } from '../operation-access.js';
import { type Output, showList } from '../output.js';
import { permissionsPage } from '../permissions-page.js';
import { settingsExample, settingsPage } from './settings.js';

type Print = (output: Output) => void;

interface PrintedRow {
  row: Row;
  door: Dialect;
  dialect: string;
  id: string;
  methods: string;
  url: string;
  operation: string;
  asks: string;
  body: string;
  summary: string;
}

/** The words for what the rule of an operation asks of its caller. */
const ASKED: Readonly<Record<Access['rule'], (access: Access) => string | false>> = {
  public: () => false,
  owner: () => false,
  self: () => false,
  signedIn: () => 'a session',
  internal: () => 'an address inside `INTERNAL_NETWORKS`',
  ability: (access) => access.rule === 'ability' && `the ability \`${access.ability}\``,
};

/** The demands of a row, and of the operation that it runs, on its caller. */
function asksOf({ session, owner, sameSite, upload }: Row, access: readonly Access[]): string {
  const asked = [
    session === true && 'a session',
    session === 'if shown' && 'a good session if one is shown',
    owner && `\`${owner}\` to be the caller`,
    sameSite && 'a page of the same site',
    upload && 'a file',
    ...access.map((one) => ASKED[one.rule](one)),
  ];
  return [...new Set(asked.filter(Boolean))].join(', ');
}

/** The setting that bounds the body of a request; what only reads a URL has none. */
const bodyLimitOf = ({ methods, upload }: Row): string =>
  upload ? '`UPLOAD_MAX_BYTES`' : methods.some((method) => method !== 'GET') ? '`BODY_LIMIT_BYTES`' : '';

function printedRows(): PrintedRow[] {
  const schema = createSchema({} as Services);
  return DIALECTS.flatMap((dialect) => {
    const operations = loadOperations(dialect, schema);
    const accessOf = ({ operation }: Row) => accessOfOperation(operations.get(operation) ?? '', schema);
    return dialect.mounts.flatMap(({ prefix, rows }) =>
      rows.map((row) => ({
        row,
        door: dialect,
        dialect: dialect.name,
        id: row.id,
        methods: row.methods.join(', '),
        url: prefix + row.path,
        operation: row.operation,
        asks: asksOf(row, accessOf(row)),
        body: bodyLimitOf(row),
        summary: row.summary,
      })),
    );
  });
}

function rowsTable(): string {
  const lines = printedRows().map(
    ({ id, methods, url, operation, asks, body, summary }) =>
      `| ${id} | ${methods} | \`${url}\` | \`${operation}\` | ${asks} | ${body} | ${summary} |`,
  );
  return [
    '| document | method | URL | operation | asks for | body at most | what it is |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** The page `docs/routes.md`. */
const routesPage = (): string => `# Legacy routes

Written by \`npm run docs\` from the tables of the dialects (\`src/rest/dialects/\`). \`npm run routes\` prints the same,
and who answers each row where there are old servers ([upstream.md](upstream.md)).
Each request counts towards \`RATE_LIMIT_PER_MINUTE\` of its address; who may run an operation is told by
[permissions.md](permissions.md), and what a password or a code may be tried by the guard ([decisions.md](decisions.md)).

${rowsTable()}
`;

/** The pages that are written from the code, by their file. */
const PAGES: Readonly<Record<string, () => string>> = {
  'docs/settings.md': settingsPage,
  'docs/routes.md': routesPage,
  'docs/errors.md': errorsPage,
  'docs/permissions.md': permissionsPage,
  '.env.example': settingsExample,
};

/** Writes a file, or says whether it is already what it should be. */
function keep(file: string, wanted: string, command: string, check: boolean): Output {
  const upToDate = readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === wanted;
  if (!check && !upToDate) writeFileSync(file, wanted);
  const outOfDate = check ? `${file} is out of date: npm run ${command}` : `Wrote ${file}.`;
  const text = upToDate ? `${file} is up to date.` : outOfDate;
  return { json: { file, upToDate }, text, exitCode: check && !upToDate ? 1 : 0 };
}

const placeOf = ({ origin, base }: OldServer): string => origin + base;

/** Every row, and who answers it under these settings; at the end what lies under a prefix and is no row's. */
function routesNow(config: ServerConfig & Pick<Config, 'PLUS_STANDALONE'>): Output {
  const servers = readServers(DIALECTS, config);
  const rows = printedRows().map(({ row, door, ...printed }) => {
    const server = servers.rows.get(row) ?? (isAnswered(row, config) ? undefined : servers.of(door));
    const here = isAnswered(row, config) ? 'gateway' : 'nobody';
    return { ...printed, answers: server ? placeOf(server) : here };
  });
  const [first] = rows;
  const blank = Object.fromEntries(Object.keys(first ?? {}).map((column) => [column, '']));
  const passed = DIALECTS.flatMap((dialect) => {
    const server = servers.of(dialect);
    if (!server) return [];
    return prefixesOf(dialect).map((prefix) => ({
      ...blank,
      dialect: dialect.name,
      id: '*',
      methods: '*',
      url: `${prefix}/*`,
      summary: 'what no row answers',
      answers: placeOf(server),
    }));
  });
  const rest = servers.rest
    ? [
        {
          ...blank,
          id: '*',
          methods: '*',
          url: '/*',
          summary: 'what lies under no prefix',
          answers: placeOf(servers.rest),
        },
      ]
    : [];
  return showList([...rows, ...passed, ...rest]);
}

/** The commands open nothing; only `routes` reads the environment. */
export function addProjectCommands(program: Command, print: Print, run: Run): void {
  program
    .command('routes')
    .description('Every legacy route with its operation, and who answers it: the gateway or an old server.')
    .action(() => run(async ({ config }) => routesNow(config)));

  program
    .command('schema')
    .description('Write schema.graphql from the code.')
    .option('--check', 'write nothing; fail when it is out of date')
    .action(({ check }: { check?: boolean }) =>
      print(keep('schema.graphql', printCurrentSchema(), 'schema', Boolean(check))),
    );

  program
    .command('docs')
    .description(
      'Write the pages that the code tells: settings, routes, errors, permissions, and .env.example.',
    )
    .option('--check', 'write nothing; fail when they are out of date')
    .action(({ check }: { check?: boolean }) => {
      const pages = Object.entries(PAGES).map(([file, page]) => keep(file, page(), 'docs', Boolean(check)));
      print({
        json: pages.map(({ json }) => json),
        text: pages.map(({ text }) => text).join('\n'),
        exitCode: Math.max(...pages.map(({ exitCode = 0 }) => exitCode)),
      });
    });
}
