import type { Socket } from 'node:net';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { messageOf } from '../errors/app-error.js';
import { hangUp } from './connections.js';

/** Node's error for bytes that it cannot take for a request. */
export interface ClientError extends Error {
  code?: string;
  /** The packet in which it gave up, and how far into it that was. */
  rawPacket?: unknown;
  bytesParsed?: number;
}

/** The head of a request, read as latin1: a character for each byte. */
const REQUEST = /^([A-Z]+) (\/[!-~\x80-\xff]*) HTTP\/1\.[01]\r\n([\s\S]*?)\r\n\r\n/;
const HEADER = /^([\w-]+):[ \t]*(.*?)[ \t]*$/;

function headersOf(lines: string): Record<string, string> | null {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines.split('\r\n')) {
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    if (!name) return null;
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return headers;
}

/**
 * The request of a client that writes its URL in UTF-8 without escaping it, which servers of old took and Node's parser
 * does not; escaped, as it should have come. Null for everything else, and when it is not here as a whole.
 */
function unescapedRequest({ code, rawPacket, bytesParsed = 0 }: ClientError): InjectOptions | null {
  if (code !== 'HPE_INVALID_URL' || !Buffer.isBuffer(rawPacket)) return null;
  // The fault is in another line: the first one belongs to the body of the request before, and is no request.
  if (bytesParsed > rawPacket.indexOf('\r\n')) return null;
  const text = rawPacket.toString('latin1');
  const [head, method, url, lines] = REQUEST.exec(text) ?? [];
  if (!head || !method || !url) return null;
  const headers = headersOf(lines ?? '');
  const payload = rawPacket.subarray(head.length);
  if (!headers || headers['transfer-encoding']) return null;
  // More than the request has is what follows another one, which was understood and is being answered.
  if (payload.length !== Number(headers['content-length'] ?? 0)) return null;
  const escaped = url.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  return { method: method as NonNullable<InjectOptions['method']>, url: escaped, headers, payload };
}

type Lines = Record<string, number | string | string[] | undefined>;

/** Writes an answer by hand, and hangs up: nobody knows where the next request begins. */
function answer(socket: Socket, status: string, headers: Lines, body: Buffer): void {
  const all: Lines = { ...headers, 'content-length': body.length, connection: 'close' };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    name === 'transfer-encoding' || value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  socket.write(
    Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]),
  );
  hangUp(socket);
}

const REFUSALS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

function refuse(socket: Socket, { code = '' }: ClientError): void {
  const errors = [{ message: messageOf('INVALID_INPUT', 'zh'), extensions: { code: 'INVALID_INPUT' } }];
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  answer(socket, REFUSALS[code] ?? '400 Bad Request', headers, Buffer.from(JSON.stringify({ errors })));
}

/** Every further packet of such a connection is an error too; the first one is answered. */
const answered = new WeakSet<Socket>();

/** Answers what never became a request; what only lacks its escapes becomes one after all. */
export async function handleClientError(
  http: FastifyInstance,
  error: ClientError,
  socket: Socket,
): Promise<void> {
  if (answered.has(socket)) return;
  answered.add(socket);
  const { remoteAddress } = socket;
  // A client that has hung up has no address any more, and must not pass for this machine.
  if (error.code === 'ECONNRESET' || !socket.writable || !remoteAddress) return void socket.destroy();
  const request = unescapedRequest(error);
  try {
    if (!request) return refuse(socket, error);
    const { statusCode, statusMessage, headers, rawPayload } = await http.inject({
      ...request,
      remoteAddress,
    });
    answer(socket, `${statusCode} ${statusMessage}`, headers, rawPayload);
  } catch {
    socket.destroy();
  }
}
