import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Breaker } from '../../breaker.js';
import type { RowKey } from '../../door.js';
import { AppError } from '../../errors/app-error.js';
import { inShadow, isShadow } from '../../http/shadow.js';
import type { Answer } from '../comparison/answer.js';
import { compareAnswers, type Difference } from '../comparison/compare.js';
import type { RuleBook } from '../comparison/rules.js';
import type { Dialect, Row } from '../dialect.js';
import type { HooksOf } from '../row-hooks.js';
import { AnswerTooLong } from '../upstream/asking.js';
import { targetOf } from '../upstream/destination.js';
import type { PassedRow, Passing, RowObserver } from '../upstream/passing.js';
import { ANSWER_MAX, comparable, REQUEST_MAX, type SentAnswer, secretsOf } from './answers.js';
import type { Shares } from './shares.js';

/** What became of a request that was to be asked of the other side. */
export type ShadowOutcome =
  | 'same'
  | 'different'
  /** The other side did not answer. */
  | 'failed'
  /** Too much under way, too long, or streamed. */
  | 'skipped'
  /** The other side is left alone, because it was slow or failing. */
  | 'stopped';

/** Takes the results. */
export interface ShadowResults {
  /** Differences come with the outcome `different` only, and hold no secret. */
  add(key: RowKey, outcome: ShadowOutcome, differences?: readonly Difference[]): void;
}

/** An answer that takes longer than this (ms) is a failure, however good it is. */
const SLOW_MS = 2000;

export interface ShadowOptions {
  http: FastifyInstance;
  passing: Passing;
  shares: Shares;
  book: RuleBook;
  results: ShadowResults;
  /** Chance, from 0 to below 1. */
  random?: () => number;
}

/** Requests held to be compared, from when they begin; and those of them that the other side is asked at once. */
const HELD_MAX = 32;
const ASKED_MAX = 4;

/** The ms in which the other side has to answer. */
const TIMEOUT_MS = 5000;

/** The differences of one request that are kept. */
const DIFFERENCES_MAX = 20;

/** Statuses of a server that cannot answer now: that is no difference. */
const OVERLOADED = new Set([429, 502, 503, 504]);

/** Headers that are of the connection, or would have the other side answer in another form. */
const NOT_ASKED = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'if-modified-since',
  'if-none-match',
  'range',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** A request that is answered, and then asked of the other side. */
interface Sample {
  key: RowKey;
  dialect: Dialect;
  row: Row;
  /** What the client got; undefined until it is sent, and where it is not held. */
  answer?: SentAnswer;
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

function sentOf(reply: FastifyReply, payload: unknown): SentAnswer | undefined {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload) && payload !== undefined && payload !== null) {
    return undefined;
  }
  const size = typeof payload === 'string' ? Buffer.byteLength(payload) : (payload?.length ?? 0);
  if (size > ANSWER_MAX) return undefined;
  const body = Buffer.from(payload ?? '');
  return { status: reply.statusCode, type: textOf(reply.getHeader('content-type')), body };
}

/**
 * Asks the side that did not answer a read what it would have answered, once the client has its answer, and compares the
 * two. What is held and asked at once is bounded; what does not fit is left out.
 */
export class Shadow {
  private readonly samples = new WeakMap<FastifyRequest, Sample>();
  /** The rows that are compared. */
  private readonly rows = new Map<Row, { key: RowKey; share: number }>();
  private readonly breakers = new Map<string, Breaker>();
  private readonly running = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private held = 0;

  constructor(private readonly options: ShadowOptions) {}

  /** The hooks of a row's route; undefined for a row that is not compared. Rules are made here, not at a request. */
  readonly hooksOf: HooksOf = (dialect, row, key, isRead) => {
    const share = this.options.shares.get(dialect);
    if (share === undefined || !isRead || row.upload) return {};
    this.options.book.of(dialect, row);
    this.rows.set(row, { key, share });
    return {
      onRequest: (request, reply, done) => {
        if (this.isChosen(request, share)) this.begin({ key, dialect, row }, request, reply);
        done();
      },
      onSend: (request, reply, payload, done) => {
        const sample = this.samples.get(request);
        if (sample) sample.answer = sentOf(reply, payload);
        done(null, payload);
      },
    };
  };

  /** Hears what old servers answered to rows that were given back to them. */
  get observer(): RowObserver {
    return {
      maxBytes: Math.max(ANSWER_MAX, REQUEST_MAX),
      wants: (row, request) => {
        const known = this.rows.get(row);
        return (
          known !== undefined && this.isChosen(request, known.share) && this.isOpenFor(known.key, 'gateway')
        );
      },
      tell: (passed) => {
        const { dialect, row } = passed;
        const key = this.rows.get(row)?.key;
        if (key) this.start({ key, dialect, row }, () => this.askHere(key, passed));
      },
    };
  }

  /** Asks nothing any more, and resolves when nothing is under way. */
  async settle(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.running);
  }

  private isChosen({ method }: FastifyRequest, share: number): boolean {
    const { random = Math.random } = this.options;
    return method !== 'HEAD' && method !== 'OPTIONS' && random() < share && !isShadow();
  }

  /** False, and counted, where the other side is left alone or too much is held. */
  private isOpenFor(key: RowKey, side: 'old server' | 'gateway'): boolean {
    const isStopped = this.breakerOf(key, side).isOpen;
    const isFull = this.held >= HELD_MAX;
    if (isStopped || isFull) this.options.results.add(key, isStopped ? 'stopped' : 'skipped');
    return !isStopped && !isFull && !this.ending.signal.aborted;
  }

  private breakerOf({ door }: RowKey, side: string): Breaker {
    const name = `${door} ${side}`;
    const breaker = this.breakers.get(name) ?? new Breaker();
    this.breakers.set(name, breaker);
    return breaker;
  }

  private begin(sample: Sample, request: FastifyRequest, reply: FastifyReply): void {
    if (!this.isOpenFor(sample.key, 'old server')) return;
    this.held++;
    this.samples.set(request, sample);
    request.keptBody = null;
    reply.raw.once('close', () => {
      this.held--;
      // A client that has gone has no answer to compare.
      if (reply.raw.writableFinished) this.start(sample, () => this.askOldServer(sample, request));
    });
  }

  /** Runs one comparison, if there is room for it. */
  private start(sample: Sample, compare: () => Promise<void>): void {
    if (this.running.size >= ASKED_MAX || this.ending.signal.aborted) {
      this.options.results.add(sample.key, 'skipped');
      return;
    }
    this.held++;
    const run = inShadow(compare)
      // What cannot be compared must not end the process.
      .catch(() => this.options.results.add(sample.key, 'skipped'))
      .finally(() => {
        this.held--;
        this.running.delete(run);
      });
    this.running.add(run);
  }

  private async askOldServer({ key, dialect, row, answer }: Sample, request: FastifyRequest): Promise<void> {
    const body = request.keptBody ?? null;
    const isHeld = hasBody(request) ? body !== null && body.length <= REQUEST_MAX : true;
    if (!answer || !isHeld) return this.options.results.add(key, 'skipped');
    const other = await this.ask(key, 'old server', async (signal) => {
      const headers = (await this.options.passing.headersFor(request, dialect)) ?? [];
      const asked = {
        method: request.method,
        url: targetOf(request.originalUrl),
        headers: headers.filter((_, at) => !NOT_ASKED.has((headers[at - (at % 2)] ?? '').toLowerCase())),
        body,
      };
      const told = await this.options.passing.ask(dialect, asked, { maxBytes: ANSWER_MAX, signal });
      return (
        told && {
          status: told.status,
          type: textOf(told.headers['content-type']),
          coding: textOf(told.headers['content-encoding']),
          body: told.body,
        }
      );
    });
    if (other) await this.compare({ key, dialect, row }, request, other, answer);
  }

  private async askHere(key: RowKey, { dialect, row, request, body, answer }: PassedRow): Promise<void> {
    const isHeld = hasBody(request) ? body !== null && body.length <= REQUEST_MAX : true;
    if (!answer.body || answer.body.length > ANSWER_MAX || !isHeld)
      return this.options.results.add(key, 'skipped');
    const old = {
      status: answer.status,
      type: textOf(answer.headers['content-type']),
      coding: textOf(answer.headers['content-encoding']),
      body: answer.body,
    };
    const other = await this.ask(key, 'gateway', async () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !NOT_ASKED.has(name)),
      );
      const told = await this.options.http.inject({
        method: request.method as 'GET',
        url: request.originalUrl,
        headers,
        ...(hasBody(request) && body && { payload: body }),
        remoteAddress: request.socket.remoteAddress,
      });
      const { statusCode: status, rawPayload } = told;
      return { status, type: textOf(told.headers['content-type']), body: rawPayload };
    });
    if (other) await this.compare({ key, dialect, row }, request, old, other);
  }

  /** The other side's answer; null, and counted, where there is none in time. */
  private async ask(
    key: RowKey,
    side: 'old server' | 'gateway',
    work: (signal: AbortSignal) => Promise<SentAnswer | null>,
  ): Promise<SentAnswer | null> {
    const { results } = this.options;
    const breaker = this.breakerOf(key, side);
    const begun = performance.now();
    try {
      const signal = AbortSignal.any([this.ending.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const answer = await work(signal);
      if (answer && OVERLOADED.has(answer.status)) throw new Error('The other side is overloaded');
      if (performance.now() - begun > SLOW_MS) breaker.failed();
      else breaker.succeeded();
      return answer;
    } catch (error) {
      if (this.ending.signal.aborted) return null;
      const isLong = error instanceof AppError && error.cause instanceof AnswerTooLong;
      results.add(key, isLong ? 'skipped' : 'failed');
      if (!isLong) breaker.failed();
      return null;
    }
  }

  private async compare(
    { key, dialect, row }: Sample,
    request: FastifyRequest,
    old: SentAnswer,
    ours: SentAnswer,
  ): Promise<void> {
    const { book, results } = this.options;
    const [left, right]: (Answer | null)[] = await Promise.all([comparable(old), comparable(ours)]);
    if (!left || !right) return results.add(key, 'skipped');
    const secrets = secretsOf(request, book.names);
    const most = DIFFERENCES_MAX;
    const differences = compareAnswers(book.of(dialect, row), left, right, { secrets, most });
    if (differences.length === 0) results.add(key, 'same');
    else results.add(key, 'different', differences.slice(0, most));
  }
}
