import { type FileHandle, open, stat } from 'node:fs/promises';
import { StartError } from '../infra/start-error.js';
import type { Outcome } from '../modules/import/run.js';
import { propertyOf } from '../unknown.js';

const refuse = (file: string) => (error: unknown) => {
  throw new StartError(`${file} cannot be written (${String(propertyOf(error, 'code'))}).`);
};

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((file) => stat(file).catch(() => null)));
  return !!first && !!second && first.dev === second.dev && first.ino === second.ino;
}

/** A file with a line of JSON for each record that was not imported, for its owner alone to read. */
export class RejectsFile {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** Empties a file that is there, but never the source. Throws a StartError. */
  static async open(file: string, source: string): Promise<RejectsFile> {
    if (await isSameFile(file, source))
      throw new StartError(`${file} is the source: rejects would empty it.`);
    return new RejectsFile(file, await open(file, 'w', 0o600).catch(refuse(file)));
  }

  async add(outcomes: readonly Outcome[]): Promise<void> {
    const lines = outcomes
      .filter(({ kind }) => kind === 'rejected')
      .map(({ line, legacyId, reason }) => `${JSON.stringify({ line, legacy_id: legacyId, ...reason })}\n`);
    if (lines.length > 0) await this.handle.appendFile(lines.join('')).catch(refuse(this.file));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
