import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** The ms of a turn, in which the event loop takes whatever has arrived. */
const TURN_MS = 15;
/** The turns without anything new after which nothing is on its way any more. */
const QUIET_TURNS = 3;
/** The ms in which a connection may send its first byte before it counts as one opened ahead. */
const FIRST_BYTE_MS = 500;
/**
 * The most turns in which new connections are taken while closing: two seconds for clients that never stop
 * coming. Turns are counted and not the time, because those of a busy event loop are long, and nothing is
 * read between them.
 */
const TURNS_MAX = 133;
/** The ms between two sweeps of connections that were answered while closing. */
const SWEEP_MS = 50;

const isFresh = (acceptedAt: number): boolean => performance.now() - acceptedAt < FIRST_BYTE_MS;

/** The connections of a server, and what comes on them. */
class Arrivals {
  /** Connections and requests so far. */
  private count = 0;
  /** Connections on which nothing was asked yet, and when they were accepted. */
  private readonly unasked = new Map<Socket, number>();
  /**
   * The latest request of each connection. Requests may be pipelined, all of them before closing was known.
   */
  private readonly latest = new WeakMap<Socket, IncomingMessage>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.count++;
      this.unasked.set(socket, performance.now());
      socket.once('close', () => this.unasked.delete(socket));
    });
    server.on('request', (request) => {
      this.count++;
      this.unasked.delete(request.socket);
      this.latest.set(request.socket, request);
    });
  }

  isLatest(request: IncomingMessage): boolean {
    return this.latest.get(request.socket) === request;
  }

  /** Closes connections on which nothing is under way. Whoever has sent a part of a request is waited for. */
  closeIdle(): void {
    this.server.closeIdleConnections();
    for (const [socket, acceptedAt] of this.unasked)
      if (socket.bytesRead === 0 && !isFresh(acceptedAt)) socket.destroy();
  }

  /** Resolves, within `maxMs`, when nothing new has arrived for some turns of the event loop. */
  async untilQuiet(maxMs: number): Promise<void> {
    const end = performance.now() + maxMs;
    let seen = this.count;
    let quiet = 0;
    for (let turn = 0; turn < TURNS_MAX && quiet < QUIET_TURNS && performance.now() < end; turn++) {
      await sleep(TURN_MS);
      const stillComing = this.count !== seen || [...this.unasked.values()].some(isFresh);
      quiet = stillComing ? 0 : quiet + 1;
      seen = this.count;
    }
  }
}

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
  const arrivals = new Arrivals(server);
  let draining = false;
  http.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (draining && arrivals.isLatest(raw)) reply.header('connection', 'close');
    done();
  });
  http.addHook('preClose', async () => {
    if (!server.listening) return;
    arrivals.closeIdle();
    const sweeping = setInterval(() => arrivals.closeIdle(), SWEEP_MS);
    server.once('close', () => clearInterval(sweeping));
  });
  return {
    begin: async (maxMs) => {
      draining = true;
      if (server.listening) await arrivals.untilQuiet(maxMs);
    },
  };
}
