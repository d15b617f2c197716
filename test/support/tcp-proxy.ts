import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands in front of a real server, so that a test can take it away and give it back. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  private allowance = Number.POSITIVE_INFINITY;
  /** Bytes that have come from the server so far. */
  received = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** `target`: the address of the real server as a URL; the default port is taken when it names none. */
  static async before(target: string, defaultPort: number): Promise<TcpProxy> {
    const { hostname, port } = new URL(target);
    const server = createServer((client) => proxy.forward(client, hostname, Number(port) || defaultPort));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    return proxy;
  }

  /** The URL with the proxy in the place of the server. */
  in(target: string): string {
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Cuts every connection and refuses new ones; also what to do at the end. */
  async cut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Cuts as {@link cut} does once so many bytes more have come from the server. */
  cutAfter(bytes: number): void {
    this.allowance = this.received + bytes;
  }

  /** Keeps connections and takes new ones, but nothing passes any more. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Undoes {@link cut} and {@link freeze}. */
  async restore(): Promise<void> {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
    if (!this.server.listening) {
      await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    }
  }

  private forward(client: Socket, host: string, port: number): void {
    const target = connect(port, host);
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.sockets.add(socket);
      // Not `pipe`, which would resume what `freeze` has paused.
      socket.on('data', (chunk) => other.write(chunk));
      if (socket === target) socket.on('data', (chunk) => this.count(chunk.length));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      if (this.frozen) socket.pause();
    }
  }

  private count(bytes: number): void {
    this.received += bytes;
    if (this.received >= this.allowance) void this.cut();
  }
}
