import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const EMBEDDED = new URL('../../src/infra/database/embedded.js', import.meta.url).href;

/** Keeps an embedded database busy until V8 has replaced much of its code by better code. */
const BUSY = `
  const { PGLITE_EXTENSIONS } = await import(${JSON.stringify(EMBEDDED)});
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create({ extensions: PGLITE_EXTENSIONS });
  await database.exec('create table words as select g id, md5(g::text) word from generate_series(1, 20000) g');
  for (let id = 0; id < 50; id++) await database.query('select * from words where id > $1 order by word limit 20', [id]);
  await database.close();
`;

/** V8 can end the process when it frees code (src/infra/database/embedded.ts). */
test('V8 frees no machine code of the embedded database', async () => {
  const { stdout } = await run(process.execPath, [
    '--trace-wasm-code-gc',
    '--input-type=module',
    '--eval',
    BUSY,
  ]);
  expect(stdout).not.toContain('[wasm-gc]');
});
