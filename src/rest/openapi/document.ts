import type { FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Data, Dialect, Method, Route } from '../dialect.js';
import { Input } from '../input.js';
import { loadOperations } from '../operations.js';
import type { JsonSchema } from './infer.js';
import { optionalOf, type Parameter, parametersOf, recorder } from './parameters.js';
import { failures, responsesOf, successes } from './responses.js';
import { FULL, sampler, type Variant } from './samples.js';

/** An OpenAPI 3.1 document of a dialect, made from its table: what rows read, and what they make of samples. */

const JSON_TYPE = 'application/json';
const IN_BODY: readonly Method[] = ['POST', 'PUT', 'PATCH'];

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

/** The apps of the open API prove themselves otherwise. */
function takesTokens(dialect: Dialect): boolean {
  const request = { headers: { authorization: 'Bearer token' } } as FastifyRequest;
  return dialect.token(request, new Input({})) !== undefined;
}

/** One row under one of its methods. */
function operationsOf(
  dialect: Dialect,
  route: Route,
  path: string,
  sample: (operation: string, variables: Record<string, unknown>, variant: Variant) => Data,
): Record<string, unknown> {
  const { parameters, variables } = parametersOf(dialect, route);
  const input = recorder(dialect, route);
  const aside = route.aside && sample(route.aside.operation, route.aside.variables(input), FULL);
  const success = successes(
    dialect,
    route,
    input,
    (variant) => sample(route.operation, variables, variant),
    aside,
  );
  const all = [...parameters, ...optionalOf(dialect, route, input, parameters)];
  const responses = responsesOf(success, failures(dialect, route, aside));
  return Object.fromEntries(
    route.methods.map((method) => [
      method.toLowerCase(),
      {
        tags: [route.id],
        summary: route.summary,
        description: `GraphQL: \`${route.operation}\`.`,
        operationId: `${method.toLowerCase()}${path.replace(/\W+/g, '_')}`,
        ...inputOf(method, route, all),
        responses,
      },
    ]),
  );
}

/** The OpenAPI document of a dialect. */
export function openApiDocument(dialect: Dialect, schema: GraphQLSchema): Record<string, unknown> {
  const operations = loadOperations(dialect, schema);
  const answer = sampler(schema);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { prefix, routes } of dialect.mounts) {
    for (const route of routes) {
      const path = (prefix + route.path).replace(/:(\w+)/g, '{$1}');
      paths[path] = {
        ...paths[path],
        ...operationsOf(dialect, route, path, (name, ...rest) => answer(operations.get(name) ?? '', ...rest)),
      };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: dialect.title,
      version: '1',
      description: 'Parameters are read from query and body alike.',
    },
    servers: [{ url: '/' }],
    paths,
    ...(takesTokens(dialect) && {
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token is good at every door that takes one.',
          },
        },
      },
      security: [{}, { token: [] }],
    }),
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
