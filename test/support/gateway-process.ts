import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from './until.js';

const MAIN = path.resolve('dist/src/main.js');

/** A message as `SMS_PROVIDER=log` and `MAIL_PROVIDER=log` print it. */
export interface MessageLine {
  event: 'sms' | 'mail';
  to: string;
  code: string;
  purposes: string[];
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The compiled gateway as a process of its own, as an operator starts it. `npm test` compiles it first. */
export class GatewayProcess {
  stdout = '';
  stderr = '';
  /** Resolves when the process is gone and everything that it wrote was read. */
  readonly ended: Promise<Ending>;
  private ending: Ending | undefined;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.ending = { code, signal };
      return this.ending;
    });
  }

  /** Starts it with these settings and none of the test run's own. */
  static spawn(settings: Record<string, string>): GatewayProcess {
    const { PATH, HOME, TMPDIR } = process.env;
    const env = { PATH, HOME, TMPDIR, PORT: '0', ...settings };
    // As `npm test` itself: the embedded database runs too short a time to be optimised.
    const args = ['--liftoff-only', MAIN];
    return new GatewayProcess(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Starts it and waits until it listens. Fails with what it said when it ends instead. */
  static async start(settings: Record<string, string>): Promise<GatewayProcess> {
    const gateway = GatewayProcess.spawn(settings);
    await until('it listens', () => gateway.url !== '' || gateway.ending !== undefined, 60_000);
    if (gateway.ending) throw new Error(`it ended:\n${gateway.stdout}\n${gateway.stderr}`);
    return gateway;
  }

  /** Where it listens, by its own account; empty before it says so. */
  get url(): string {
    return /listens at (http\S+)/.exec(this.stdout)?.[1] ?? '';
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it whatever state it is in. */
  async stop(): Promise<void> {
    if (!this.ending) this.kill('SIGKILL');
    await this.ended;
  }

  /** Everything it wrote, line by line. */
  get lines(): string[] {
    return `${this.stdout}\n${this.stderr}`.split('\n').filter((line) => line !== '');
  }

  /** The messages that it printed instead of sending them. */
  get messages(): MessageLine[] {
    return this.stdout
      .split('\n')
      .filter((line) => /^\{"event":"(sms|mail)"/.test(line))
      .map((line) => JSON.parse(line) as MessageLine);
  }

  /** The latest code sent to a phone or an address, once it is printed. */
  async code(to: string): Promise<string> {
    const find = () => this.messages.findLast((message) => message.to === to);
    await until(`a code for ${to}`, () => find() !== undefined);
    return find()?.code ?? '';
  }
}
