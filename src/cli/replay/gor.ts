import type { Readable } from 'node:stream';
import { parseAnswer, parseRequest } from './http-message.js';
import { type Exchange, RecordingError } from './recording.js';

/** Recordings of GoReplay: a line that says what comes, the message, and a line of three monkeys. */

const SEPARATOR = Buffer.from('\n🐵🙈🙉\n');
/** The most bytes of one record. */
const RECORD_MAX = 64 * 1024 * 1024;
/** How long a request waits for its answer, which comes later in the file: so many requests, and so many bytes. */
const WAITING_MAX = 1000;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

interface RawRecord {
  at: number;
  bytes: Buffer;
}

async function* recordsOf(file: Readable): AsyncGenerator<RawRecord> {
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  let searched = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const end = held.indexOf(SEPARATOR, searched);
      if (end === -1) break;
      yield { at, bytes: held.subarray(0, end) };
      held = held.subarray(end + SEPARATOR.length);
      at += end + SEPARATOR.length;
      searched = 0;
    }
    searched = Math.max(0, held.length - SEPARATOR.length);
    if (held.length > RECORD_MAX)
      throw new RecordingError(`byte ${at}: no end of the record in ${RECORD_MAX} bytes`);
  }
  if (held.toString().trim() !== '') throw new RecordingError(`byte ${at}: the file ends within a record`);
}

const HEAD = /^([123]) (\S{1,200}) \d+/;

interface Waiting {
  id: string;
  exchange: Exchange;
  bytes: number;
  isAnswered: boolean;
}

/** Requests in their order, each held back until its answer has come or enough others wait behind it. */
class Window {
  private readonly queue: Waiting[] = [];
  private readonly byId = new Map<string, Waiting>();
  private bytes = 0;

  add(id: string, exchange: Exchange, bytes: number): void {
    const waiting = { id, exchange, bytes, isAnswered: false };
    this.queue.push(waiting);
    this.byId.set(id, waiting);
    this.bytes += bytes;
  }

  answer(id: string, message: Buffer): void {
    const waiting = this.byId.get(id);
    if (!waiting || waiting.isAnswered) return;
    waiting.isAnswered = true;
    waiting.exchange.answer = parseAnswer(message);
    this.bytes += message.length;
    waiting.bytes += message.length;
  }

  /** The requests that need not wait any longer; all of them at the end of the file. */
  *ready(isEnd: boolean): Generator<Exchange> {
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      const isFull = this.queue.length > WAITING_MAX || this.bytes > WAITING_BYTES_MAX;
      if (!isEnd && !isFull && !first.isAnswered) return;
      this.queue.shift();
      this.bytes -= first.bytes;
      if (this.byId.get(first.id) === first) this.byId.delete(first.id);
      yield first.exchange;
    }
  }
}

/** Reads a recording of GoReplay. The memory it takes does not grow with the file. Throws RecordingError. */
export async function* readGor(file: Readable): AsyncGenerator<Exchange> {
  const window = new Window();
  for await (const { at, bytes } of recordsOf(file)) {
    const line = bytes.indexOf('\n');
    const [, kind, id] = HEAD.exec(bytes.toString('latin1', 0, line === -1 ? bytes.length : line)) ?? [];
    if (line === -1 || id === undefined)
      throw new RecordingError(`byte ${at}: not the beginning of a record`);
    // The slice would keep the whole chunk of the file that it lies in.
    const message = Buffer.from(bytes.subarray(line + 1));
    if (kind === '1') {
      const request = parseRequest(message);
      if (!request) throw new RecordingError(`byte ${at}: not a request of HTTP`);
      window.add(id, { position: `byte ${at}`, request }, message.length);
    } else if (kind === '2') window.answer(id, message);
    yield* window.ready(false);
  }
  yield* window.ready(true);
}
