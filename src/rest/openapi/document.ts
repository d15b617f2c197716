import type { GraphQLSchema } from 'graphql';
import type { Config } from '../../config.js';
import { type Dialect, type Exchange, isAnswered, type Method, type Row, withAside } from '../dialect.js';
import { loadOperations } from '../operations.js';
import {
  documentParameters,
  type ParameterDocument,
  type Parameters,
  sampleParameters,
  type Values,
} from '../parameters.js';
import { failures, responsesOf, successes } from './responses.js';
import { FULL, sampler, type Variant } from './samples.js';

/** An OpenAPI 3.1 document of a dialect, made from its tables: what rows declare, and what they make of samples. */

const JSON_TYPE = 'application/json';
const IN_BODY: readonly Method[] = ['POST', 'PUT', 'PATCH'];

const describe = ({ meaning, example }: ParameterDocument) => ({
  ...(meaning && { description: meaning }),
  ...(example && { example }),
});

function inputOf(
  method: Method,
  { path, upload }: Row,
  parameters: readonly ParameterDocument[],
): Record<string, unknown> {
  const inPath = (name: string) => path.includes(`:${name}`);
  const inBody = (name: string) => IN_BODY.includes(method) && !inPath(name);
  const outside = parameters.filter(({ name }) => !inBody(name));
  const inside = parameters.filter(({ name }) => inBody(name));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(inside.map((one) => [one.name, { ...one.schema, ...describe(one) }])),
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
      schema: one.schema,
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

/** The ways a token is sent: a request needs one of them, or none. */
function securityOf({ token }: Dialect): Record<string, unknown> {
  if (!token) return {};
  const [parameter] = token.parameter ?? [];
  const sources = Object.entries({ header: token.header, cookie: token.cookie, query: parameter });
  const schemes: Record<string, object> = {
    token: { type: 'http', scheme: 'bearer', description: 'A token is good at every door that takes one.' },
    ...Object.fromEntries(
      sources.flatMap(([source, name]) =>
        name ? [[`${source}Token`, { type: 'apiKey', in: source, name }]] : [],
      ),
    ),
  };
  return {
    components: { securitySchemes: schemes },
    security: [{}, ...Object.keys(schemes).map((name) => ({ [name]: [] }))],
  };
}

/** Answers an operation by its name. */
type Sample = (operation: string, variables: Record<string, unknown>, variant: Variant) => unknown;

/** Fields that a row's aside adds. */
function asideOf({ aside }: Row, sample: Sample) {
  if (!aside) return undefined;
  const values = sampleParameters(aside.parameters ?? {});
  return aside.result?.(sample(aside.operation, aside.variables?.(values) ?? {}, FULL), values);
}

/** The values of a request that leaves out whatever it may: some rows answer it otherwise. */
const withoutOptional = (parameters: Parameters, values: Values<Parameters>): Values<Parameters> =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) =>
      parameters[name]?.documents(name).some(({ required }) => required),
    ),
  );

/** One row under one of its methods. */
function operationsOf(
  dialect: Dialect,
  row: Row,
  path: string,
  sample: Sample,
  config: Exchange['config'],
): Record<string, unknown> {
  const parameters = row.parameters ?? {};
  const values = sampleParameters(parameters);
  const variables = row.variables?.(values) ?? {};
  const aside = asideOf(row, sample);
  const dataOf = (variant: Variant) => sample(row.operation, variables, variant);
  const success = [values, withoutOptional(parameters, values)]
    .flatMap((brought) => successes(dialect, row, brought, dataOf, config))
    .map((reply) => withAside(reply, aside));
  const responses = responsesOf(success, failures(dialect, row, aside));
  return Object.fromEntries(
    row.methods.map((method) => [
      method.toLowerCase(),
      {
        tags: [row.id],
        summary: row.summary,
        description: `GraphQL: \`${row.operation}\`.`,
        operationId: `${method.toLowerCase()}${path.replace(/\W+/g, '_')}`,
        ...inputOf(method, row, documentParameters(parameters)),
        responses,
      },
    ]),
  );
}

const OLD_IDS =
  ' Ids of accounts are those of the system before; an account without one there goes by its own.';

/** The settings that a document depends on. */
type DocumentConfig = Pick<Config, 'LEGACY_IDS' | 'PLUS_STANDALONE'> & Exchange['config'];

/** The OpenAPI document of a dialect. */
export function openApiDocument(
  dialect: Dialect,
  schema: GraphQLSchema,
  config: DocumentConfig,
): Record<string, unknown> {
  const speaksOldIds = config.LEGACY_IDS.includes(dialect.name);
  const operations = loadOperations(dialect, schema);
  const answer = sampler(schema);
  const sample: Sample = (name, ...rest) => answer(operations.get(name) ?? '', ...rest);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { prefix, rows } of dialect.mounts) {
    for (const row of rows.filter((one) => isAnswered(one, config))) {
      const path = (prefix + row.path).replace(/:(\w+)/g, '{$1}');
      paths[path] = {
        ...paths[path],
        ...operationsOf(dialect, row, path, sample, config),
      };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: dialect.title,
      version: '1',
      description: `Parameters are read from query and body alike.${speaksOldIds ? OLD_IDS : ''}`,
    },
    servers: [{ url: '/' }],
    paths,
    ...securityOf(dialect),
  };
}

/** A document of each dialect, made when it is first asked for. */
export function apiDocuments(
  dialects: readonly Dialect[],
  schema: GraphQLSchema,
  config: DocumentConfig,
): Record<string, { title: string; document: () => unknown }> {
  return Object.fromEntries(
    dialects.map((dialect) => {
      let made: Record<string, unknown> | undefined;
      const document = () => {
        made ??= openApiDocument(dialect, schema, config);
        return made;
      };
      return [dialect.name, { title: dialect.title, document }];
    }),
  );
}
