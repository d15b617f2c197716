import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Letter {
  to: string;
  code: string;
  purposes: string[];
}

/** Stands where the SMS and mail provider would: a real HTTP server that keeps what it is sent. */
export class Inbox {
  readonly letters: Letter[] = [];
  /** The requests that brought them. */
  readonly requests: { headers: Record<string, string>; body: string }[] = [];
  /** The provider refuses everything while this is set. */
  failing = false;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Inbox> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      if (!inbox.failing) {
        inbox.letters.push(JSON.parse(body) as Letter);
        inbox.requests.push({ headers: request.headers as Record<string, string>, body });
      }
      response.writeHead(inbox.failing ? 500 : 204).end();
    });
    const inbox = new Inbox(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The latest code sent to a phone or an address. */
  code(to: string): string {
    const letter = this.letters.findLast((one) => one.to === to);
    if (!letter) throw new Error(`nothing was sent to ${to}`);
    return letter.code;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
