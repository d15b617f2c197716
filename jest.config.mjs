/** The compiled tests run in plain Node, so each worker loads the gateway once and keeps what V8 made of it. */
export default {
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  globalSetup: '<rootDir>/dist/test/support/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/support/global-teardown.js',
  // The files wait for hashes and databases more than they compute.
  maxWorkers: '100%',
};
