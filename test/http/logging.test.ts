import 'reflect-metadata';
import { Writable } from 'node:stream';
import Fastify from 'fastify';
import { loadConfig } from '../../src/config.js';
import { loggerOptions, requestLogger } from '../../src/http/logging.js';
import { openTestDatabase, type TestDatabase } from '../support/context.js';

/** What the log makes of things that hold secrets. */

let database: TestDatabase;
let written: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => {
  written = '';
});
afterAll(() => database.close());

function logger() {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written += String(chunk);
      done();
    },
  });
  const options = loggerOptions(loadConfig({ LOG_LEVEL: 'trace' }));
  return Fastify({ logger: { ...(options as object), stream } }).log;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );

const PHONE = '13912345678';
const SECRET = 'sesame-opens-4711';

test('a logged error of the database shows neither statement nor row, but its cause', async () => {
  const em = database.fork();
  const insert = 'insert into users (name, phone) values (?, ?)';
  await em.execute(insert, ['secretive', PHONE]);
  const errors = await Promise.all(
    [
      em.execute(insert, ['another', PHONE]),
      em.execute(`select '${SECRET}' from no_such_table where phone = ?`, [PHONE]),
      em.execute(`select '${SECRET}'::integer`),
      em.execute('select ?::integer', [SECRET]),
      em.execute(`update users set status = null where phone = '${PHONE}'`),
      em.execute(`selec '${SECRET}'`),
      em.execute(`values ('${SECRET}'::date)`),
    ].map(failureOf),
  );
  for (const err of errors) logger().error({ err }, 'unexpected error');
  const lines = written.trim().split('\n');
  expect(lines).toHaveLength(errors.length);
  for (const line of lines) {
    expect(line).not.toContain(SECRET);
    expect(line).not.toContain(PHONE);
    const { msg, err } = JSON.parse(line);
    expect(msg).toBe('unexpected error');
    expect(err).toMatchObject({ type: expect.any(String), reason: expect.stringMatching(/^[0-9A-Z]{5}$/) });
    expect(err.stack).toMatch(/^\s+at /);
  }
  expect(written).toContain('UniqueConstraintViolationException');
});

test('a logged field that is named like a secret is hidden, however deep', () => {
  const entry = {
    password: SECRET,
    input: { phone: PHONE, password: SECRET, code: SECRET },
    request: { headers: { authorization: SECRET, cookie: SECRET }, query: { any: SECRET } },
    variables: { input: { idNumber: SECRET, account: PHONE } },
  };
  logger().info(entry, 'message');
  expect(written).not.toContain(SECRET);
  expect(written).not.toContain(PHONE);
  expect(written).toContain('[redacted]');
});

test('the log of a request carries its id and hides the same fields', () => {
  const log = requestLogger(logger(), { reqId: 'a-request' });
  log.info({ password: SECRET }, 'own');
  log.child({ part: 'one' }).info({ input: { password: SECRET } }, 'of a part');
  const lines = written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { reqId: 'a-request', msg: 'own', password: '[redacted]' },
    { reqId: 'a-request', msg: 'of a part', part: 'one', input: { password: '[redacted]' } },
  ]);
});
