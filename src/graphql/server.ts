import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { errorsPlugin, formatError } from './errors.js';
import { type Answer, Executor } from './executor.js';
import { limitsPlugin } from './limits.js';
import { negotiationPlugin, refusalStatus } from './negotiation.js';
import type { GraphqlRequest } from './operation.js';
import { LIMITS } from './query-size.js';
import { Validation } from './validation.js';

/** Parsed queries that are kept, in characters of their texts; each stands for up to 100 bytes. */
const DOCUMENTS_MAX = 300_000;

/** Apollo's own store keeps ten times as much, which any stranger can fill. */
function documentStore(): NonNullable<ApolloServerOptions<RequestContext>['documentStore']> {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: DOCUMENTS_MAX,
    sizeCalculation: ({ loc }) => loc?.end || 1,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}

/** Operations that Apollo has read are run by the executor. */
const executionPlugin = (executor: Executor): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async responseForOperation({ schema, document, operation, source, request, contextValue }) {
        const { operationName, variables } = request;
        const asked = { schema, document, operation };
        const answer = await executor.run({ query: source, operationName, variables }, asked, contextValue);
        // Apollo explains that the document has no operation of that name.
        if (!answer) return null;
        const { http = { headers: new HeaderMap() }, ...singleResult } = answer;
        if (answer.data === undefined) http.status ??= refusalStatus(request.http?.headers.get('accept'));
        return { http, body: { kind: 'single', singleResult } };
      },
    };
  },
});

/** The one pipeline: `/graphql` and every row of every dialect run through it. */
export class GraphqlServer {
  constructor(
    private readonly executor: Executor,
    /** The server for requests that are more than an operation: GET, forms, other types of answers. */
    readonly apollo: ApolloServer<RequestContext>,
  ) {}

  /** Runs an operation, or tells why not; a compiled query does without Apollo. */
  execute(request: GraphqlRequest, ctx: RequestContext): Promise<Answer> {
    const compiled = this.executor.find(request, ctx);
    return compiled ? this.executor.runCompiled(compiled, request, ctx) : this.executeByApollo(request, ctx);
  }

  private async executeByApollo(
    { query, operationName, variables }: GraphqlRequest,
    contextValue: RequestContext,
  ): Promise<Answer> {
    const request = { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
    const { body, http } = await this.apollo.executeOperation(request, { contextValue });
    // Only answers with `@defer` and `@stream`, which the schema does not know, come in parts.
    if (body.kind !== 'single') throw new AppError('INTERNAL');
    return { ...body.singleResult, http };
  }
}

export async function createGraphqlServer(
  schema: GraphQLSchema,
  config: Pick<Config, 'PLAYGROUND'>,
  log: FastifyBaseLogger,
): Promise<GraphqlServer> {
  const validation = new Validation(schema, config.PLAYGROUND);
  const executor = new Executor(validation, log);
  const apollo = new ApolloServer<RequestContext>({
    schema,
    formatError,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documentStore(),
    parseOptions: { maxTokens: LIMITS.tokens },
    // Apollo would validate before anything can be refused; validation comes after the limits
    // (validation.ts).
    dangerouslyDisableValidation: true,
    plugins: [
      // Cache control wraps every resolver, which every request would pay for.
      ApolloServerPluginCacheControlDisabled(),
      // Apollo's page loads scripts from elsewhere; the playground is ours.
      ApolloServerPluginLandingPageDisabled(),
      negotiationPlugin,
      limitsPlugin(validation),
      executionPlugin(executor),
      errorsPlugin(log),
    ],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  return new GraphqlServer(executor, apollo);
}
