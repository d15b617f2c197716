import type { FastifyRequest } from 'fastify';
import { parseIp } from '../infra/ip.js';

const NOWHERE = '0.0.0.0';

/**
 * The address that a request came from. A proxy may forward anything as one; then the proxy itself is who calls. Of a
 * client that has hung up there is none any more, whatever the types say.
 */
export const clientIp = ({ ip, socket }: FastifyRequest): string =>
  parseIp(ip ?? '') ?? parseIp(socket.remoteAddress ?? '') ?? NOWHERE;
