import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { reportFailure } from '../errors/report.js';
import { toAppError } from '../errors/unexpected.js';
import { decodeUtf8, parseBodies, parseFormBody } from '../http/text-bodies.js';
import { endpointOf } from './calls.js';
import { type Dialect, isAnswered, type Row } from './dialect.js';
import { beforeBody, type Engine, handlerOf, sendFailure } from './handler.js';
import { parseJson } from './json.js';
import { translationsOf } from './legacy-ids.js';
import { isQuery, loadOperations, type Operations } from './operations.js';
import { takeRawBodies } from './raw-upload.js';
import { sunsetHeaders } from './sunset.js';

/** The most fields of a form, and the most bytes of each. */
const FORM_LIMITS = { fields: 50, fieldSize: 65_536, files: 1, parts: 60 };

/** The prefixes that a dialect answers under. */
export const prefixesOf = ({ mounts, claims = [] }: Dialect): string[] => [
  ...mounts.map(({ prefix }) => prefix),
  ...claims,
];

/** The dialect that answers under a URL, for what fails before any route is found. Doubled slashes are one. */
export function dialectUnder(dialects: readonly Dialect[], url: string): Dialect | undefined {
  const path = `${url.replace(/\?.*$/s, '')}/`.replace(/\/+/g, '/');
  return dialects.find((dialect) => prefixesOf(dialect).some((prefix) => path.startsWith(`${prefix}/`)));
}

/** Sends every failure under a dialect's prefix in its envelope. */
function speakDialect(scope: FastifyInstance, dialect: Dialect): void {
  scope.setErrorHandler(async (raw: Error, request, reply) => {
    // An error that the executor answered has no cause here: it was reported there.
    reportFailure(request.log, raw);
    return sendFailure(dialect, toAppError(raw), request, reply);
  });
  scope.setNotFoundHandler(async (request, reply) =>
    sendFailure(dialect, new AppError('NOT_FOUND'), request, reply),
  );
}

/** Old clients announce JSON even without a body, which counts as no parameters. */
const parseJsonBody = (bytes: Buffer): unknown => (bytes.length === 0 ? null : parseJson(decodeUtf8(bytes)));

/** HEAD is answered where GET only reads: it must not send an SMS, nor stream a list to throw it away. */
function methodsOf({ methods, operation, pages }: Row, operations: Operations): string[] {
  const reads = methods.includes('GET') && !pages && isQuery(operations, operation);
  return reads ? [...methods, 'HEAD'] : [...methods];
}

async function mountDialect(app: FastifyInstance, engine: Engine, dialect: Dialect): Promise<void> {
  const operations = loadOperations(dialect, engine.schema);
  const { legacyIds, schema, config } = engine;
  const listed = config.LEGACY_IDS.includes(dialect.name);
  const translationOf = translationsOf(dialect.name, listed, legacyIds, schema, operations);
  const headers = sunsetHeaders(dialect.name, config);
  for (const { prefix, rows } of dialect.mounts) {
    await app.register(
      async (scope) => {
        scope.decorateRequest('context', null);
        scope.decorateRequest('keptBody', undefined);
        speakDialect(scope, dialect);
        parseBodies(scope, 'application/json', parseJsonBody);
        parseBodies(scope, 'application/x-www-form-urlencoded', parseFormBody);
        await scope.register(multipart, {
          limits: { ...FORM_LIMITS, fileSize: engine.config.UPLOAD_MAX_BYTES },
        });
        for (const row of rows.filter((one) => isAnswered(one, config))) {
          const key = { door: dialect.name, endpoint: endpointOf(prefix, row) };
          const tally = engine.tallyOf(key);
          const answers = { headers, tally };
          const options = {
            config: { door: dialect.name, row, answers, rawBody: row.upload === 'raw' },
            exposeHeadRoute: false,
            method: methodsOf(row, operations),
            url: row.path,
            // A form has the limits of its parts; any other body has those of every row.
            bodyLimit: row.upload === 'raw' ? engine.config.UPLOAD_MAX_BYTES : undefined,
            preParsing: row.methods.some((method) => method !== 'GET')
              ? beforeBody(engine, dialect, row)
              : undefined,
            ...engine.hooksOf?.(dialect, row, key, isQuery(operations, row.operation)),
            handler: handlerOf(engine, dialect, row, operations, translationOf(row), answers),
          };
          if (row.upload === 'raw') {
            await scope.register(async (inner) => void takeRawBodies(inner).route(options));
          } else scope.route(options);
        }
      },
      { prefix },
    );
  }
}

/** Throws, naming dialect and row, when two rows answer the same method and URL. */
function assertDistinct(dialects: readonly Dialect[]): void {
  const taken = new Set<string>();
  for (const { name, mounts } of dialects) {
    for (const { prefix, rows } of mounts) {
      for (const { id, methods, path } of rows) {
        for (const endpoint of methods.map((method) => `${method} ${prefix}${path}`)) {
          if (taken.has(endpoint)) throw new Error(`${name}: ${id} ${endpoint} is already another row's`);
          taken.add(endpoint);
        }
      }
    }
  }
}

/** Mounts every dialect; boot fails, naming it, on a document or a row that does not fit. */
export async function mountDialects(
  app: FastifyInstance,
  dialects: readonly Dialect[],
  engine: Engine,
): Promise<void> {
  assertDistinct(dialects);
  for (const dialect of dialects) await mountDialect(app, engine, dialect);
}
