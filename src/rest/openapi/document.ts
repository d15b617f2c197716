import type { GraphQLSchema } from 'graphql';
import { AppError } from '../../errors/app-error.js';
import { ERRORS, type ErrorCode } from '../../errors/codes.js';
import { type Dialect, type Exchange, type Method, meaningOf, type Reply, type Route } from '../dialect.js';
import { loadOperations } from '../operations.js';
import { ANY_KEY, type JsonSchema, merge, schemaOf } from './infer.js';
import { type Parameter, parametersOf, recorder } from './parameters.js';
import { sampler, VARIANTS } from './samples.js';

/** An OpenAPI 3.1 document of a dialect, made from its table: what rows read, and what they make of samples. */

const CODES = Object.keys(ERRORS) as ErrorCode[];
const JSON_TYPE = 'application/json';
const IN_BODY: readonly Method[] = ['POST', 'PUT', 'PATCH'];

type Sample = ReturnType<typeof sampler>;

/** Clients that want JSON, and browsers. */
const EXCHANGES = [{ accept: 'application/json' }, { accept: 'text/html' }] as const;

/** A request of no particular client; only its headers are looked at. */
const exchangeOf = (dialect: Dialect, route: Route, headers: Record<string, string>): Exchange => ({
  request: { headers } as Exchange['request'],
  input: recorder(dialect, route),
  config: { MEMBER_HOME_URL: '/' },
});

/** What a row answers when all goes well, in every variant. */
function successes(
  dialect: Dialect,
  route: Route,
  operation: string,
  sample: Sample,
  variables: Record<string, unknown>,
): Reply[] {
  return VARIANTS.flatMap((variant) => {
    try {
      const data = sample(operation, variables, variant);
      if (route.pages) {
        const body = JSON.parse(`${route.pages.open}${route.pages.items(data).join()}${route.pages.close}`);
        return [{ status: 200, body }];
      }
      return EXCHANGES.map((headers) =>
        dialect.success(route.result?.(data), route, exchangeOf(dialect, route, headers)),
      );
    } catch (error) {
      // A sample that is a failure here (nobody found), or fields that are never null together.
      if (error instanceof AppError || variant !== VARIANTS[0]) return [];
      throw error;
    }
  });
}

const failures = (dialect: Dialect, route: Route | undefined): Reply[] =>
  CODES.flatMap((code) =>
    [{}, { field: ANY_KEY }].map((details) => {
      const error = new AppError(code, details);
      return dialect.failure(error, meaningOf(dialect, error, route), route);
    }),
  );

/** Bodies of one status as one schema; undefined where there are none. */
function schemaOfBodies(replies: readonly Reply[]): JsonSchema | undefined {
  const bodies = replies.map(({ body }) => body).filter((body) => body !== undefined && !isBinary(body));
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

function responsesOf(success: readonly Reply[], failed: readonly Reply[]): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const status of new Set([...success, ...failed].map((reply) => reply.status))) {
    const good = success.filter((reply) => reply.status === status);
    const bad = failed.filter((reply) => reply.status === status);
    const texts = [...new Set(bad.map(({ body }) => JSON.stringify(body)))].sort();
    const alternatives = [schemaOfBodies(good), schemaOfBodies(bad)].filter((schema) => schema !== undefined);
    const schema = alternatives.length > 1 ? { anyOf: alternatives } : alternatives[0];
    responses[status] = {
      description: [good.length > 0 ? 'Success.' : '', ...texts.map((text) => `- \`${text}\``)]
        .filter((line) => line !== '')
        .join('\n'),
      content: { ...(schema && { [JSON_TYPE]: { schema } }), ...binaryContent(good) },
    };
  }
  return responses;
}

const typeOf = ({ type, pattern, enum: values, nullable }: Parameter): JsonSchema => {
  if (type === 'file') return { type: 'string', format: 'binary' };
  const plain = type === 'list' ? 'string' : type;
  return {
    type: nullable ? [plain, 'null'] : plain,
    ...(pattern && { pattern }),
    ...(values && { enum: nullable ? [...values, null] : [...values] }),
  };
};

const describe = (parameter: Parameter) => ({
  ...(parameter.text && { description: parameter.text }),
  ...(parameter.example && { example: parameter.example }),
});

function inputOf(
  method: Method,
  { path, upload }: Route,
  parameters: readonly Parameter[],
): Record<string, unknown> {
  const inPath = (name: string) => path.includes(`:${name}`);
  const inBody = (name: string) => IN_BODY.includes(method) && !inPath(name);
  const outside = parameters.filter(({ name }) => !inBody(name));
  const inside = parameters.filter(({ name }) => inBody(name));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(inside.map((one) => [one.name, { ...typeOf(one), ...describe(one) }])),
    required: inside.filter(({ required }) => required).map(({ name }) => name),
  };
  const types =
    upload === 'form' ? ['multipart/form-data'] : ['application/x-www-form-urlencoded', JSON_TYPE];
  const raw = { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  return {
    parameters: outside.map((one) => ({
      name: one.name,
      in: inPath(one.name) ? 'path' : 'query',
      required: one.required || inPath(one.name),
      schema: typeOf(one),
      ...describe(one),
    })),
    ...(upload === 'raw' && { requestBody: raw }),
    ...(inside.length > 0 &&
      upload !== 'raw' && {
        requestBody: {
          required: schema.required.length > 0,
          content: Object.fromEntries(types.map((type) => [type, { schema }])),
        },
      }),
  };
}

/** The OpenAPI document of a dialect. */
export function openApiDocument(dialect: Dialect, schema: GraphQLSchema): Record<string, unknown> {
  const operations = loadOperations(dialect, schema);
  const sample = sampler(schema);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { prefix, routes } of dialect.mounts) {
    for (const route of routes) {
      const { parameters, variables } = parametersOf(dialect, route);
      const operation = operations.get(route.operation) ?? '';
      const responses = responsesOf(
        successes(dialect, route, operation, sample, variables),
        failures(dialect, route),
      );
      const path = (prefix + route.path).replace(/:(\w+)/g, '{$1}');
      const item = paths[path] ?? {};
      for (const method of route.methods) {
        item[method.toLowerCase()] = {
          tags: [route.id],
          summary: route.summary,
          description: `GraphQL: \`${route.operation}\`.`,
          operationId: `${method.toLowerCase()}${path.replace(/\W+/g, '_')}`,
          ...inputOf(method, route, parameters),
          responses,
        };
      }
      paths[path] = item;
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: dialect.title,
      version: '1',
      description: 'Parameters are read from query and body alike. A token is good at every door.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  };
}

/** A document of each dialect, made when it is first asked for. */
export function apiDocuments(
  dialects: readonly Dialect[],
  schema: GraphQLSchema,
): Record<string, { title: string; document: () => unknown }> {
  return Object.fromEntries(
    dialects.map((dialect) => {
      let made: Record<string, unknown> | undefined;
      const document = () => {
        made ??= openApiDocument(dialect, schema);
        return made;
      };
      return [dialect.name, { title: dialect.title, document }];
    }),
  );
}
