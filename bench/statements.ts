import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const QUERY = 'Q'.charCodeAt(0);
const EXECUTE = 'E'.charCodeAt(0);
/** A message is its type, then its length with these four bytes. */
const LENGTH_BYTES = 4;

/** Calls `found` with the type of each message from a client; the first message has none. */
function messageReader(found: (type: number) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let typeBytes = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= typeBytes + LENGTH_BYTES) {
      const length = typeBytes + pending.readUInt32BE(typeBytes);
      if (pending.length < length) return;
      if (typeBytes === 1) found(pending[0] ?? 0);
      typeBytes = 1;
      pending = pending.subarray(length);
    }
  };
}

/** Stands in front of PostgreSQL and counts the statements that are run, those of transactions included. */
export interface StatementCounter {
  /** The URL with the counter in the place of the server. */
  in(databaseUrl: string): string;
  count(): number;
  close(): Promise<void>;
}

export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let statements = 0;
  const server = createServer((client) => {
    const target = connect(Number(port) || 5432, hostname);
    const read = messageReader((type) => {
      if (type === QUERY || type === EXECUTE) statements++;
    });
    client.on('data', read);
    client.pipe(target).pipe(client);
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    in: (target) => {
      const url = new URL(target);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    count: () => statements,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
