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
import { executionOf } from './execution.js';
import { limitsPlugin } from './limits.js';
import { LIMITS } from './query-size.js';

/** The one pipeline: `/graphql` and every row of every dialect run through it. */
export async function createGraphqlServer(
  schema: GraphQLSchema,
  config: Pick<Config, 'PLAYGROUND'>,
  log: FastifyBaseLogger,
): Promise<ApolloServer<RequestContext>> {
  const server = new ApolloServer<RequestContext>({
    gateway: executionOf(schema),
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
  await server.start();
  return server;
}
