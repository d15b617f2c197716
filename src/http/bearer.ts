import type { FastifyRequest } from 'fastify';

/** `Authorization: Bearer …`, understood at every door. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
