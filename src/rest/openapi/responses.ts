import { AppError, isErrorCode } from '../../errors/app-error.js';
import { ERRORS } from '../../errors/codes.js';
import {
  type Dialect,
  type Exchange,
  meaningOf,
  type Reply,
  type Row,
  resultOf,
  withAside,
} from '../dialect.js';
import { isRecord } from '../input.js';
import { missingError } from '../parameters.js';
import { ANY_KEY, type JsonSchema, merge, schemaOf } from './infer.js';
import { VARIANTS, type Variant } from './samples.js';

/** Answers of a row, found out by letting it answer samples and failures. */

const CODES = Object.keys(ERRORS).filter(isErrorCode);
const JSON_TYPE = 'application/json';

/** Clients that want JSON, and browsers. */
const EXCHANGES = [{ accept: 'application/json' }, { accept: 'text/html' }] as const;

/** Answers of a row that succeeds, in every variant, to a request that brought these values. */
export function successes(
  dialect: Dialect,
  row: Row,
  values: unknown,
  dataOf: (variant: Variant) => unknown,
  config: Exchange['config'],
): Reply[] {
  return VARIANTS.flatMap((variant) => {
    try {
      const data = dataOf(variant);
      if (row.pages) {
        const body = JSON.parse(`${row.pages.open}${row.pages.items(data).join()}${row.pages.close}`);
        return [{ status: 200, body }];
      }
      return EXCHANGES.map((headers) =>
        dialect.success(resultOf(row, data, values), row, {
          // A request of no particular client; only its headers are looked at.
          request: { headers } as Exchange['request'],
          config,
        }),
      );
    } catch (error) {
      // A sample that is a failure here (nobody found), or fields that are never null together.
      if (error instanceof AppError || variant !== VARIANTS[0]) return [];
      throw error;
    }
  });
}

/** Answers of a row that fails; `aside` is added to one of the failures, because it can be to any. */
export function failures(dialect: Dialect, row: Row, aside?: Readonly<Record<string, unknown>>): Reply[] {
  const answer = (error: AppError) => dialect.failure(error, meaningOf(dialect, error, row), row);
  const errors = [
    ...CODES.flatMap((code) => [new AppError(code), new AppError(code, { field: ANY_KEY })]),
    ...Object.keys(row.missing ?? {}).map(missingError),
  ];
  return [...errors.map(answer), ...(aside ? [withAside(answer(missingError(ANY_KEY)), aside)] : [])];
}

const bodiesOf = (replies: readonly Reply[]): unknown[] =>
  replies.map(({ body }) => body).filter((body) => body !== undefined && !isBinary(body));

/** Bodies of one status as one schema; undefined where there are none. */
function schemaOfBodies(replies: readonly Reply[]): JsonSchema | undefined {
  const bodies = bodiesOf(replies);
  if (bodies.length === 0) return undefined;
  // Through JSON, as it will be sent.
  return bodies.map((body) => schemaOf(JSON.parse(JSON.stringify(body)) as unknown)).reduce(merge);
}

const isBinary = (body: unknown): boolean => body instanceof Uint8Array;

/** The media types of answers that are no JSON, such as pictures. */
const binaryContent = (replies: readonly Reply[]) =>
  Object.fromEntries(
    replies
      .filter(({ body }) => isBinary(body))
      .map(({ headers }) => [
        headers?.['content-type'] ?? '*/*',
        { schema: { type: 'string', format: 'binary' } },
      ]),
  );

function described(title: string, replies: readonly Reply[], bodies: readonly unknown[]): string[] {
  const texts = [...new Set(bodies.map((body) => JSON.stringify(body)))].sort();
  return replies.length === 0 ? [] : [[title, ...texts.map((text) => `- \`${text}\``)].join('\n')];
}

/** The answers by their status. A success in the shape of a failure is known by its number alone, so it is told too. */
export function responsesOf(success: readonly Reply[], failed: readonly Reply[]): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  const failure = schemaOfBodies(failed)?.properties ?? {};
  const isLikeFailure = (body: unknown) =>
    isRecord(body) &&
    Object.entries(body).every(([key, value]) => Object.hasOwn(failure, key) && typeof value !== 'object');
  for (const status of new Set([...success, ...failed].map((reply) => reply.status))) {
    const good = success.filter((reply) => reply.status === status);
    const bad = failed.filter((reply) => reply.status === status);
    const alternatives = [schemaOfBodies(good), schemaOfBodies(bad)].filter((schema) => schema !== undefined);
    const schema = alternatives.length > 1 ? { anyOf: alternatives } : alternatives[0];
    const told = [
      ...described('Success.', good, bodiesOf(good).filter(isLikeFailure)),
      ...described('Failure.', bad, bodiesOf(bad)),
    ];
    responses[status] = {
      description: told.join('\n\n'),
      content: { ...(schema && { [JSON_TYPE]: { schema } }), ...binaryContent(good) },
    };
  }
  return responses;
}
