import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The ms for which a refused body may go on arriving before its connection is cut, and may pause. */
const LINGER_MS = 30_000;
const LINGER_PAUSE_MS = 5000;

/**
 * Hangs up without taking back what was just written. A connection that is destroyed while its other end still sends is
 * reset, and a reset throws away the answer that was not read yet: so this end is closed for writing, and what still
 * arrives is thrown away for a while.
 */
export function hangUp(socket: Socket): void {
  socket.end();
  socket.setTimeout(LINGER_PAUSE_MS, () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
  socket.resume();
}

/** Answers given before their request has arrived as a whole are read by their clients all the same. */
export function answerBeforeTheEnd(http: FastifyInstance): void {
  http.addHook('onSend', ({ raw }, _reply, _payload, done) => {
    if (!raw.complete) {
      const { socket } = raw;
      // Node calls it to hang up after an answer with `Connection: close`.
      socket.destroySoon = () => (raw.complete ? Socket.prototype.destroySoon.call(socket) : hangUp(socket));
    }
    done();
  });
  http.addHook('onResponse', ({ raw }, _reply, done) => {
    // Parts of a form that come after its answer would be kept with nobody to let go of them.
    if (!raw.readableEnded) {
      raw.unpipe();
      raw.resume();
    }
    done();
  });
}

/** The ms in which a request has to arrive as a whole. */
export const ARRIVAL_MS = 60_000;

/**
 * Gives up requests that are late, in the place of the server, for which they would all be: what is answered before this
 * may take as long as its bytes keep coming.
 */
export function limitArrival(http: FastifyInstance): void {
  http.server.requestTimeout = 0;
  http.addHook('onRequest', ({ raw, headers }, reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': transfer } = headers;
    if (length !== '0' || transfer !== undefined) {
      const timer = setTimeout(() => {
        const error = Object.assign(new Error('A request is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        if (!raw.complete) http.server.emit('clientError', error, raw.socket);
      }, ARRIVAL_MS).unref();
      reply.raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}
