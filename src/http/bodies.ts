import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { AppError, unavailable } from '../errors/app-error.js';
import { sourceOf } from '../infra/ip.js';
import './client-ip.js';

declare module 'fastify' {
  interface FastifyInstance {
    bodies: BodyBudget;
    /** Gives up a request whose client lets its body stand still, until its answer has ended. */
    watchBody(request: FastifyRequest, reply: FastifyReply): void;
  }
  interface FastifyRequest {
    /** The bytes reserved for its body; null for a small one, or none. */
    held: Hold | null;
  }
}

/**
 * The largest body, in bytes, that costs no more than its connection, and is not counted: log-ins go on among
 * uploads.
 */
const SMALL_BYTES = 16_384;

/** The rate that a counted body has to keep on average: a slower one holds memory that others need. */
const BYTES_PER_SECOND = 1024;

/** The ms between two looks at that rate. */
const CHECK_MS = 1000;

/** Bytes that are kept for one request until the last who works with them is done. */
class Hold {
  private users = 0;

  /** Calls `count` when the first user comes, and when the last one goes. */
  constructor(private readonly count: (sign: 1 | -1) => void) {}

  retain(): void {
    if (this.users === 0) this.count(1);
    this.users += 1;
  }

  drop(): void {
    this.users -= 1;
    if (this.users === 0) this.count(-1);
  }
}

/** The bytes of request bodies that one process holds at once, in all and of each source. */
class BodyBudget {
  private total = 0;
  private readonly ofSources = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly mostOfSource: number,
  ) {}

  /** Bytes held now. */
  get held(): number {
    return this.total;
  }

  /**
   * Reserves bytes for a body before it is read. Throws RATE_LIMITED when its source holds too much already, and
   * SERVICE_UNAVAILABLE when all together do; who holds nothing may always have one, however large.
   */
  reserve(source: string, bytes: number): Hold {
    const before = this.ofSources.get(source) ?? 0;
    if (before > 0 && before + bytes > this.mostOfSource)
      throw new AppError('RATE_LIMITED', { retryAfter: 1 });
    if (this.total > 0 && this.total + bytes > this.most) {
      throw unavailable();
    }
    const hold = new Hold((sign) => this.add(source, sign * bytes));
    hold.retain();
    return hold;
  }

  private add(source: string, bytes: number): void {
    this.total += bytes;
    const held = (this.ofSources.get(source) ?? 0) + bytes;
    if (held > 0) this.ofSources.set(source, held);
    else this.ofSources.delete(source);
  }
}

/** The bytes that had arrived on a connection at a time, in ms. */
interface Arrived {
  bytes: number;
  at: number;
}

/** The bodies that are still arriving. */
class BodyWatch {
  private readonly arriving = new Map<IncomingMessage, Arrived>();

  constructor(
    private readonly seconds: number,
    private readonly onStandstill: (request: IncomingMessage) => void,
  ) {}

  add(request: IncomingMessage): void {
    this.arriving.set(request, { bytes: request.socket.bytesRead, at: performance.now() });
  }

  remove(request: IncomingMessage): void {
    this.arriving.delete(request);
  }

  check(): void {
    const now = performance.now();
    for (const [request, { bytes, at }] of this.arriving) {
      if (request.complete) this.remove(request);
      // Who reads it is behind, and not its client.
      else if (request.readableLength >= request.readableHighWaterMark) this.add(request);
      else if (now - at >= this.seconds * 1000) {
        if (request.socket.bytesRead - bytes < this.seconds * BYTES_PER_SECOND) this.onStandstill(request);
        this.add(request);
      }
    }
  }
}

type BodyConfig = Pick<
  Config,
  | 'BODY_LIMIT_BYTES'
  | 'BODY_SOURCE_BYTES'
  | 'BODY_STALL_SECONDS'
  | 'BODY_TOTAL_BYTES'
  | 'RATE_LIMIT'
  | 'UPLOAD_MAX_BYTES'
>;

/** The most bytes that will be kept of a body, as far as its headers tell. */
function expectedBytes({ headers, routeOptions }: FastifyRequest, config: BodyConfig): number {
  const form = /^multipart\//i.test(headers['content-type'] ?? '');
  const most = form
    ? config.UPLOAD_MAX_BYTES + config.BODY_LIMIT_BYTES
    : (routeOptions.bodyLimit ?? config.BODY_LIMIT_BYTES);
  if (headers['transfer-encoding'] !== undefined) return most;
  return Math.min(Number(headers['content-length'] ?? 0), most);
}

/**
 * Bounds what requests hold in memory with their bodies, whatever their kind and door: more than one source or the
 * whole process may have is refused before it is read. What is refused is thrown away as it comes, as long as a request
 * may take, so that its client gets to read the answer.
 */
export function registerBodies(http: FastifyInstance, config: BodyConfig): void {
  const ofSource = config.RATE_LIMIT ? config.BODY_SOURCE_BYTES : Number.POSITIVE_INFINITY;
  const budget = new BodyBudget(config.BODY_TOTAL_BYTES, ofSource);
  const watch = new BodyWatch(config.BODY_STALL_SECONDS, ({ socket }) => {
    const error = Object.assign(new Error('A body stands still'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    http.server.emit('clientError', error, socket);
  });
  const timer = setInterval(() => watch.check(), CHECK_MS).unref();
  http.addHook('onClose', async () => clearInterval(timer));
  http.decorate('bodies', budget);
  http.decorate('watchBody', ({ raw }, reply) => {
    watch.add(raw);
    reply.raw.once('close', () => watch.remove(raw));
  });
  http.decorateRequest('held', null);
  http.addHook('onRequest', (request, reply, done) => {
    const bytes = expectedBytes(request, config);
    if (bytes > SMALL_BYTES) hold(request, reply, bytes);
    done();
  });

  function hold(request: FastifyRequest, reply: FastifyReply, bytes: number): void {
    const held = budget.reserve(sourceOf(request.clientIp), bytes);
    request.held = held;
    http.watchBody(request, reply);
    reply.raw.once('close', () => held.drop());
  }
}

/** Keeps what a request has reserved until the work on it has ended, even when its client has gone before. */
export function holdingBody<T>({ held }: FastifyRequest, work: () => Promise<T>): Promise<T> {
  if (!held) return work();
  held.retain();
  return work().finally(() => held.drop());
}
