import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { propertyOf } from '../unknown.js';
import { AddressGuard, ForbiddenAddressError, publicAddresses } from './addresses.js';

/** Why a file did not come. `passing`: the same may succeed another time. */
export class RemoteFileError extends Error {
  override readonly name = 'RemoteFileError';

  constructor(
    /** In capitals, without anything of the URL or the answer. */
    readonly code: string,
    readonly passing: boolean,
  ) {
    super(code);
  }
}

export interface RemoteFileLimits {
  maxBytes: number;
  /** For all of it, redirects included. */
  timeoutMs: number;
  /** CIDR ranges that may be asked besides public addresses. */
  networks: readonly string[];
}

const MAX_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Reads files that others have named, over HTTP, from public addresses only. */
export class RemoteFiles {
  private readonly guard: AddressGuard;

  constructor(private readonly limits: RemoteFileLimits) {
    this.guard = new AddressGuard(publicAddresses(limits.networks));
  }

  /** The bytes behind a URL, `maxBytes` at most. Throws a {@link RemoteFileError}. */
  async read(url: string, signal?: AbortSignal): Promise<Buffer> {
    const timeout = AbortSignal.timeout(this.limits.timeoutMs);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      return await this.follow(url, either);
    } catch (error) {
      if (error instanceof RemoteFileError) throw error;
      if (error instanceof ForbiddenAddressError) throw new RemoteFileError(error.code, false);
      throw new RemoteFileError(reasonOf(error, timeout), true);
    }
  }

  private async follow(first: string, signal: AbortSignal): Promise<Buffer> {
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.ask(url, signal);
      const { statusCode: status = 0, headers } = response;
      if (!REDIRECTS.includes(status)) return this.body(response);
      response.destroy();
      const target = headers.location ?? '';
      if (!URL.canParse(target, url)) throw new RemoteFileError('REDIRECT_INVALID', false);
      url = new URL(target, url).href;
    }
    throw new RemoteFileError('REDIRECTS', false);
  }

  private ask(text: string, signal: AbortSignal): Promise<IncomingMessage> {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || !/^https?:$/.test(url.protocol)) throw new RemoteFileError('URL_INVALID', false);
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    return answered(
      request({
        protocol: url.protocol,
        host: this.guard.hostOf(url),
        port: url.port,
        path: url.pathname + url.search,
        headers: {
          host: url.host,
          accept: 'image/*',
          'accept-encoding': 'identity',
          'user-agent': 'user-gateway',
        },
        lookup: this.guard.lookup,
        agent: false,
        signal,
      }),
    );
  }

  private async body(response: IncomingMessage): Promise<Buffer> {
    const { statusCode: status = 0, headers } = response;
    try {
      if (status !== 200) throw new RemoteFileError(`STATUS_${status}`, status >= 500 || status === 429);
      const { maxBytes } = this.limits;
      if (Number(headers['content-length']) > maxBytes) throw new RemoteFileError('TOO_LARGE', false);
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw new RemoteFileError('TOO_LARGE', false);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, size);
    } finally {
      response.destroy();
    }
  }
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.end();
  });
}

function reasonOf(error: unknown, timeout: AbortSignal): string {
  if (timeout.aborted) return 'TIMEOUT';
  const code = String(propertyOf(error, 'code') ?? '');
  return /^[A-Z_0-9]{1,40}$/.test(code) ? code : 'FAILED';
}
