import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { errorsPlugin, formatError } from './errors.js';
import { KnownQueries } from './known-queries.js';
import { limitsPlugin } from './limits.js';
import { LIMITS } from './query-size.js';

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
