import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { until } from './until.js';

/** An event as it came. */
export interface Received {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown> & { user_id: string };
  headers: Record<string, string>;
  body: string;
}

/** True, with a signature by this secret, which the library of Standard Webhooks has checked. */
export function isSignedBy(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

/** What a receiver answers; `hang`: nothing, for as long as it stands. */
export type Answer = number | 'hang' | { status: number; headers: Record<string, string> };

/** Stands where a webhook leads to: a real HTTP server that keeps what it has taken. */
export class WebhookReceiver {
  /** Everything that came, taken or not. */
  readonly tried: Received[] = [];
  readonly taken: Received[] = [];
  /** Decides on each. */
  answer: (event: Received) => Answer = () => 204;
  connections = 0;

  private constructor(private readonly server: Server) {}

  static async open(port = 0): Promise<WebhookReceiver> {
    const server = createServer((request, response) => void receiver.take(request, response));
    const receiver = new WebhookReceiver(server);
    server.on('connection', () => {
      receiver.connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  /** The types of what it has taken, of one account if one is named. */
  typesOf(userId?: number | string): string[] {
    return this.taken
      .filter(({ data }) => userId === undefined || data.user_id === String(userId))
      .map(({ type }) => type);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const received: Received = { ...JSON.parse(body), id: headers['webhook-id'] ?? '', headers, body };
    this.tried.push(received);
    const answer = this.answer(received);
    if (answer === 'hang') return;
    const { status, headers: sent } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    if (status >= 200 && status < 300) this.taken.push(received);
    response.writeHead(status, sent).end();
  }
}

/** Waits until a receiver has taken so many. */
export const takes = (receiver: WebhookReceiver, count: number, ms?: number): Promise<void> =>
  until(`${count} events are taken`, () => receiver.taken.length >= count, ms);
