import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request as an old server got it. */
export interface Received {
  method: string;
  url: string;
  /** Names and values in turn. */
  rawHeaders: string[];
  headers: IncomingMessage['headers'];
  body: Buffer;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What an old server answers unless a test says otherwise: it reads everything, and says so. */
const READ_ALL: Answer = async (incoming, response) => {
  const body = await buffer(incoming);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ old: true, bytes: body.length }));
};

/** Stands where the system before the gateway is: a real HTTP server that keeps what it was asked. */
export class OldServer {
  readonly received: Received[] = [];
  /** Says what the next requests are answered. */
  answer: Answer = READ_ALL;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<OldServer> {
    const server = createServer(async (incoming, response) => {
      const { method = '', url = '', rawHeaders, headers } = incoming;
      const received: Received = { method, url, rawHeaders, headers, body: Buffer.alloc(0) };
      old.received.push(received);
      await old.answer(incoming, response);
    });
    server.on('clientError', (_error, socket) => socket.destroy());
    const old = new OldServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return old;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  /** The latest request. */
  get last(): Received {
    const last = this.received.at(-1);
    if (!last) throw new Error('the old server was not asked');
    return last;
  }

  /** Forgets what it was asked, and answers as it did at first. */
  reset(): void {
    this.received.length = 0;
    this.answer = READ_ALL;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The settings with which one server is the old one of every door. */
export const upstreams = (url: string): Record<string, string> => ({
  UPSTREAM_ANLIFE: url,
  UPSTREAM_ACCOUNT: url,
  UPSTREAM_PLUS: url,
  UPSTREAM_MEMBER: url,
  UPSTREAM_OPEN: url,
  UPSTREAM: url,
});

/** A server that takes connections and does with each what a test says: for what is no HTTP. */
export async function openTcpServer(
  serve: (socket: Socket) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

export interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export interface Told {
  status: number;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: Buffer;
}

/** One request of any method, to a path that is sent as it is. */
export async function ask(url: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Told> {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, method, path, headers, agent: false });
  sent.end(body);
  const [incoming] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode: status = 0, headers: told, rawHeaders } = incoming;
  return { status, headers: told, rawHeaders, body: await buffer(incoming) };
}

/** The JSON of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
export const jsonOf = ({ body }: Told): any => JSON.parse(body.toString());
