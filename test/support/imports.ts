import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Terminal } from '../../src/cli/output.js';
import { runCli } from '../../src/cli/program.js';
import type { LoneApp } from './app.js';

/** The command line beside a gateway, on the same database, files and Redis. */
export class ImportCli {
  private files = 0;

  constructor(private readonly app: LoneApp) {}

  async run(argv: readonly string[], stdin?: Readable) {
    const { config, world } = this.app;
    const written = { stdout: '', stderr: '' };
    const terminal: Terminal = {
      env: {
        DATA_DIR: world.dataDir,
        DATABASE_URL: world.database.url,
        REDIS_URL: process.env.REDIS_URL,
        REDIS_PREFIX: config.REDIS_PREFIX,
        WECHAT_APP_ID: 'wx-app',
      },
      stdout: (text) => {
        written.stdout += text;
      },
      stderr: (text) => {
        written.stderr += text;
      },
      interactive: false,
      stdin,
    };
    const { pglite } = world.database;
    const code = await runCli(argv, terminal, pglite && { pglite });
    return { code, ...written };
  }

  file(name: string): string {
    return path.join(this.app.world.dataDir, name);
  }

  async write(name: string, content: string | Buffer): Promise<string> {
    await writeFile(this.file(name), content);
    return this.file(name);
  }

  /** The report of an import of records that must run to its end. */
  async users(system: string, records: readonly object[], ...options: string[]) {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    return this.source(system, await this.write(`records-${++this.files}.ndjson`, lines), ...options);
  }

  /** Likewise of a source; with the lines of the rejects file. */
  async source(system: string, source: string, ...options: string[]) {
    const rejects = this.file(`rejects-${++this.files}.ndjson`);
    const argv = ['import', 'users', source, '--system', system, '--rejects', rejects, '--json', ...options];
    const { code, stdout, stderr } = await this.run(argv);
    if (stdout === '') throw new Error(stderr);
    const text = await readFile(rejects, 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    return { ...JSON.parse(stdout), exitCode: code, stderr, rejects: lines.map((line) => JSON.parse(line)) };
  }

  /** The report of an import of what is sent to stdin. */
  stdin(system: string, text: string | Buffer, ...options: string[]) {
    const argv = ['import', 'users', '-', '--system', system, '--json', ...options];
    return this.run(argv, Readable.from([Buffer.from(text)]));
  }
}
