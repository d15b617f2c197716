import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a client does once it has written its bytes. */
export type Ending = 'wait' | 'half-close' | 'reset';

/** Writes bytes to a server as they are, and reads what it says until it hangs up: for what no HTTP client would send. */
export async function sendRaw(url: string, bytes: string | Buffer, ending: Ending = 'wait'): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(bytes);
  if (ending === 'reset') {
    // Only once the server has begun to read is it a request cut off in the middle.
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    return '';
  }
  if (ending === 'half-close') socket.end();
  const answer = await buffer(socket).catch(() => Buffer.alloc(0));
  socket.destroy();
  return answer.toString();
}

/** The status and the JSON of the first answer in what a server said. */
export function readAnswer(text: string): { status: number; body: unknown } {
  const [head = '', rest = ''] = text.split(/\r\n\r\n([\s\S]*)/);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    body: JSON.parse(Buffer.from(rest).subarray(0, length).toString()),
  };
}

export interface RawRequest {
  method?: string;
  path: string;
  headers?: Record<string, string | number>;
  body?: string | Buffer;
}

/** One request as bytes, with the length of its body unless `headers` say otherwise; the server is to hang up after it. */
export function rawRequest({ method = 'POST', path, headers = {}, body = '' }: RawRequest): Buffer {
  const all = { host: 'gateway', connection: 'close', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}
