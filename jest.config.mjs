/** The compiled tests run in plain Node, so each worker loads the gateway once and keeps what V8 made of it. */
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testEnvironment: '<rootDir>/dist/test/support/jest/environment.js',
  testRunner: '<rootDir>/dist/test/support/jest/test-runner.js',
  reporters: ['<rootDir>/dist/test/support/jest/last-test.reporter.js', 'default'],
  globalSetup: '<rootDir>/dist/test/support/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/support/global-teardown.js',
  // Only what hangs takes so long, also where many workers share a core.
  testTimeout: 120_000,
  // The files wait for hashes and databases more than they compute.
  maxWorkers: '100%',
  // Asked for a limit, Jest never runs tests in its own process, which they could end or keep from ending.
  workerIdleMemoryLimit: '1GB',
};
