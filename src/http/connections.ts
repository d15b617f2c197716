import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long a refused body may go on arriving before its connection is cut, and how long it may pause, in ms. */
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
      // How Node hangs up after an answer with `Connection: close`.
      socket.destroySoon = () => (raw.complete ? Socket.prototype.destroySoon.call(socket) : hangUp(socket));
    }
    done();
  });
  http.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) {
      raw.unpipe();
      raw.resume();
    }
    done();
  });
}

/** A moment in which the event loop takes whatever has arrived, in ms. */
const TURN_MS = 15;
/** Moments without anything new after which nothing is on its way any more. */
const QUIET_TURNS = 3;
/** How long a connection may take to send its first byte before it counts as one opened ahead, in ms. */
const FIRST_BYTE_MS = 500;
/**
 * Most turns in which new connections are taken while closing: two seconds for clients that never stop coming. Turns are
 * counted and not the time, because those of a busy event loop are long, and nothing is read between them.
 */
const TURNS_MAX = 133;
/** How often connections that were answered while closing are let go, in ms. */
const SWEEP_MS = 50;

export interface Drain {
  /**
   * Answers what was sent before anybody could know of the end: in the kernel there are connections that nobody has
   * accepted yet, with requests already in them, and closing the listener would reset them. Every answer from here on
   * ends its connection. Resolves, within `maxMs`, when nothing new has arrived for some turns of the event loop.
   */
  begin(maxMs: number): Promise<void>;
}

/**
 * Closing loses no request that was sent, and waits for no connection on which nothing is under way. Those on which
 * nothing was asked yet, which browsers and pools open ahead, Node takes for busy ones; those that are answered later it
 * keeps alive for another request. It would wait for both until they time out.
 */
export function drainConnections(http: FastifyInstance): Drain {
  const { server } = http;
  /** Connections on which nothing was asked yet, and when they were accepted. */
  const unasked = new Map<Socket, number>();
  /** What came last on a connection. Requests may be sent without waiting, and all of them were before anybody knew. */
  const latest = new WeakMap<Socket, IncomingMessage>();
  let arrived = 0;
  let draining = false;
  server.on('connection', (socket: Socket) => {
    arrived++;
    unasked.set(socket, performance.now());
    socket.once('close', () => unasked.delete(socket));
  });
  server.on('request', (request) => {
    arrived++;
    unasked.delete(request.socket);
    latest.set(request.socket, request);
  });
  http.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (draining && latest.get(raw.socket) === raw) reply.header('connection', 'close');
    done();
  });

  const isFresh = (acceptedAt: number) => performance.now() - acceptedAt < FIRST_BYTE_MS;
  const sweep = () => {
    server.closeIdleConnections();
    // Whoever has sent a part of a request is waited for.
    for (const [socket, acceptedAt] of unasked)
      if (socket.bytesRead === 0 && !isFresh(acceptedAt)) socket.destroy();
  };
  http.addHook('preClose', async () => {
    if (!server.listening) return;
    sweep();
    const sweeping = setInterval(sweep, SWEEP_MS);
    server.once('close', () => clearInterval(sweeping));
  });

  return {
    begin: async (maxMs) => {
      draining = true;
      if (!server.listening) return;
      const end = performance.now() + maxMs;
      let seen = arrived;
      let quiet = 0;
      for (let turn = 0; turn < TURNS_MAX && quiet < QUIET_TURNS && performance.now() < end; turn++) {
        await sleep(TURN_MS);
        const stillComing = arrived !== seen || [...unasked.values()].some(isFresh);
        quiet = stillComing ? 0 : quiet + 1;
        seen = arrived;
      }
    },
  };
}
