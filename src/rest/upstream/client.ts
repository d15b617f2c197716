import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { unavailable } from '../../errors/app-error.js';
import type { RawHeaders } from './headers.js';
import type { OldServer } from './servers.js';
import type { Tap } from './taps.js';

/** The most bytes of the head of an answer. */
const HEAD_MAX = 32_768;

export interface AgentOptions {
  connections: number;
  timeoutMs: number;
}

/** Connections to old servers. TLS is verified; `timeoutMs` is for connecting, the head of an answer, and each piece. */
export const createAgent = ({ connections, timeoutMs }: AgentOptions): Agent =>
  new Agent({
    connections,
    pipelining: 1,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: HEAD_MAX,
  });

/** Hints before an answer; with each of them the time to begin it starts anew. */
const HINTS_MAX = 8;

/** Read byte by byte: old servers write names of files in any charset. */
const textOf = (raw: unknown): string => (Buffer.isBuffer(raw) ? raw.toString('latin1') : String(raw));

/** One request on its way to an old server. */
export class Pass {
  /** The headers of the answer, once they are there. */
  answered: RawHeaders | undefined;
  status = 0;
  private controller: Dispatcher.DispatchController | undefined;
  private given = false;
  private bytes = 0;

  constructor(
    readonly server: OldServer,
    readonly request: {
      method: string;
      /** Path and query, as they go. */
      path: string;
      headers: string[];
      /** Undefined where there is none. */
      body: (() => Readable) | undefined;
    },
    private readonly options: {
      /** Keeps the body of the answer. */
      tap?: Tap | undefined;
      onEnd?: ((pass: Pass) => void) | undefined;
      /** The most bytes of an answer. */
      most?: number | undefined;
    } = {},
  ) {}

  /** True for a request that changes nothing and can be sent once more, when a connection was closed under it. */
  get isRepeatable(): boolean {
    const { method, body } = this.request;
    return !body && !this.answered && ['GET', 'HEAD', 'OPTIONS'].includes(method);
  }

  started(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.given) this.giveUp();
  }

  arrived(chunk: Buffer): void {
    const { tap, most = Number.POSITIVE_INFINITY } = this.options;
    tap?.add(chunk);
    this.bytes += chunk.length;
    if (this.bytes > most) this.controller?.abort(new Error('The answer is too long'));
  }

  ended(): void {
    this.options.onEnd?.(this);
  }

  /** Nobody waits for the answer any more. */
  giveUp(): void {
    this.given = true;
    this.controller?.abort(new Error('The client has gone'));
  }
}

/** Follows a request through undici, and hands on what belongs to its caller. */
class PassHandler implements Dispatcher.DispatchHandler {
  private hints = 0;

  constructor(
    private readonly pass: Pass,
    private readonly handler: Dispatcher.DispatchHandler,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.pass.started(controller);
    this.handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    message?: string,
  ): void {
    // Hints and the like are the connection's.
    if (status < 200) {
      if (++this.hints > HINTS_MAX) controller.abort(new Error('There are hints and no answer'));
      return;
    }
    if (status > 599) return void controller.abort(new Error('The status is none'));
    const { rawHeaders } = controller;
    this.pass.answered = Array.isArray(rawHeaders) ? rawHeaders.map(textOf) : [];
    this.pass.status = status;
    this.handler.onResponseStart?.(controller, status, headers, message);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.pass.arrived(chunk);
    this.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Record<string, string | string[] | undefined>,
  ): void {
    this.handler.onResponseEnd?.(controller, trailers);
    this.pass.ended();
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    // A body that does not end is told its reader; before that it is the proxy that reports the reason.
    const told = this.pass.answered ? unavailable({ cause: error }) : error;
    this.handler.onResponseError?.(controller, told);
  }
}

/**
 * What the proxy sends by. It builds URLs anew and has no body for a GET; what is on its way here goes as it came
 * instead.
 */
export class PassingClient {
  readonly dispatcher: Dispatcher;
  private readonly passes = new AsyncLocalStorage<Pass>();
  private readonly agent: Agent;

  constructor(options: AgentOptions) {
    this.agent = createAgent(options);
    this.dispatcher = this.agent.compose((dispatch) => (options, handler) => {
      const pass = this.passes.getStore();
      if (!pass) throw new Error('Nothing is on its way');
      const { server, request } = pass;
      const { method, path, headers, body } = request;
      const sent = { ...options, origin: server.origin, method, path, headers, body: body?.() ?? null };
      return dispatch(sent, new PassHandler(pass, handler));
    });
  }

  /** Has what `send` sends be this request. */
  carry(pass: Pass, send: () => void): void {
    this.passes.run(pass, send);
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
