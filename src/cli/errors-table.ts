import { AppError } from '../errors/app-error.js';
import { ERRORS, type ErrorCode } from '../errors/codes.js';
import { type Dialect, meaningOf, type Route } from '../rest/dialect.js';
import { DIALECTS } from '../rest/dialects/index.js';

/** What every failure of the domain is at every door, printed from the tables of the dialects themselves. */

const CODES = Object.keys(ERRORS) as ErrorCode[];

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Status and body, with a field in the places where one would be. */
function answer(dialect: Dialect, code: ErrorCode, route?: Route): string {
  const error = new AppError(code, { field: '…' });
  const { status, body } = dialect.failure(error, meaningOf(dialect, error, route), route);
  return `${status} \`${cell(JSON.stringify(body))}\``;
}

/** GraphQL answers the code itself; the status is 200 but where the whole request is refused. */
function graphqlStatus(code: ErrorCode): number {
  if (code === 'SERVICE_UNAVAILABLE') return 503;
  return code === 'INVALID_QUERY' || code === 'QUERY_TOO_COMPLEX' ? 400 : 200;
}

function doorsTable(): string[] {
  const names = DIALECTS.map(({ name }) => name);
  return [
    `| code | GraphQL | ${names.join(' | ')} |`,
    `|---|---|${'---|'.repeat(names.length)}`,
    ...CODES.map((code) => {
      const answers = DIALECTS.map((dialect) => answer(dialect, code));
      return `| \`${code}\` | ${graphqlStatus(code)} ${ERRORS[code].zh} | ${answers.join(' | ')} |`;
    }),
  ];
}

const overridesOf = (dialect: Dialect): string[] =>
  dialect.mounts.flatMap(({ prefix, routes }) =>
    routes.flatMap((route) =>
      (Object.keys(route.errors ?? {}) as ErrorCode[]).map(
        (code) =>
          `| ${route.methods.join(', ')} \`${prefix}${route.path}\` | \`${code}\` | ${answer(dialect, code, route)} |`,
      ),
    ),
  );

/** The page `docs/errors.md`. */
export const errorsPage = (): string =>
  [
    '# What each failure is at each door',
    '',
    'Written by `npm run --silent cli -- readme` from the tables of the dialects. GraphQL answers the code itself in',
    '`extensions.code`, with a message in Chinese or English. `…` is the parameter at fault, where there is one.',
    '',
    ...doorsTable(),
    '',
    '## Where a single URL answers otherwise',
    '',
    '| URL | code | answer |',
    '|---|---|---|',
    ...DIALECTS.flatMap(overridesOf),
    '',
  ].join('\n');
