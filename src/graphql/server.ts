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
import type { AskedOperation } from './http-request.js';
import { limitsPlugin } from './limits.js';
import { negotiationPlugin, refusalStatus } from './negotiation.js';
import type { GraphqlRequest } from './operation.js';
import { type PersistedQueries, persistencePlugin } from './persisted-queries.js';
import { LIMITS } from './query-size.js';
import { TrustedDocuments } from './trusted-documents.js';
import { Validation } from './validation.js';

/** Parsed queries that are kept, in characters of their texts; each stands for up to 100 bytes. */
const DOCUMENTS_MAX = 300_000;

type Store<Option extends 'documentStore' | 'persistedQueries'> = Exclude<
  NonNullable<ApolloServerOptions<RequestContext>[Option]>,
  false
>;

/** The hash or id that Apollo has put something before. */
const idIn = (key: string): string => key.slice(key.lastIndexOf(':') + 1);

/** Apollo's own store keeps ten times as much, which any stranger can fill. */
function documentStore(trusted: TrustedDocuments): Store<'documentStore'> {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: DOCUMENTS_MAX,
    sizeCalculation: ({ loc }) => loc?.end || 1,
  });
  return {
    get: async (key) => trusted.find(idIn(key))?.document ?? documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}

/** Where Apollo looks for the texts of ids. They are kept by a plugin, which knows who has sent them. */
const textStore = (
  trusted: TrustedDocuments,
  persisted: PersistedQueries | undefined,
): Store<'persistedQueries'> => ({
  cache: {
    get: async (key) => trusted.find(idIn(key))?.text ?? persisted?.find(idIn(key)),
    set: async () => undefined,
    delete: async () => undefined,
  },
});

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
    private readonly trusted: TrustedDocuments,
    private readonly persisted: PersistedQueries | undefined,
    /** The server for requests that are more than an operation: GET, forms, other types of answers. */
    readonly apollo: ApolloServer<RequestContext>,
  ) {}

  /** Runs an operation, or tells why not; a compiled query does without Apollo. */
  execute(request: GraphqlRequest, ctx: RequestContext): Promise<Answer> {
    return this.executeCompiled(request, ctx) ?? this.executeByApollo(request, ctx);
  }

  /** Runs what a client asks for, if that is compiled; undefined for anything else, which has not run. */
  answerCompiled(asked: AskedOperation, ctx: RequestContext): Promise<Answer> | undefined {
    const request = this.requestOf(asked);
    return request && this.executeCompiled(request, ctx);
  }

  private executeCompiled(request: GraphqlRequest, ctx: RequestContext): Promise<Answer> | undefined {
    const compiled = this.executor.find(request, ctx);
    return compiled && this.executor.runCompiled(compiled, request, ctx);
  }

  /** The document that is asked for, as far as that is known without asking Redis, and is answered to clients. */
  private requestOf({ id, query: sent, ...rest }: AskedOperation): GraphqlRequest | undefined {
    const trusted = id === undefined ? this.trusted.ofText(sent) : this.trusted.find(id);
    if (trusted) return { query: trusted.text, compiled: trusted.compiled, ...rest };
    // Apollo refuses it; others may have had the same text compiled.
    if (this.trusted.only) return undefined;
    const query = id === undefined ? sent : this.persisted?.remembered(id);
    return query === undefined ? undefined : { query, ...rest };
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

type ServerConfig = Pick<Config, 'PLAYGROUND'> &
  Partial<Pick<Config, 'TRUSTED_DOCUMENTS' | 'TRUSTED_DOCUMENTS_ONLY'>>;

/**
 * The server of a schema. Throws a StartError where the operator's list of documents cannot be used.
 * @param persisted keeps the texts of clients' queries, if they may ask for them by their hashes.
 */
export async function createGraphqlServer(
  schema: GraphQLSchema,
  config: ServerConfig,
  log: FastifyBaseLogger,
  persisted?: PersistedQueries,
): Promise<GraphqlServer> {
  const validation = new Validation(schema, config.PLAYGROUND);
  const { TRUSTED_DOCUMENTS: list, TRUSTED_DOCUMENTS_ONLY: only = false } = config;
  const trusted = await TrustedDocuments.load(list, only, schema, validation);
  const executor = new Executor(validation, log);
  const apollo = new ApolloServer<RequestContext>({
    schema,
    formatError,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: (persisted || list !== undefined) && textStore(trusted, persisted),
    documentStore: documentStore(trusted),
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
      limitsPlugin(validation, trusted),
      executionPlugin(executor),
      errorsPlugin(log),
      ...(persisted ? [persistencePlugin(persisted)] : []),
    ],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  return new GraphqlServer(executor, trusted, persisted, apollo);
}
