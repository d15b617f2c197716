import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Connections on which nothing was asked yet do not hold up closing. Browsers and pools open them ahead; Node takes
 * them for busy ones, and would wait until they time out.
 */
export function dropUnusedConnections(http: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  http.server.on('connection', (socket: Socket) => {
    if (closing) socket.destroy();
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  http.server.on('request', ({ socket }) => unused.delete(socket));
  http.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) socket.destroy();
  });
}
