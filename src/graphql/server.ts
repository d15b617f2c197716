import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { errorsPlugin, formatError } from './errors.js';
import { KnownQueries } from './known-queries.js';
import { limitsPlugin } from './limits.js';
import { LIMITS } from './query-size.js';

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

/** Apollo, and what it need not be asked again. */
export interface GraphqlServer {
  apollo: ApolloServer<RequestContext>;
  known: KnownQueries;
}

/** The one pipeline: `/graphql` and every row of every dialect run through it. */
export async function createGraphqlServer(
  schema: GraphQLSchema,
  config: Pick<Config, 'PLAYGROUND'>,
  log: FastifyBaseLogger,
): Promise<GraphqlServer> {
  const known = new KnownQueries(schema);
  const apollo = new ApolloServer<RequestContext>({
    gateway: known.gateway,
    formatError,
    introspection: config.PLAYGROUND,
    hideSchemaDetailsFromClientErrors: !config.PLAYGROUND,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documentStore(),
    maxRecursiveSelections: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    plugins: [
      // Its wrapping of every resolver is paid on every request.
      ApolloServerPluginCacheControlDisabled(),
      // It loads scripts from elsewhere; the playground is ours.
      ApolloServerPluginLandingPageDisabled(),
      limitsPlugin,
      errorsPlugin(log),
    ],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  return { apollo, known };
}
