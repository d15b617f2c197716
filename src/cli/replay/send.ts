import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import { BODY_MAX, unpacked } from './http-message.js';
import { type Headers, headerOf, type RecordedAnswer, type RecordedRequest } from './recording.js';

/** How long a server may take for one answer, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** Headers of one connection, or that would ask for less than the whole answer. */
const NOT_SENT = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The reason why there is no answer, in words that hold nothing of the request. */
export class NoAnswer {
  constructor(readonly reason: string) {}
}

/** The server had closed the kept connection when a request was put on it; the request is sent again. */
class ClosedConnection extends Error {}

/** A page of the recorded site that sent a request is a page of the site that it is sent to. */
function here(name: string, value: string, recorded: string | undefined, base: URL): string {
  if (recorded === undefined || (name !== 'origin' && name !== 'referer')) return value;
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(value) ?? [];
  return host?.toLowerCase() === recorded.toLowerCase() ? `${base.origin}${rest}` : value;
}

function headersFor({ headers, body, method }: RecordedRequest, base: URL): string[] {
  const recorded = headerOf(headers, 'host');
  const named = (headerOf(headers, 'connection') ?? '').toLowerCase().split(/\s*,\s*/);
  const kept = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !NOT_SENT.has(lower) && !named.includes(lower);
  });
  const length = body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(method) ? [`${body.length}`] : [];
  return [
    ...kept.flatMap(([name, value]) => [name, here(name.toLowerCase(), value, recorded, base)]),
    ...['host', base.host],
    ...length.flatMap((bytes) => ['content-length', bytes]),
  ];
}

/** Pairs of the list of names and values that Node has headers in. */
const pairsOf = (raw: readonly string[]): Headers =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));

async function readAnswer(response: IncomingMessage): Promise<RecordedAnswer | NoAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) return new NoAnswer(`more than ${BODY_MAX} bytes`);
    chunks.push(chunk);
  }
  const headers = pairsOf(response.rawHeaders);
  const body = unpacked(headers, Buffer.concat(chunks));
  return body
    ? { status: response.statusCode ?? 0, headers, body }
    : new NoAnswer('a body that cannot be unpacked');
}

/** The code of a failure, which holds nothing of the request. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'cut off';

/** A server that requests are sent to, one after the other. */
export class Target {
  private readonly agent: HttpAgent | HttpsAgent;

  constructor(readonly base: URL) {
    const options = { keepAlive: true, maxSockets: 1 };
    this.agent = base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Sends a request and reads the whole answer; redirects are answers like any other. */
  async send(request: RecordedRequest): Promise<RecordedAnswer | NoAnswer> {
    try {
      return await this.exchange(request);
    } catch (error) {
      if (!(error instanceof ClosedConnection)) return new NoAnswer(reasonOf(error));
      return await this.exchange(request).catch((again: unknown) => new NoAnswer(reasonOf(again)));
    }
  }

  private exchange(request: RecordedRequest): Promise<RecordedAnswer | NoAnswer> {
    return new Promise((resolve, reject) => {
      const sent = this.open(request, (response) => {
        // From here on nothing is sent again: the server has done what it was asked.
        sent.removeAllListeners('error').on('error', (error) => resolve(new NoAnswer(reasonOf(error))));
        readAnswer(response).then(resolve, (error) => resolve(new NoAnswer(reasonOf(error))));
      });
      const timer = setTimeout(() => {
        resolve(new NoAnswer(`none in ${TIMEOUT_MS / 1000} s`));
        sent.destroy();
      }, TIMEOUT_MS);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', (error) => reject(sent.reusedSocket ? new ClosedConnection() : error));
      sent.end(request.body);
    });
  }

  private open(request: RecordedRequest, answer: (response: IncomingMessage) => void): ClientRequest {
    const { base, agent } = this;
    const send = base.protocol === 'https:' ? sendHttps : sendHttp;
    return send(
      {
        protocol: base.protocol,
        hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: base.port,
        path: base.pathname.replace(/\/$/, '') + request.target,
        method: request.method,
        headers: headersFor(request, base),
        setHost: false,
        agent,
      },
      answer,
    );
  }

  close(): void {
    this.agent.destroy();
  }
}
