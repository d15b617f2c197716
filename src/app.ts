import type { FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import { drainConnections } from './http/drain.js';
import { createHttp } from './http/server.js';
import type { EmbeddedOptions } from './infra/database/orm-options.js';
import { closeInfrastructure, type Infrastructure, openInfrastructure } from './infrastructure.js';
import { createJobRunner, createSchedules } from './jobs/jobs.js';
import { EventDeliverer } from './modules/event/event.deliverer.js';
import { readdresser, registerRoutes, unroutedSender } from './routes.js';
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

/** Listens at all addresses of the host; the first one is as good as any, and the one that is announced. */
async function listenAt(
  http: FastifyInstance,
  { HOST: host, PORT: port }: Config,
  announce: (address: string) => void,
): Promise<void> {
  let first: string | undefined;
  const listenTextResolver = (address: string) => {
    if (first === undefined) announce(address);
    first ??= address;
    return `listening at ${address}`;
  };
  await http.listen({ host, port, listenTextResolver });
}

/** Builds the gateway from a configuration; never listens by itself. Tests hand in a prepared embedded database. */
export async function createApp(config: Config, embedded?: EmbeddedOptions): Promise<App> {
  const readdress = readdresser(config);
  const infrastructure = await openInfrastructure(config, embedded);
  const http = createHttp(config, unroutedSender(config), readdress);
  const drain = drainConnections(http);
  // The rest of the time is for requests under way.
  const drainMs = (config.SHUTDOWN_SECONDS * 1000) / 2;
  let address = '';
  const publicUrl = () => config.PUBLIC_URL ?? address;
  const services = createServices(config, infrastructure, { log: http.log, publicUrl });
  infrastructure.metrics.gauge(
    'gateway_password_hashes_waiting',
    'Passwords that wait to be hashed.',
    () => services.hasher.waiting,
  );
  const jobs = createJobRunner(config, infrastructure, services, http.log);
  const schedules = createSchedules(config, jobs);
  const deliverer = new EventDeliverer(infrastructure.database.fork, services.webhooks, config, http.log);
  const close = async () => {
    // All at once: jobs under way end at their next step, while requests are finished.
    await Promise.all([
      ...schedules.map((schedule) => schedule.stop()),
      deliverer.stop(drainMs),
      drain.begin(drainMs).then(() => http.close()),
    ]);
    await Promise.all([services.securityEvents.settle(), services.calls.settle()]);
    await closeInfrastructure(infrastructure);
  };
  const listen = async (announce: (address: string) => void = () => {}) => {
    await listenAt(http, config, (first) => {
      address = first;
      announce(first);
    });
    for (const schedule of schedules) schedule.start();
    deliverer.start();
    return address;
  };
  try {
    await registerRoutes(http, config, infrastructure, services);
  } catch (error) {
    await close();
    throw error;
  }
  return { http, services, infrastructure, listen, close };
}
