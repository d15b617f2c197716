import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** Whatever a test does, the run comes to an end by itself, says which test it was, and runs the other files. */

interface Report {
  testResults: {
    name: string;
    message: string;
    assertionResults: { title: string; status: string }[];
  }[];
}

/** Runs the fixtures beside this file as `npm test` runs tests, but with short time-outs and no databases. */
async function runFixtures(workers: number) {
  const { default: config }: { default: object } = await import(pathToFileURL('jest.config.mjs').href);
  const options = {
    ...config,
    rootDir: process.cwd(),
    testMatch: ['**/runner/*.fixture.js'],
    globalSetup: undefined,
    globalTeardown: undefined,
    testTimeout: 500,
  };
  const args = [`--config=${JSON.stringify(options)}`, `--maxWorkers=${workers}`, '--json', '--ci'];
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...args], {
    env: { ...process.env, TEST_GRACE_MS: '2000' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number>((resolve) => child.on('close', resolve));
  const [stdout, code] = await Promise.all([text(child.stdout), ended]);
  const { testResults }: Report = JSON.parse(stdout);
  const files = testResults.map(({ name, message, assertionResults }) => [
    path.basename(name, '.fixture.js'),
    // Jest colours messages where CI or FORCE_COLOR is set.
    {
      message: stripVTControlCharacters(message),
      tests: Object.fromEntries(assertionResults.map(({ title, status }) => [title, status])),
    },
  ]);
  return { code, files: Object.fromEntries(files) };
}

const TIMED_OUT = expect.stringContaining('Exceeded timeout of 500 ms for a test');

test.each([1, 9])(
  'on %s workers every test that hangs, dies or ends its process fails and is named, and the other files run',
  async (workers) => {
    const { code, files } = await runFixtures(workers);
    expect(files).toEqual({
      passes: { tests: { passes: 'passed' }, message: '' },
      hangs: { tests: { 'never settles': 'failed', 'runs all the same': 'passed' }, message: TIMED_OUT },
      'own-timeout': {
        tests: { 'has the time-out of its file': 'failed', 'has its own': 'failed' },
        message: expect.stringMatching(/of 50 ms for a test.*of 60 ms for a test/s),
      },
      hook: {
        tests: { passes: 'passed' },
        message: expect.stringMatching(/Exceeded timeout of 500 ms for a hook.*> 1 \| afterAll\(/s),
      },
      rejects: {
        tests: { 'leaves a rejection behind': 'failed' },
        message: expect.stringContaining('looked at by nobody'),
      },
      exits: {
        tests: { exits: 'failed', 'runs all the same': 'passed' },
        message: expect.stringContaining('process.exit(0) in a test'),
      },
      dies: { tests: {}, message: expect.stringMatching(/signal=SIGABRT.*ended in "crashes"/s) },
      loops: {
        tests: {},
        message: expect.stringMatching(/signal=SIGKILL.*ended in "without an end loops"/s),
      },
      loading: { tests: {}, message: expect.stringMatching(/signal=SIGKILL.*ended outside of a test/s) },
    });
    expect(code).toBe(1);
  },
);
