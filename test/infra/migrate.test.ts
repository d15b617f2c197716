import pg from 'pg';
import { migrate } from '../../src/infra/database/database.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { commandIn } from '../support/command-line.js';
import { until } from '../support/until.js';

/** Migrations as a step of their own, and beside writers who hold locks. */

const LATEST = 'Migration20261202_tags';

let world: TestWorld;
let app: TestApp;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start();
});
afterAll(() => world.close());

/** The database as it was before tags. */
async function undoTags(): Promise<void> {
  await app.sql('drop table user_tags, tags, tag_categories');
  await app.sql('delete from mikro_orm_migrations where name = ?', [LATEST]);
}

test('with MIGRATE=off a gateway starts on a database that is up to date, or belongs to a later release', async () => {
  await app.sql(`insert into mikro_orm_migrations (name) values ('Migration29991231_later')`);
  const other = await world.start({ MIGRATE: 'off' });
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  await other.close();
});

test('with MIGRATE=off a gateway refuses a database that lacks migrations, until db migrate has run', async () => {
  await undoTags();
  await expect(world.start({ MIGRATE: 'off' })).rejects.toThrow(
    `The database lacks migrations (${LATEST}), and MIGRATE is off: run "db migrate" of this release first.`,
  );
  const run = (...argv: string[]) => commandIn(world, argv, { MIGRATE: 'off' });
  expect(await run('hobby', 'list')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/lacks migrations/),
  });
  const { code, stdout } = await run('db', 'migrate', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { applied: [LATEST] }]);
  await (await world.start({ MIGRATE: 'off' })).close();
});

const { DATABASE_URL } = process.env;
(DATABASE_URL ? test : test.skip)(
  'a migration that waits for a lock lets go of it soon, and is done once the lock is free',
  async () => {
    await undoTags();
    const writer = new pg.Client({ connectionString: world.database.url });
    await writer.connect();
    await writer.query('begin');
    await writer.query('lock table users in row exclusive mode');
    const { database } = app.infrastructure;
    const migrating = migrate(database);
    const waiting = async () => {
      const rows = await app.sql(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    };
    await until('it waits for the lock', waiting);
    await until('it waits no longer', async () => !(await waiting()));
    // Whoever comes after it is not kept out meanwhile.
    await app.client.register();
    await writer.query('commit');
    await writer.end();
    await migrating;
    expect((await app.client.data('{ tagCategories { id } }')).tagCategories).toEqual([]);
  },
);
