import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.js';
import type { AppError } from './errors/app-error.js';
import { PersistedQueries } from './graphql/persisted-queries.js';
import { registerGraphql } from './graphql/routes.js';
import { createSchema, schemaText } from './graphql/schema.js';
import { registerSchemaDocument } from './graphql/schema-document.js';
import { createGraphqlServer } from './graphql/server.js';
import { asSubgraph } from './graphql/subgraph.js';
import { bearerToken } from './http/bearer.js';
import { registerBodies } from './http/bodies.js';
import { answerBeforeTheEnd, limitArrival } from './http/connections.js';
import { type ContextFactory, contextFactory } from './http/context-factory.js';
import { SESSION_COOKIE } from './http/cookies.js';
import { registerDocs } from './http/docs.js';
import { registerErrorHandlers, sendError } from './http/errors.js';
import { registerFiles } from './http/files.js';
import { registerHealth } from './http/health.js';
import { asksForPage, linksOf, registerHome, sendPage } from './http/home.js';
import { registerIntrospection } from './http/introspection.js';
import { registerRequestLog } from './http/logging.js';
import { registerMetrics } from './http/metrics.js';
import { measureRequests } from './http/note.js';
import { refuseUnreadableHeads } from './http/request-head.js';
import { registerSecurity } from './http/security.js';
import type { Readdress, SendUnrouted } from './http/server.js';
import { parseJsonStrictly } from './http/text-bodies.js';
import type { Infrastructure } from './infrastructure.js';
import { countCall, type TallyOf } from './rest/calls.js';
import { RuleBook } from './rest/comparison/rules.js';
import { DIALECTS } from './rest/dialects/index.js';
import { sendFailure } from './rest/handler.js';
import { dialectUnder, mountDialects } from './rest/mount.js';
import { apiDocuments } from './rest/openapi/document.js';
import { Shadow } from './rest/shadow/shadow.js';
import { readShares } from './rest/shadow/shares.js';
import { readdressing } from './rest/upstream/destination.js';
import type { OutwardId } from './rest/upstream/identity.js';
import { Passing, type RowObserver } from './rest/upstream/passing.js';
import { areNone, readServers } from './rest/upstream/servers.js';
import type { Services } from './services.js';

/**
 * Answers in the envelope of the dialect that the URL lies under, even where the router does not know it for that. Who is
 * nowhere is told what is where: a person by a page, a program by links.
 */
export const unroutedSender =
  (config: Config): SendUnrouted =>
  (error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const dialect = dialectUnder(DIALECTS, request.url);
    if (dialect) return sendFailure(dialect, error, request, reply);
    if (error.code !== 'NOT_FOUND') return sendError(error, request, reply);
    if (asksForPage(request)) return sendPage(request, reply, config, 404);
    return sendError(error, request, reply, linksOf(config));
  };

/** Tells by which URL a request is routed, where there are old servers that others than ours may be for. */
export function readdresser(config: Config): Readdress | undefined {
  const servers = readServers(DIALECTS, config);
  return areNone(servers, DIALECTS) ? undefined : readdressing(DIALECTS, servers);
}

/** Passes on what old servers answer, if there are any. */
async function registerPassing(
  http: FastifyInstance,
  config: Config,
  createContext: ContextFactory,
  outwardId: OutwardId,
): Promise<Passing | undefined> {
  const servers = readServers(DIALECTS, config);
  if (areNone(servers, DIALECTS)) return undefined;
  return Passing.register(http, {
    dialects: DIALECTS,
    servers,
    config,
    createContext,
    secret: config.UPSTREAM_SECRET,
    outwardId,
  });
}

/** Counts the calls of rows that an old server answered. */
const PASSED_CALLS: RowObserver = {
  wants: () => true,
  maxBytes: 0,
  tell: ({ request }) => {
    const { answers } = request.routeOptions.config;
    if (answers) countCall(answers.tally, 'passed', request);
  },
};

/** Compares the two sides, where `SHADOW` says so. */
function createShadow(
  http: FastifyInstance,
  config: Config,
  schema: GraphQLSchema,
  { shadowResults: results }: Pick<Services, 'shadowResults'>,
  passing: Passing | undefined,
): Shadow | undefined {
  const shares = readShares(DIALECTS, readServers(DIALECTS, config), config);
  if (shares.size === 0 || !passing) return undefined;
  const shadow = new Shadow({ http, passing, shares, results, book: new RuleBook(DIALECTS, schema) });
  http.addHook('onClose', async () => {
    await shadow.settle();
    await results.settle();
  });
  return shadow;
}

/** Every door but `cli`, on one HTTP server. Hooks run in the order in which they are registered here. */
export async function registerRoutes(
  http: FastifyInstance,
  config: Config,
  { database, redis, metrics }: Infrastructure,
  services: Services,
): Promise<void> {
  const { legacyIds } = services;
  await legacyIds.assertNumbers({ em: database.fork() }, config.LEGACY_IDS);
  const plain = createSchema(services);
  const schema = config.FEDERATION ? asSubgraph(plain, services.users) : plain;
  const persists = config.PERSISTED_QUERIES && !config.TRUSTED_DOCUMENTS_ONLY;
  const persisted = persists ? new PersistedQueries(redis.client, config) : undefined;
  const server = await createGraphqlServer(schema, config, http.log, persisted);
  http.addHook('onClose', () => server.apollo.stop());
  const createContext = contextFactory(database, services.sessions, config);

  answerBeforeTheEnd(http);
  registerRequestLog(http);
  measureRequests(http, metrics);
  registerErrorHandlers(http, unroutedSender(config));
  const passing = await registerPassing(http, config, createContext, (system, userId) =>
    legacyIds.outwardId(database, system, userId),
  );
  await registerSecurity(http, config, passing);
  if (passing) limitArrival(http);
  refuseUnreadableHeads(http);
  parseJsonStrictly(http);
  registerBodies(http, config);
  await registerMetrics(http, metrics, config);
  registerHealth(http, { database: database.ping, redis: redis.ping });
  registerFiles(http, services.imageReader);
  registerHome(http, config);
  if (config.SCHEMA_DOCUMENT) registerSchemaDocument(http, schemaText(plain));
  await registerIntrospection(http, config, services.introspection, createContext);
  await registerGraphql(http, {
    server,
    config,
    createContext: (request, ambient) =>
      createContext(request, {
        door: 'graphql',
        canShowCaptcha: true,
        ambient,
        token: bearerToken(request) ?? (ambient ? request.cookies[SESSION_COOKIE] : undefined),
      }),
  });
  if (config.API_DOCS) await registerDocs(http, apiDocuments(DIALECTS, schema, config));
  const tallyOf: TallyOf = (key) => services.calls.tallyOf(key);
  const shadow = createShadow(http, config, schema, services, passing);
  if (shadow) passing?.observe(shadow.observer);
  passing?.observe(PASSED_CALLS);
  await mountDialects(http, DIALECTS, {
    server,
    schema,
    createContext,
    config,
    legacyIds,
    tallyOf,
    hooksOf: shadow?.hooksOf,
  });
}
