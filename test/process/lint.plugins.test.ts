import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SERVICE = 'src/modules/planted/planted.service.ts';
const REPOSITORY = 'src/modules/planted/planted.repository.ts';
const COMMAND = 'src/cli/commands/planted.ts';

/** What the plugins of the linter say of a file of this project with that text. */
function complaints(file: string, text: string): string[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'ug-lint-'));
  try {
    const { plugins } = JSON.parse(readFileSync('biome.json', 'utf8'));
    const config = { plugins, linter: { rules: { preset: 'none' } } };
    writeFileSync(path.join(directory, 'biome.json'), JSON.stringify(config));
    cpSync('lint', path.join(directory, 'lint'), { recursive: true });
    mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
    const biome = path.resolve('node_modules/.bin/biome');
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json', file], {
      cwd: directory,
      encoding: 'utf8',
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
    return diagnostics.map(({ message }) => message);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const QUERY = /^Only repositories build queries/;

describe('the linter', () => {
  test.each([
    ['a read of entities', SERVICE, 'await ctx.em.find(User, {});'],
    ['a read of one entity under another name', SERVICE, 'await manager.findOne(User, 1);'],
    ['SQL with a type', SERVICE, "await em.execute<Row[]>('select 1', []);"],
    ['a write', SERVICE, 'await this.em.nativeUpdate(User, {}, {});'],
    ['a query of a fork', SERVICE, 'await ctx.em\n  .fork()\n  .count(User);'],
    ['a query of a cast', SERVICE, 'await (ctx.em as EntityManager).insert(User, {});'],
    ['a query in the command line', COMMAND, 'await (await environment.em()).find(City, {});'],
    ['a read of a repository of the ORM', SERVICE, 'await ctx.em.getRepository(User).find({});'],
    ['a read of what the context has', SERVICE, 'await ctx.em.getContext().find(User, {});'],
    ['a statement', SERVICE, "import { statement } from '../../infra/database/statement.js';"],
    ['a module that is imported late', SERVICE, "await import('../../infra/database/query.js');"],
    ['a module that is handed on', SERVICE, "export * from '../../infra/database/statement.js';"],
    ['rows', COMMAND, "import { readRows } from '../../infra/database/rows.js';"],
  ])('the linter refuses outside of repositories %s', (_what, file, text) => {
    expect(complaints(file, text)).toEqual([expect.stringMatching(QUERY)]);
  });

  test.each([
    ['a variable', 'const manager = ctx.em;'],
    ['a variable with a fork', 'const other = database.fork();'],
    ['a variable with a type', 'const manager: EntityManager = environment.open();'],
    ['a part of a context', 'const { em: manager } = ctx;'],
    ['a part of a parameter', 'const f = ({ em: manager }: Context) => manager;'],
    ['a default', 'function f(manager = ctx.em) {}'],
    ['an index', "const users = ctx['em'];"],
    ['a parameter', 'function f(manager: EntityManager) {}'],
  ])('the linter refuses an entity manager that is not called em: %s', (_what, text) => {
    expect(complaints(COMMAND, text)).toEqual(['An entity manager is called em.']);
  });

  test.each([
    ['of a callback', 'await ctx.em.transactional(async (em) => save(em));'],
    ['of a callback with options', 'await ctx.em.transactional((em) => save(em), { clear: true });'],
  ])('the linter refuses to hand on an entity manager %s', (_what, text) => {
    expect(complaints(SERVICE, text)).toEqual([expect.stringMatching(/is in the transaction already/)]);
  });

  test('the linter refuses a service that takes an entity manager and not the context', () => {
    const text = 'export class A { find(em: EntityManager, id: number) {} }';
    expect(complaints(SERVICE, text)).toEqual([expect.stringMatching(/^Services take the context first/)]);
  });

  test.each([
    ['a repository', REPOSITORY, 'await em.find(User, {});'],
    ['who begins a transaction', SERVICE, 'await ctx.em.transactional(() => save(ctx.em));'],
    [
      'who hands it on',
      SERVICE,
      'const found = (await findAddresses(ctx.em, 1)).find((one) => one.isDefault);',
    ],
    ['who forks it', SERVICE, 'const em = this.fork();'],
  ])('the linter lets through %s', (_what, file, text) => {
    expect(complaints(file, text)).toEqual([]);
  });
});
