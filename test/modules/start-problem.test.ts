import { loadConfig } from '../../src/config.js';
import { startProblem } from '../../src/errors/start-problem.js';
import { refuseOldVersion } from '../../src/infra/database/database.js';
import { notInstalled } from '../../src/infra/not-installed.js';

/** What cannot be brought about on every machine that tests run on. */

const CONFIG = loadConfig({ DATABASE_URL: 'postgres://someone:a-secret@db:5432/gateway', DATA_DIR: '/data' });
const failure = (message: string, properties: object) => Object.assign(new Error(message), properties);

test.each([
  [
    '28P01',
    'password authentication failed for user "someone"',
    /^PostgreSQL at db:5432 refuses to log in \(pass/,
  ],
  [
    '42501',
    'permission denied to create extension',
    /does not let this user bring the database up to date \(perm/,
  ],
  ['25006', 'cannot execute CREATE TABLE in a read-only transaction', /takes no changes/],
  ['57P03', 'the database system is starting up', /cannot take us now/],
  ['53300', 'sorry, too many clients already', /cannot take us now/],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db', /does not answer \(ENOTFOUND\)/],
  ['ETIMEDOUT', 'connect ETIMEDOUT', /does not answer \(ETIMEDOUT\)/],
  ['', 'timeout expired', /does not answer \(timeout expired\)/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate', /do not agree on TLS \(self-signed certificate\)/],
  ['', 'The server does not support SSL connections', /do not agree on TLS/],
])('a problem of the database at the start is explained: %s %s', (code, message, sentence) => {
  const problem = startProblem(failure(`${message}\n    at somewhere`, code ? { code } : {}), CONFIG);
  expect(problem).toMatch(sentence);
  expect(problem).not.toMatch(/a-secret|\n/);
});

test.each([
  ['EACCES', 'may not be written by this user'],
  ['EROFS', 'is read-only'],
  ['ENOSPC', 'has no space left'],
])('a problem of the data directory at the start is explained: %s', (code, reason) => {
  const error = failure(`${code}: mkdir`, { code, syscall: 'mkdir', path: '/data/storage/tmp' });
  expect(startProblem(error, CONFIG)).toBe(
    `The directory /data ${reason}: set DATA_DIR to one that can be used.`,
  );
});

test('a low port that the user may not open is explained at the start', () => {
  const error = failure('listen EACCES', { code: 'EACCES', syscall: 'listen', port: 80 });
  const config = loadConfig({ HOST: '0.0.0.0', PORT: '80' });
  expect(startProblem(error, config)).toBe(
    'The address 0.0.0.0:80 is not allowed to this user: set a PORT from 1024 on.',
  );
});

test('a defect at the start keeps its stack', () => {
  expect(startProblem(new TypeError('x is not a function'), CONFIG)).toBeUndefined();
  expect(startProblem(failure('duplicate key', { code: '23505' }), CONFIG)).toBeUndefined();
});

test('a PostgreSQL older than 15 is refused at the start', () => {
  for (const version of ['15.20 (Debian 15.20-0+deb12u1)', '15beta1', '18.0']) refuseOldVersion(version);
  expect(() => refuseOldVersion('14.11')).toThrow('PostgreSQL 14.11 is too old: 15 or newer is needed.');
  expect(() => refuseOldVersion('9.6.24')).toThrow('PostgreSQL 9.6.24 is too old');
});

test('a development dependency missing in production is explained with the setting that does without it', () => {
  const missing = failure("Cannot find package '@mikro-orm/pglite'", { code: 'ERR_MODULE_NOT_FOUND' });
  const problem = startProblem(notInstalled(missing, 'The embedded database', 'DATABASE_URL'));
  expect(problem).toBe(
    'The embedded database is not installed here (it is one of the development dependencies): set DATABASE_URL.',
  );
  const other = new Error('other');
  expect(notInstalled(other, 'The embedded database', 'DATABASE_URL')).toBe(other);
});
