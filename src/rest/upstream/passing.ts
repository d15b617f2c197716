import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import replyFrom, { type FastifyReplyFromHooks } from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import { AppError, unavailable } from '../../errors/app-error.js';
import { assertAddressed } from '../../http/request-head.js';
import type { Elsewhere } from '../../http/security.js';
import { isShadow } from '../../http/shadow.js';
import { propertyOf } from '../../unknown.js';
import type { Dialect, Row } from '../dialect.js';
import { type AskedRequest, Asking, type AskingLimits, type OldAnswer } from './asking.js';
import { Pass, PassingClient } from './client.js';
import { Destinations, targetOf } from './destination.js';
import { answerHeaders, hasPassed, requestHeaders } from './headers.js';
import { Identity, type IdentityOptions } from './identity.js';
import type { OldServer, OldServers } from './servers.js';
import { Slots } from './slots.js';
import { Tap } from './taps.js';

/** What an old server answered to a row that was given back to it. */
export interface PassedRow {
  dialect: Dialect;
  row: Row;
  request: FastifyRequest;
  /** The body of the request; null where it was longer than wanted. */
  body: Buffer | null;
  /** The answer; its body is null where it was longer than wanted. */
  answer: Omit<OldAnswer, 'body'> & { body: Buffer | null };
}

/** Is told what old servers answered to rows, once their clients have it. */
export interface RowObserver {
  wants(row: Row, request: FastifyRequest): boolean;
  /** The most bytes that are kept of each body. */
  maxBytes: number;
  /** Must not throw. */
  tell(passed: PassedRow): void;
}

type PassingConfig = Pick<
  Config,
  | 'DATABASE_URL'
  | 'DATA_DIR'
  | 'PASSWORD_PEPPER'
  | 'RATE_LIMIT'
  | 'REDIS_PREFIX'
  | 'UPSTREAM_CONNECTIONS'
  | 'UPSTREAM_TIMEOUT_MS'
>;

export interface PassingOptions extends IdentityOptions {
  dialects: readonly Dialect[];
  servers: OldServers;
  config: PassingConfig;
}

/** The ms for which a client may take nothing of an answer that is there. */
const CLIENT_STALL_MS = 30_000;

/** The most bytes of an answer that has to be held as a whole, for a client whose URL was mended (client-error.ts). */
const HELD_MAX = 1_048_576;

/** The gateway's name in Via: one for all instances of a deployment, and another one for every other gateway. */
function viaOf({ DATABASE_URL, DATA_DIR, PASSWORD_PEPPER, REDIS_PREFIX }: PassingConfig): string {
  const place = DATABASE_URL ?? path.resolve(DATA_DIR);
  const name = createHmac('sha256', PASSWORD_PEPPER).update(`via\n${place}\n${REDIS_PREFIX}`).digest('hex');
  return `gateway-${name.slice(0, 16)}`;
}

const hasBody = ({
  'content-length': length = '0',
  'transfer-encoding': transfer,
}: FastifyRequest['headers']) => length !== '0' || transfer !== undefined;

/** A body as it arrives. Who stops reading leaves the connection to the answer. */
async function* bodyOf(raw: IncomingMessage, tap: Tap | undefined): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      tap?.add(chunk);
      yield chunk;
    }
  } finally {
    raw.resume();
  }
}

/** A connection that an idle server closed just when it was used again. */
const isClosedConnection = (error: unknown): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(propertyOf(error, 'code')));

/** Passes requests on to old servers, and their answers back, both as they come. */
export class Passing implements Elsewhere {
  private readonly destinations: Destinations;
  private readonly identity: Identity;
  private readonly client: PassingClient;
  private readonly asking: Asking;
  private readonly via: string;
  private readonly slots = new Map<string, Slots>();
  private readonly observers: RowObserver[] = [];
  private readonly taken = new WeakMap<FastifyRequest, OldServer>();

  private constructor(
    private readonly http: FastifyInstance,
    private readonly options: PassingOptions,
  ) {
    const { dialects, servers, config } = options;
    const { UPSTREAM_CONNECTIONS: connections, UPSTREAM_TIMEOUT_MS: timeoutMs } = config;
    this.destinations = new Destinations(http, dialects, servers);
    this.identity = new Identity(options);
    this.client = new PassingClient({ connections, timeoutMs });
    this.asking = new Asking(timeoutMs);
    this.via = viaOf(config);
  }

  /** To be called before anything that the gateway answers itself is registered. */
  static async register(http: FastifyInstance, options: PassingOptions): Promise<Passing> {
    const passing = new Passing(http, options);
    await http.register(replyFrom, {
      undici: passing.client.dispatcher,
      disableRequestLogging: true,
      disableCache: true,
    });
    // Runs once the last answer has ended.
    http.addHook('onClose', async () => {
      await Promise.all([passing.client.close(), passing.asking.close()]);
    });
    return passing;
  }

  takes(request: FastifyRequest): boolean {
    // The gateway's own questions are for itself.
    const server = isShadow() ? undefined : this.destinations.of(request);
    if (!server) return false;
    this.taken.set(request, server);
    request.passed = { door: server.dialect?.name, upstream: server.origin };
    return true;
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const server = this.taken.get(request);
    if (!server) throw new AppError('NOT_FOUND');
    this.assertPassable(request);
    this.occupy(server, request, reply);
    if (hasBody(request.headers)) this.http.watchBody(request, reply);
    const pass = await this.passOf(server, request);
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) pass.giveUp();
    });
    const { socket } = request.raw;
    // A client whose URL was mended has a connection of its own kind.
    if (socket instanceof Socket)
      socket.setTimeout(Math.max(CLIENT_STALL_MS, 2.5 * this.options.config.UPSTREAM_TIMEOUT_MS));
    this.client.carry(pass, () => void reply.from('/', this.hooksOf(pass, reply)));
  }

  /** Is told of rows that are passed on, from now on. */
  observe(observer: RowObserver): void {
    this.observers.push(observer);
  }

  /** True for a row that its old server answers. */
  isGivenBack(row: Row): boolean {
    return this.options.servers.rows.has(row);
  }

  /** The headers that the server of a door would get with a request, its caller named in them; null without a server. */
  async headersFor(request: FastifyRequest, dialect: Dialect): Promise<string[] | null> {
    const server = this.options.servers.of(dialect);
    return server ? this.headersOf(server, request) : null;
  }

  /**
   * Asks the old server of a door what no client waits for; null where it has none. Throws SERVICE_UNAVAILABLE for one
   * that fails, an answer that is too long, and too many questions at once.
   */
  async ask(dialect: Dialect, request: AskedRequest, limits: AskingLimits): Promise<OldAnswer | null> {
    const server = this.options.servers.of(dialect);
    return server ? this.asking.ask(server, request, limits) : null;
  }

  /** Throws for what must not, or cannot, be passed on. */
  private assertPassable(request: FastifyRequest): void {
    assertAddressed(request);
    if (hasPassed(request, this.via)) {
      const cause = new Error('The old server leads back to this gateway');
      throw new AppError('SERVICE_UNAVAILABLE', {}, { cause });
    }
    if (/\bwebsocket\b/i.test(request.headers.upgrade ?? ''))
      throw new AppError('INVALID_INPUT', { field: 'upgrade' });
  }

  /** Takes one of the requests that a server may have at once, until the answer has ended. */
  private occupy({ origin }: OldServer, request: FastifyRequest, reply: FastifyReply): void {
    const { UPSTREAM_CONNECTIONS: most, RATE_LIMIT: tellsSources } = this.options.config;
    const slots = this.slots.get(origin) ?? new Slots(most, tellsSources);
    this.slots.set(origin, slots);
    const release = slots.take(request.clientSource);
    if (reply.raw.closed) release();
    else reply.raw.once('close', release);
  }

  private async headersOf(server: OldServer, request: FastifyRequest): Promise<string[]> {
    const url = server.base + targetOf(request.originalUrl);
    const identity = await this.identity.headersOf(request, server.dialect, url);
    return [...requestHeaders(request, server, this.via), ...identity];
  }

  private async passOf(server: OldServer, request: FastifyRequest): Promise<Pass> {
    const { raw, method, originalUrl } = request;
    const row = this.destinations.rowOf(request);
    const observers =
      row && method !== 'OPTIONS' ? this.observers.filter((one) => one.wants(row, request)) : [];
    const maxBytes = Math.max(...observers.map((one) => one.maxBytes));
    const [sent, told] = observers.length > 0 ? [new Tap(maxBytes), new Tap(maxBytes)] : [];
    const headers = await this.headersOf(server, request);
    const body = hasBody(request.headers)
      ? () => Readable.from(bodyOf(raw, sent), { objectMode: false })
      : undefined;
    const onEnd = ({ status, answered = [] }: Pass) => {
      if (!row || !server.dialect || !sent || !told) return;
      const answer = { status, headers: answerHeaders(answered, server), body: told.bytes() };
      for (const { tell } of observers)
        tell({ dialect: server.dialect, row, request, body: sent.bytes(), answer });
    };
    const most = raw.socket instanceof Socket ? undefined : HELD_MAX;
    const sending = { method, path: server.base + targetOf(originalUrl), headers, body };
    return new Pass(server, sending, { tap: told, onEnd, most });
  }

  private hooksOf(pass: Pass, reply: FastifyReply): FastifyReplyFromHooks {
    const own = reply.getHeaders();
    const clear = () => {
      for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    };
    return {
      getUpstream: () => pass.server.origin,
      queryString: () => '',
      rewriteHeaders: () => {
        // The old server's pages have rules of their own.
        clear();
        reply.header('x-request-id', reply.request.id);
        return answerHeaders(pass.answered ?? [], pass.server);
      },
      onResponse: (_request, _reply, { stream }) => {
        // The headers of an answer that never began are not those of the refusal.
        stream.once('error', () => {
          if (reply.raw.headersSent) return;
          clear();
          reply.headers(own);
        });
        reply.send(stream);
      },
      // The reason was logged where it arose.
      onError: () => void reply.send(unavailable()),
      retryDelay: ({ err, attempt }) =>
        attempt === 0 && pass.isRepeatable && isClosedConnection(err) ? 1 : null,
    };
  }
}
