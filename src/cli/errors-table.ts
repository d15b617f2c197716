import { AppError, isErrorCode } from '../errors/app-error.js';
import { ERRORS, type ErrorCode } from '../errors/codes.js';
import { HTTP_STATUS } from '../errors/http-status.js';
import { type Dialect, meaningOf, type Row } from '../rest/dialect.js';
import { DIALECTS } from '../rest/dialects/index.js';
import { missingError } from '../rest/parameters.js';

/** The page of every failure's answer at every door, printed from the tables of the dialects themselves. */

const CODES = Object.keys(ERRORS).filter(isErrorCode);

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A failure with a field, where one would have one. */
const errorOf = (code: ErrorCode): AppError => new AppError(code, { field: '…' });

/** Status and body. */
function answer(dialect: Dialect, error: AppError, row?: Row): string {
  const { status, body } = dialect.failure(error, meaningOf(dialect, error, row), row);
  return `${status} \`${cell(JSON.stringify(body))}\``;
}

/** GraphQL answers the code itself; in `application/json` the status is 200 but where the request is no good as such. */
function graphqlStatus(code: ErrorCode): number {
  if (code === 'SERVICE_UNAVAILABLE') return HTTP_STATUS.unavailable;
  return code === 'PERSISTED_QUERY_MISMATCH' ? HTTP_STATUS.input : 200;
}

function doorsTable(): string[] {
  const names = DIALECTS.map(({ name }) => name);
  return [
    `| code | GraphQL | ${names.join(' | ')} |`,
    `|---|---|${'---|'.repeat(names.length)}`,
    ...CODES.map((code) => {
      const answers = DIALECTS.map((dialect) => answer(dialect, errorOf(code)));
      return `| \`${code}\` | ${graphqlStatus(code)} ${ERRORS[code].zh} | ${answers.join(' | ')} |`;
    }),
  ];
}

function overridesOf(dialect: Dialect): string[] {
  return dialect.mounts.flatMap(({ prefix, rows }) =>
    rows.flatMap((row) => {
      const url = `${row.methods.join(', ')} \`${prefix}${row.path}\``;
      const codes = Object.keys(row.errors ?? {}).filter(isErrorCode);
      const missing = Object.keys(row.missing ?? {});
      return [
        ...missing.map((field) => [`\`${field}\` empty or missing`, missingError(field)] as const),
        ...codes.map((code) => [`\`${code}\``, errorOf(code)] as const),
      ].map(([what, error]) => `| ${url} | ${what} | ${answer(dialect, error, row)} |`);
    }),
  );
}

/** The page `docs/errors.md`. */
export const errorsPage = (): string =>
  [
    '# What each failure is at each door',
    '',
    'Written by `npm run docs` from the tables of the dialects. GraphQL answers the code itself in',
    '`extensions.code`, with a message in Chinese or English. `…` is the parameter at fault, where there is one.',
    '',
    ...doorsTable(),
    '',
    '## Where a single URL answers otherwise',
    '',
    '| URL | failure | answer |',
    '|---|---|---|',
    ...DIALECTS.flatMap(overridesOf),
    '',
  ].join('\n');
