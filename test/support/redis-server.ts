import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real Redis of the test's own, to be filled or stopped; only where one is installed. */
export class RedisServer {
  static readonly isInstalled = spawnSync('redis-server', ['--version']).status === 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Speaks to it past the gateways. */
    readonly client: Redis,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const options = { port, save: '', appendonly: 'no', bind: '127.0.0.1', maxmemory: '0' };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    const url = `redis://127.0.0.1:${port}`;
    const client = new Redis(url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    await client.ping();
    return new RedisServer(child, url, client);
  }

  /** Takes no more data while `work` runs. */
  async whileFull<T>(work: () => Promise<T>): Promise<T> {
    await this.client.config('SET', 'maxmemory', '1');
    return work().finally(() => this.client.config('SET', 'maxmemory', '0'));
  }

  /** Keeps its connections and answers nobody. */
  hang(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
