import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isRecord } from '../../rest/input.js';

/** Codes that a server sends to a phone or an address while requests are replayed. None is ever printed. */

/** How long a code may take to come to the log, and how often it is looked for, in milliseconds. */
const WAIT_MS = 5000;
const LOOK_MS = 50;
const COMMAND_MS = 30_000;
const CODE = /^[\w-]{1,20}$/;

/** Phones are known by their last eleven digits, addresses whatever their case. */
export const recipientOf = (to: string): string =>
  to.includes('@') ? to.trim().toLowerCase() : to.replace(/\D/g, '').slice(-11);

/** The file that a gateway in development writes its log to, read while it grows. */
class Log {
  private at: number | undefined;
  private rest = '';
  private readonly latest = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly file: string) {}

  /** Reads on from where it was read to; what is there at first is of the past. */
  async read(): Promise<void> {
    const handle = await open(this.file);
    try {
      const { size } = await handle.stat();
      // A file that became shorter was begun anew.
      const from = this.at === undefined ? size : this.at > size ? 0 : this.at;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      this.at = from + bytesRead;
      const lines = (this.rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.take(line);
    } finally {
      await handle.close();
    }
  }

  private take(line: string): void {
    if (!/"event":"(?:sms|mail)"/.test(line)) return;
    try {
      const value: unknown = JSON.parse(line);
      if (!isRecord(value) || typeof value.to !== 'string' || typeof value.code !== 'string') return;
      const to = recipientOf(value.to);
      this.latest.set(to, value.code);
      this.counts.set(to, this.count(to) + 1);
    } catch {
      // Something else that only looks like it.
    }
  }

  count(to: string): number {
    return this.counts.get(to) ?? 0;
  }

  code(to: string): string | undefined {
    return this.latest.get(to);
  }
}

export interface CodeSources {
  /** The log of the server, which tells codes in development. */
  log?: string;
  /** A command that is called with the phone or address and prints the code. */
  command?: string;
}

const run = promisify(execFile);

/** Finds the codes that one server sent. */
export class Codes {
  private readonly log: Log | undefined;
  /** How many codes had come for a recipient before the last one was asked for. */
  private readonly before = new Map<string, number>();

  constructor(
    private readonly sources: CodeSources,
    private readonly url: string,
  ) {
    this.log = sources.log === undefined ? undefined : new Log(sources.log);
  }

  /** Reads to the end of the log; throws where there is none. */
  async start(): Promise<void> {
    await this.log?.read();
  }

  /** Notes that a code is about to be asked for. */
  async asking(to: string): Promise<void> {
    await this.log?.read();
    this.before.set(recipientOf(to), this.log?.count(recipientOf(to)) ?? 0);
  }

  /** The code that was sent last; undefined where none is found. */
  async codeFor(to: string): Promise<string | undefined> {
    return (await this.fromLog(recipientOf(to))) ?? (await this.fromCommand(recipientOf(to)));
  }

  private async fromLog(to: string): Promise<string | undefined> {
    if (!this.log) return undefined;
    const before = this.before.get(to) ?? 0;
    for (let waited = 0; ; waited += LOOK_MS) {
      await this.log.read();
      if (this.log.count(to) > before || waited >= WAIT_MS) return this.log.code(to);
      await sleep(LOOK_MS);
    }
  }

  /** The recipient is an argument of its own: nothing of it is read as part of the command, or as an option of it. */
  private async fromCommand(to: string): Promise<string | undefined> {
    const { command } = this.sources;
    if (command === undefined || to.startsWith('-')) return undefined;
    try {
      const { stdout } = await run('/bin/sh', ['-c', `${command} "$@"`, 'codes', to], {
        timeout: COMMAND_MS,
        env: { ...process.env, REPLAY_URL: this.url },
      });
      const code = stdout.trim();
      return CODE.test(code) ? code : undefined;
    } catch {
      // Its message would have the command's output in it.
      return undefined;
    }
  }
}
