import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from './config.js';
import type { AppError } from './errors/app-error.js';
import { toAppError } from './errors/unexpected.js';
import { registerGraphql } from './graphql/routes.js';
import { createSchema } from './graphql/schema.js';
import { createGraphqlServer } from './graphql/server.js';
import { bearerToken } from './http/bearer.js';
import { registerBodies } from './http/bodies.js';
import { handleClientError } from './http/client-error.js';
import { answerBeforeTheEnd, drainConnections } from './http/connections.js';
import { contextFactory } from './http/context-factory.js';
import { SESSION_COOKIE } from './http/cookies.js';
import { registerDocs } from './http/docs.js';
import { registerErrorHandlers, sendError } from './http/errors.js';
import { registerFiles } from './http/files.js';
import { registerHealth } from './http/health.js';
import { asksForPage, registerHome, sendPage } from './http/home.js';
import { loggerOptions, registerRequestLog, requestId, requestLogger } from './http/logging.js';
import { parseQuery } from './http/query.js';
import { refuseUnreadableHeads } from './http/request-head.js';
import { registerSecurity } from './http/security.js';
import { parseJsonStrictly } from './http/text-bodies.js';
import type { EmbeddedOptions } from './infra/database/orm-options.js';
import { rangeMatcher } from './infra/ip.js';
import { closeInfrastructure, type Infrastructure, openInfrastructure } from './infrastructure.js';
import { createJobRunner } from './jobs/jobs.js';
import { JobSchedule } from './jobs/schedule.js';
import { DIALECTS } from './rest/dialects/index.js';
import { sendFailure } from './rest/handler.js';
import { dialectUnder, mountDialects } from './rest/mount.js';
import { apiDocuments } from './rest/openapi/document.js';
import { createServices, type Services } from './services.js';

export interface App {
  http: FastifyInstance;
  services: Services;
  infrastructure: Infrastructure;
  /** Starts to listen; `announce` hears the address before anything else is printed. */
  listen(announce?: (address: string) => void): Promise<string>;
  /** Stops taking requests, finishes those under way, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * In the envelope of the door that the URL lies under, even where the router does not know it for that; to a person
 * who is nowhere, as a page that says what is where.
 */
function sendUnrouted(
  config: Config,
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const dialect = dialectUnder(DIALECTS, request.url);
  if (dialect) return sendFailure(dialect, error, request, reply);
  const lost = error.code === 'NOT_FOUND' && asksForPage(request);
  return lost ? sendPage(request, reply, config, 404) : sendError(error, request, reply);
}

function createHttp(config: Config): FastifyInstance {
  const http: FastifyInstance = Fastify({
    logger: loggerOptions(config),
    // The line for each request is our own (http/logging.ts): theirs holds the URL, and with it secrets.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    childLoggerFactory: requestLogger,
    trustProxy: config.TRUSTED_PROXIES.length > 0 && rangeMatcher(config.TRUSTED_PROXIES),
    bodyLimit: config.BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    // A request without a host is refused in the envelope of its door (http/request-head.ts), not without a body.
    http: { maxHeaderSize: 16_384, headersTimeout: 20_000, requireHostHeader: false },
    forceCloseConnections: 'idle',
    // What comes while closing is answered, at its own door; it is the last on its connection.
    return503OnClosing: false,
    // A URL that cannot be decoded reaches no route, and still comes out in the envelope of its door.
    frameworkErrors: (raw, request, reply) => void sendUnrouted(config, toAppError(raw), request, reply),
    clientErrorHandler: (error, socket) => void handleClientError(http, error, socket),
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 512,
      querystringParser: parseQuery,
    },
  });
  return http;
}

/** Every door of the gateway, on one HTTP server. */
async function registerDoors(
  http: FastifyInstance,
  config: Config,
  infrastructure: Infrastructure,
  services: Services,
) {
  const { database, redis, storage } = infrastructure;
  const schema = createSchema(services);
  const server = await createGraphqlServer(schema, config, http.log);
  http.addHook('onClose', () => server.apollo.stop());
  const createContext = contextFactory(database, services.sessions, config);

  answerBeforeTheEnd(http);
  registerRequestLog(http);
  registerErrorHandlers(http, (error, request, reply) => sendUnrouted(config, error, request, reply));
  await registerSecurity(http, config);
  refuseUnreadableHeads(http);
  parseJsonStrictly(http);
  registerBodies(http, config);
  registerHealth(http, { database: database.ping, redis: redis.ping });
  registerFiles(http, storage);
  registerHome(http, config);
  await registerGraphql(http, {
    server,
    config,
    createContext: (request) =>
      createContext(request, {
        door: 'graphql',
        canShowCaptcha: true,
        token: bearerToken(request) ?? request.cookies[SESSION_COOKIE],
      }),
  });
  if (config.API_DOCS) await registerDocs(http, apiDocuments(DIALECTS, schema));
  await mountDialects(http, DIALECTS, { server, schema, createContext, config });
}

/** Builds the gateway from a configuration; never listens by itself. Tests hand in a prepared embedded database. */
export async function createApp(config: Config, embedded?: EmbeddedOptions): Promise<App> {
  const infrastructure = await openInfrastructure(config, embedded);
  const http = createHttp(config);
  const drain = drainConnections(http);
  // The rest of the time is for requests under way.
  const drainMs = (config.SHUTDOWN_SECONDS * 1000) / 2;
  let address = '';
  const publicUrl = () => config.PUBLIC_URL ?? address;
  const services = createServices(config, infrastructure, { log: http.log, publicUrl });
  const jobs = createJobRunner(config, infrastructure, services, http.log);
  const schedule = new JobSchedule((signal) => jobs.run(signal), config.JOB_INTERVAL_MINUTES * 60_000);
  const close = async () => {
    // Both at once: a job under way ends at its next step, while requests are finished.
    await Promise.all([schedule.stop(), drain.begin(drainMs).then(() => http.close())]);
    await services.securityEvents.settle();
    await closeInfrastructure(infrastructure);
  };
  try {
    await registerDoors(http, config, infrastructure, services);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    http,
    services,
    infrastructure,
    listen: async (announce = () => {}) => {
      await http.listen({
        host: config.HOST,
        port: config.PORT,
        listenTextResolver: (found) => {
          // Called for each address of the machine; the first one is as good as any.
          if (address === '') {
            address = found;
            announce(found);
          }
          return `listening at ${found}`;
        },
      });
      schedule.start();
      return address;
    },
    close,
  };
}
