import { createServer } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { AppError } from '../errors/app-error.js';
import { rangeMatcher } from '../infra/ip.js';
import type { Metrics } from '../infra/metrics.js';

/**
 * `GET /metrics` in Prometheus' text format: at a port of its own where `METRICS_PORT` names one, else here, for
 * `INTERNAL_NETWORKS` alone; for everybody else there is nothing at that URL.
 */
export async function registerMetrics(
  app: FastifyInstance,
  metrics: Metrics,
  config: Pick<Config, 'HOST' | 'METRICS_PORT' | 'INTERNAL_NETWORKS'>,
): Promise<void> {
  if (config.METRICS_PORT !== undefined) return listenApart(app, metrics, config.HOST, config.METRICS_PORT);
  const isInternal = rangeMatcher(config.INTERNAL_NETWORKS);
  app.get('/metrics', { config: { rateLimit: false } }, async (request, reply) => {
    if (!isInternal(request.clientIp) || !request.isSender) throw new AppError('NOT_FOUND');
    const { type, body } = await metrics.text();
    return reply.type(type).header('cache-control', 'no-store').send(body);
  });
}

/** Whoever reaches the port may read: it is not for the outside. */
async function listenApart(
  app: FastifyInstance,
  metrics: Metrics,
  host: string,
  port: number,
): Promise<void> {
  const server = createServer(async ({ method, url }, response) => {
    if (url !== '/metrics' || method !== 'GET') return void response.writeHead(404).end();
    const { type, body } = await metrics.text();
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  app.log.info({ metrics: server.address() }, 'metrics');
  app.addHook('onClose', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}
