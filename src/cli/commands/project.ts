import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { printCurrentSchema } from '../../graphql/schema.js';
import type { Route } from '../../rest/dialect.js';
import { DIALECTS } from '../../rest/dialects/index.js';
import { errorsPage } from '../errors-table.js';
import { type Output, showList } from '../output.js';
import { settingsExample, settingsPage } from './settings.js';

/** What the repository keeps a copy of, and what it must be. */
type Print = (output: Output) => void;

interface RouteRow {
  [column: string]: unknown;
  dialect: string;
  id: string;
  methods: string;
  url: string;
  operation: string;
  asks: string;
  summary: string;
}

/** What a row asks of who calls it, beside what its operation itself does. */
const asksOf = ({ session, owner, sameSite, upload }: Route): string =>
  [
    session === true && 'a session',
    session === 'if shown' && 'a good session if one is shown',
    owner && `\`${owner}\` to be the caller`,
    sameSite && 'a page of the same site',
    upload && 'a file',
  ]
    .filter(Boolean)
    .join(', ');

const routeRows = (): RouteRow[] =>
  DIALECTS.flatMap(({ name, mounts }) =>
    mounts.flatMap(({ prefix, routes }) =>
      routes.map((route) => ({
        dialect: name,
        id: route.id,
        methods: route.methods.join(', '),
        url: prefix + route.path,
        operation: route.operation,
        asks: asksOf(route),
        summary: route.summary,
      })),
    ),
  );

function routesTable(): string {
  const lines = routeRows().map(
    ({ id, methods, url, operation, asks, summary }) =>
      `| ${id} | ${methods} | \`${url}\` | \`${operation}\` | ${asks} | ${summary} |`,
  );
  return [
    '| document | method | URL | operation | asks for | what it is |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** The page `docs/routes.md`. */
const routesPage = (): string => `# Legacy routes

Written by \`npm run docs\` from the tables of the dialects (\`src/rest/dialects/\`). \`npm run routes\` prints the same.

${routesTable()}
`;

/** The pages that are written from the code, by their file. */
const PAGES: Readonly<Record<string, () => string>> = {
  'docs/settings.md': settingsPage,
  'docs/routes.md': routesPage,
  'docs/errors.md': errorsPage,
  '.env.example': settingsExample,
};

/** Writes a file, or says whether it is already what it should be. */
function keep(file: string, wanted: string, check: boolean): Output {
  const upToDate = readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === wanted;
  if (!check && !upToDate) writeFileSync(file, wanted);
  const text = upToDate ? `${file} is up to date.` : check ? `${file} is out of date.` : `Wrote ${file}.`;
  return { json: { file, upToDate }, text, exitCode: check && !upToDate ? 1 : 0 };
}

/** Reads no environment and opens nothing. */
export function addProjectCommands(program: Command, print: Print): void {
  program
    .command('routes')
    .description('Every legacy route with its operation.')
    .action(() => print(showList(routeRows())));

  program
    .command('schema')
    .description('Write schema.graphql from the code.')
    .option('--check', 'write nothing; fail when it is out of date')
    .action(({ check }: { check?: boolean }) =>
      print(keep('schema.graphql', printCurrentSchema(), Boolean(check))),
    );

  program
    .command('docs')
    .description('Write the pages that the code tells: settings, routes, errors, and .env.example.')
    .option('--check', 'write nothing; fail when they are out of date')
    .action(({ check }: { check?: boolean }) => {
      const pages = Object.entries(PAGES).map(([file, page]) => keep(file, page(), Boolean(check)));
      print({
        json: pages.map(({ json }) => json),
        text: pages.map(({ text }) => text).join('\n'),
        exitCode: Math.max(...pages.map(({ exitCode = 0 }) => exitCode)),
      });
    });
}
