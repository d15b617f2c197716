import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { propertyOf } from '../unknown.js';
import type { AddressGuard } from './addresses.js';

/** What is read of an answer, so that its connection can be used again. */
const ANSWER_BYTES = 65_536;
/** How long a connection is kept for the next request, in ms: shorter than most servers do. */
const IDLE_MS = 4000;

/** What came of posting: a status, or a reason in capitals, without anything of the URL or the answer. */
export type PostResult = { status: number } | { reason: string };

/**
 * Posts to one URL over connections that are used again. Follows no redirect, uses no proxy, and reads nothing of an
 * answer but its status.
 */
export class Poster {
  private readonly url: URL;
  private readonly agent: HttpAgent;

  constructor(
    url: string,
    private readonly guard: AddressGuard,
    private readonly timeoutMs: number,
    /** Connections at once. */
    connections: number,
  ) {
    this.url = new URL(url);
    const Agent = this.url.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.agent = new Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: connections });
  }

  /** Never throws. The signal ends it. */
  async post(body: string, headers: Record<string, string>, signal: AbortSignal): Promise<PostResult> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const either = AbortSignal.any([signal, timeout]);
    try {
      return { status: await this.send(Buffer.from(body), headers, either) };
    } catch (error) {
      return { reason: reasonOf(error, timeout) };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(body: Buffer, headers: Record<string, string>, signal: AbortSignal): Promise<number> {
    const request = this.open(body, headers, signal);
    try {
      return await answered(request, body);
    } catch (error) {
      // The server has closed a connection that was kept, before it saw anything of this.
      const isStale = request.reusedSocket && propertyOf(error, 'code') === 'ECONNRESET' && !signal.aborted;
      if (!isStale) throw error;
      return answered(this.open(body, headers, signal, false), body);
    }
  }

  private open(
    body: Buffer,
    headers: Record<string, string>,
    signal: AbortSignal,
    reuse = true,
  ): ClientRequest {
    const { url, agent, guard } = this;
    return (url.protocol === 'https:' ? requestHttps : requestHttp)({
      method: 'POST',
      protocol: url.protocol,
      host: guard.hostOf(url),
      port: url.port,
      path: url.pathname + url.search,
      headers: { ...headers, host: url.host, 'content-length': body.length, 'user-agent': 'user-gateway' },
      lookup: guard.lookup,
      agent: reuse ? agent : false,
      signal,
    });
  }
}

async function answered(request: ClientRequest, body: Buffer): Promise<number> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
  const { statusCode: status = 0 } = response;
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > ANSWER_BYTES) break;
    }
  } catch {
    // The status has come, which is all that counts.
  }
  return status;
}

function reasonOf(error: unknown, timeout: AbortSignal): string {
  if (timeout.aborted) return 'TIMEOUT';
  const code = String(propertyOf(error, 'code') ?? '');
  return /^[A-Z_0-9]{1,40}$/.test(code) ? code : 'FAILED';
}
