import type { Agent } from 'undici';
import { unavailable } from '../../errors/app-error.js';
import { createAgent } from './client.js';
import type { OldServer } from './servers.js';

/** A request to an old server that no client waits for. */
export interface AskedRequest {
  method: string;
  /** Path and query, as a client would ask the gateway. */
  url: string;
  /** Names and values in turn. */
  headers: string[];
  body: Buffer | null;
}

/** A whole answer of an old server. */
export interface OldAnswer {
  status: number;
  /** By lower-case name; all values of one that is repeated. */
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface AskingLimits {
  /** The most bytes of the answer's body. */
  maxBytes: number;
  signal?: AbortSignal;
}

/** An answer that is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** Connections for this to one server; what clients ask has others. */
const CONNECTIONS = 4;
/** Questions under way or waiting, to all servers; the next one is refused. */
const QUESTIONS_MAX = 16;

/** The length of a body is told by who sends it. */
const withoutLength = (headers: readonly string[]): string[] =>
  headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== 'content-length');

/** Asks old servers questions of the gateway's own. */
export class Asking {
  private readonly agent: Agent;
  private asked = 0;

  constructor(timeoutMs: number) {
    this.agent = createAgent({ connections: CONNECTIONS, timeoutMs });
  }

  /** Throws SERVICE_UNAVAILABLE for a server that fails, an answer that is too long, and too many questions at once. */
  async ask(
    { origin, base }: OldServer,
    request: AskedRequest,
    { maxBytes, signal }: AskingLimits,
  ): Promise<OldAnswer> {
    if (this.asked >= QUESTIONS_MAX) throw unavailable();
    this.asked++;
    try {
      const { method, url, body } = request;
      const headers = withoutLength(request.headers);
      const answer = await this.agent.request({ origin, path: base + url, method, headers, body, signal });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer.body) {
        size += chunk.length;
        if (size > maxBytes) throw new AnswerTooLong('The answer is too long');
        chunks.push(chunk);
      }
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
    } catch (cause) {
      throw unavailable({ cause });
    } finally {
      this.asked--;
    }
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
