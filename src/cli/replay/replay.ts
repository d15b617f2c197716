import {
  type Circumstances,
  compareAnswers,
  type Difference,
  noiseBetween,
} from '../../rest/comparison/compare.js';
import { isSecretName } from '../../rest/comparison/redaction.js';
import { type CodeSources, Codes } from './codes.js';
import { answerOf, Follower } from './follower.js';
import { type Rewrite, rewriteRequest } from './places.js';
import type { Exchange, RecordedAnswer, RecordedRequest } from './recording.js';
import type { CodeInRequest, KnownRow, Rows } from './rows.js';
import { NoAnswer, Target } from './send.js';
import { type Fate, type RowTally, Tally } from './tally.js';

export interface ReplayOptions {
  to: URL;
  /** The server that answers in the place of the recording. */
  against?: URL;
  onlyReads: boolean;
  mapsIds: boolean;
  codes: CodeSources;
}

/** A server, and what it made anew of what the recording has. */
class Side {
  readonly target: Target;
  readonly follower: Follower;
  private readonly codes: Codes;
  /** Whoever a code was last sent to: the owner of a session that proves itself by one does not name itself. */
  private lastAsked: string | undefined;

  constructor(url: URL, { mapsIds, codes }: ReplayOptions) {
    this.target = new Target(url);
    this.follower = new Follower(mapsIds);
    this.codes = new Codes(codes, url.href);
  }

  start(): Promise<void> {
    return this.codes.start();
  }

  /** The request as this server has to get it, with its own tokens, ids and codes. */
  async prepare(
    request: RecordedRequest,
    known: KnownRow | undefined,
    told: CodeInRequest | undefined,
    secrets: Secrets,
  ): Promise<RecordedRequest> {
    if (known?.facts.sendsCode && told?.to) {
      this.lastAsked = told.to;
      await this.codes.asking(told.to);
    }
    const to = told?.to ?? this.lastAsked;
    const code = told?.code !== undefined && to !== undefined ? await this.codes.codeFor(to) : undefined;
    const follow = this.follower.rewrite(known);
    return rewriteRequest(request, known?.path ?? '', (name, value, where) => {
      const isCode = code !== undefined && known?.facts.secrets.has(name) && isSameCode(value, told?.code);
      const sent = isCode ? code : follow(name, value, where);
      secrets.see(name, value, where);
      secrets.see(name, sent, where);
      return sent;
    });
  }
}

/** A code may have lost the zeros in front of it on its way. */
const isSameCode = (value: string, code = ''): boolean =>
  value.trim() === code || (/^\d+$/.test(value) && value.padStart(code.length, '0') === code);

/** What a request brought that nobody is to read. */
class Secrets {
  readonly values = new Set<string>();

  constructor(private readonly names: ReadonlySet<string>) {}

  see(name: string, value: string, where: Parameters<Rewrite>[2]): void {
    const isSecret = where === 'cookie' || name === 'authorization' || isSecretName(name, this.names);
    if (isSecret && value !== '') this.values.add(value);
  }
}

const NOT_THERE = '(answer)';

function missingAnswer(left: RecordedAnswer | NoAnswer, right: RecordedAnswer | NoAnswer): Difference[] {
  const told = (one: RecordedAnswer | NoAnswer) =>
    one instanceof NoAnswer ? `no answer: ${one.reason}` : String(one.status);
  return [{ path: NOT_THERE, what: 'missing', left: told(left), right: told(right) }];
}

/** Sends a recording again, request by request, and compares the answers. */
class Replay {
  private readonly tally = new Tally();
  private readonly to: Side;
  private readonly against: Side | undefined;
  /** What `--to` has for what `--against` has. */
  private readonly between: Follower;

  constructor(
    private readonly rows: Rows,
    private readonly options: ReplayOptions,
  ) {
    this.to = new Side(options.to, options);
    this.against = options.against && new Side(options.against, options);
    this.between = new Follower(options.mapsIds);
  }

  private isSent({ method }: RecordedRequest, known: KnownRow | undefined): boolean {
    return !this.options.onlyReads || this.isRead(method, known) || known?.facts.isLogin === true;
  }

  private isRead(method: string, known: KnownRow | undefined): boolean {
    return known ? known.facts.isRead : method === 'GET' || method === 'HEAD';
  }

  private async one({ request, answer }: Exchange, known: KnownRow | undefined): Promise<Fate> {
    if (!this.isSent(request, known)) return 'unsent';
    const told = known && this.rows.codeIn(request, known);
    const secrets = new Secrets(this.rows.book.names);
    const ask = async (side: Side) => {
      const prepared = await side.prepare(request, known, told, secrets);
      const answered = await side.target.send(prepared);
      if (answered instanceof NoAnswer) return { prepared, answered };
      if (answer) side.follower.learn(known, answer, answered);
      else side.follower.learnOpened(known, answered);
      return { prepared, answered };
    };
    const [ours, theirs] = await Promise.all([ask(this.to), this.against && ask(this.against)]);
    const right = ours.answered;
    const left = theirs ? theirs.answered : answer;
    if (!left)
      return right instanceof NoAnswer ? missingAnswer(new NoAnswer('not recorded'), right) : 'uncompared';
    if (left instanceof NoAnswer || right instanceof NoAnswer) return missingAnswer(left, right);
    const followed = theirs ? this.between : this.to.follower;
    if (theirs) followed.learn(known, left, right);
    const circumstances: Circumstances = {
      secrets: secrets.values,
      translate: (value, kind) => followed.translate(known, value, kind),
    };
    const rules = known?.rules ?? this.rows.book.none;
    const differences = compareAnswers(rules, answerOf(left), answerOf(right), circumstances);
    if (differences.length === 0 || !theirs || !this.isRead(request.method, known)) return differences;
    const again = (await this.against?.target.send(theirs.prepared)) ?? left;
    if (again instanceof NoAnswer) return differences;
    const noise = noiseBetween(rules, answerOf(left), answerOf(again));
    return compareAnswers(rules, answerOf(left), answerOf(right), { ...circumstances, noise });
  }

  async run(recording: AsyncIterable<Exchange>): Promise<RowTally[]> {
    await Promise.all([this.to.start(), this.against?.start()]);
    for await (const exchange of recording) {
      const known = this.rows.of(exchange.request);
      const fate = await this.one(exchange, known);
      this.tally.add(known, exchange.request.method, exchange.position, fate);
    }
    return this.tally.list();
  }

  /** What was found so far. */
  list(): RowTally[] {
    return this.tally.list();
  }

  close(): void {
    this.to.target.close();
    this.against?.target.close();
  }
}

export interface ReplayResult {
  rows: RowTally[];
  /** What the recording could not be read beyond. */
  problem?: unknown;
}

/** Sends a recording again in its order. A recording that cannot be read to its end is told with what was found before. */
export async function replay(
  recording: AsyncIterable<Exchange>,
  rows: Rows,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const run = new Replay(rows, options);
  try {
    return { rows: await run.run(recording) };
  } catch (problem) {
    return { rows: run.list(), problem };
  } finally {
    run.close();
  }
}
