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
import { negotiationPlugin } from './negotiation.js';
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
  const validation = new Validation(schema, config.PLAYGROUND);
  const known = new KnownQueries(schema, validation);
  const apollo = new ApolloServer<RequestContext>({
    gateway: known.gateway,
    formatError,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documentStore(),
    parseOptions: { maxTokens: LIMITS.tokens },
    // Apollo would do it before anything can be refused; it is done behind the limits (validation.ts).
    dangerouslyDisableValidation: true,
    plugins: [
      // Its wrapping of every resolver is paid on every request.
      ApolloServerPluginCacheControlDisabled(),
      // It loads scripts from elsewhere; the playground is ours.
      ApolloServerPluginLandingPageDisabled(),
      negotiationPlugin,
      limitsPlugin(validation),
      errorsPlugin(log),
    ],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  return { apollo, known };
}
