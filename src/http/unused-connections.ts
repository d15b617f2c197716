import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How often connections that were answered while closing are let go, in ms. */
const SWEEP_MS = 50;

/**
 * Connections on which nothing is under way do not hold up closing. Those on which nothing was asked yet, which browsers
 * and pools open ahead, Node takes for busy ones; those that are answered later it keeps alive for another request. It
 * would wait for both until they time out.
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
    if (!http.server.listening) return;
    const sweep = setInterval(() => http.server.closeIdleConnections(), SWEEP_MS);
    http.server.once('close', () => clearInterval(sweep));
  });
}
