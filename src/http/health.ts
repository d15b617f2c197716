import type { FastifyInstance } from 'fastify';

type Check = () => Promise<boolean>;

export interface HealthChecks {
  /** Without it nothing can be answered. */
  database: Check;
  /** Without it reads and sessions go on. */
  redis: Check;
}

const stateOf = async (check: Check): Promise<'ok' | 'down'> => ((await check()) ? 'ok' : 'down');

/**
 * `/livez` says that the process runs; `/readyz` that it can serve: 503 unless the database takes writes, 200 with the
 * status `degraded` where Redis alone does not answer, which is 503 with `?strict`.
 */
export function registerHealth(app: FastifyInstance, checks: HealthChecks): void {
  const unlimited = { config: { rateLimit: false } } as const;
  app.get('/livez', unlimited, async () => ({ status: 'ok' }));
  app.get<{ Querystring: Record<string, unknown> }>('/readyz', unlimited, async (request, reply) => {
    const [database, redis] = await Promise.all([stateOf(checks.database), stateOf(checks.redis)]);
    const withoutRedis = 'strict' in request.query ? 'down' : 'degraded';
    const status = database === 'down' ? 'down' : redis === 'down' ? withoutRedis : 'ok';
    return reply.code(status === 'down' ? 503 : 200).send({ status, database, redis });
  });
}
