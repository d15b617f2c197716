import type { FastifyInstance } from 'fastify';

/** `/livez` says that the process runs; `/readyz` that it can serve: 200 only when Redis answers and the database takes writes. */
export function registerHealth(app: FastifyInstance, checks: Record<string, () => Promise<boolean>>): void {
  const unlimited = { config: { rateLimit: false } } as const;
  app.get('/livez', unlimited, async () => ({ status: 'ok' }));
  app.get('/readyz', unlimited, async (_request, reply) => {
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await check()) ? 'ok' : 'down'] as const),
    );
    const ready = entries.every(([, state]) => state === 'ok');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ok' : 'down', ...Object.fromEntries(entries) });
  });
}
