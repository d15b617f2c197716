import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request with its answer, as a proxy sees them. */
export interface Recorded {
  method: string;
  target: string;
  headers: [string, string][];
  body: Buffer;
  response: { status: number; headers: [string, string][]; body: Buffer };
}

const pairsOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] satisfies [string, string]] : [],
  );

/** Stands before a server and keeps what goes through it: a real HTTP proxy. */
export class Recorder {
  readonly recorded: Recorded[] = [];

  private constructor(
    private readonly server: Server,
    readonly target: URL,
  ) {}

  static async open(url: string): Promise<Recorder> {
    const server = createServer(async (incoming, outgoing) => {
      const body = await buffer(incoming);
      const headers = pairsOf(incoming);
      const sent = request(
        new URL(url),
        // The host stays the one that the client spoke to, as most proxies do it.
        { method: incoming.method, path: incoming.url, headers: headers.flat(), setHost: false },
        async (answer) => {
          const content = await buffer(answer);
          const response = { status: answer.statusCode ?? 0, headers: pairsOf(answer), body: content };
          recorder.recorded.push({
            method: incoming.method ?? '',
            target: incoming.url ?? '',
            headers,
            body,
            response,
          });
          outgoing.writeHead(response.status, response.headers.flat()).end(content);
        },
      );
      sent.end(body);
    });
    const recorder = new Recorder(server, new URL(url));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes);

/** A recording as lines of JSON. */
export const asNdjson = (recorded: readonly Recorded[]): string => {
  const content = (headers: [string, string][], body: Buffer) => {
    const grouped = new Map<string, string[]>();
    for (const [name, value] of headers) grouped.set(name, [...(grouped.get(name) ?? []), value]);
    return {
      headers: Object.fromEntries(
        [...grouped].map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
      ),
      ...(isText(body) ? { body: body.toString() } : { body: body.toString('base64'), encoding: 'base64' }),
    };
  };
  return recorded
    .map(({ method, target, headers, body, response }) =>
      JSON.stringify({
        method,
        path: target,
        ...content(headers, body),
        response: { status: response.status, ...content(response.headers, response.body) },
      }),
    )
    .join('\n');
};

/** A recording as a browser's developer tools export it; binary bodies of requests are one character a byte. */
export const asHar = (recorded: readonly Recorded[], base = 'https://old.example'): string =>
  JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'test', version: '1' },
      entries: recorded.map(({ method, target, headers, body, response }, index) => ({
        startedDateTime: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
        time: 1,
        request: {
          method,
          url: base + target,
          httpVersion: 'HTTP/2',
          headers: [
            { name: ':authority', value: 'old.example' },
            ...headers.map(([name, value]) => ({ name, value })),
          ],
          queryString: [],
          cookies: [],
          headersSize: -1,
          bodySize: body.length,
          ...(body.length > 0 && {
            postData: {
              mimeType: headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '',
              text: isText(body) ? body.toString() : body.toString('latin1'),
            },
          }),
        },
        response: {
          status: response.status,
          headers: response.headers.map(([name, value]) => ({ name, value })),
          content: {
            size: response.body.length,
            mimeType: response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '',
            ...(isText(response.body)
              ? { text: response.body.toString() }
              : { text: response.body.toString('base64'), encoding: 'base64' }),
          },
        },
      })),
    },
  });

const head = (start: string, headers: [string, string][]): string =>
  `${[start, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;

/** Records as GoReplay writes them; answers come `lag` requests later than their requests. */
export function asGor(recorded: readonly Recorded[], { lag = 2, answers = true } = {}): Buffer {
  const record = (kind: number, index: number, message: Buffer) =>
    Buffer.concat([
      Buffer.from(`${kind} ${String(index).padStart(24, 'a')} 1700000000000000000 0\n`),
      message,
      Buffer.from('\n🐵🙈🙉\n'),
    ]);
  const requests = recorded.map(({ method, target, headers, body }, index) =>
    record(
      1,
      index,
      Buffer.concat([Buffer.from(head(`${method} ${target} HTTP/1.1`, headers), 'latin1'), body]),
    ),
  );
  const responses = recorded.map(({ response: { status, headers, body } }, index) =>
    record(2, index, Buffer.concat([Buffer.from(head(`HTTP/1.1 ${status} Said`, headers), 'latin1'), body])),
  );
  const records: Buffer[] = [];
  for (let index = 0; index < recorded.length + lag; index++) {
    const [asked, said] = [requests[index], responses[index - lag]];
    if (asked) records.push(asked);
    if (said && answers) records.push(said);
  }
  return Buffer.concat(records);
}
