import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than any start takes where five of them share a core. */
const START_MS = 60_000;

/** A gateway as README.md starts it, with a database, a Redis and a port of its own. */
export class Gateway implements AsyncDisposable {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
  /** What it prints, the codes that it sends among it (support/codes.ts). */
  readonly log = path.join(this.folder, 'log');
  url = '';
  private child: ChildProcess | undefined;

  /** Starts one and waits until it listens. Fails with what it said when it ends instead. */
  static async start(settings: Record<string, string> = {}): Promise<Gateway> {
    const gateway = new Gateway();
    try {
      await gateway.listen(settings);
    } catch (error) {
      await gateway[Symbol.asyncDispose]();
      throw error;
    }
    return gateway;
  }

  private async listen(settings: Record<string, string>): Promise<void> {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, PORT: '0', DATA_DIR: path.join(this.folder, 'data'), ...settings };
    const log = openSync(this.log, 'a');
    // `npm start` would build once more; this is what it runs, with an embedded database that starts sooner.
    const args = ['--liftoff-only', 'dist/src/main.js'];
    const child = spawn(process.execPath, args, { cwd: '..', env, stdio: ['ignore', log, log] });
    this.child = child;
    // It does not outlive this process.
    process.on('exit', () => {
      child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
    closeSync(log);
    const giveUp = Date.now() + START_MS;
    while (!this.url) {
      const said = readFileSync(this.log, 'utf8');
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (ended || Date.now() > giveUp) throw new Error(`The gateway did not start:\n${said}`);
      this.url = /listens at (http\S+)/.exec(said)?.[1] ?? '';
      await pause(20);
    }
  }

  /** Ends it at once, and forgets what it stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
