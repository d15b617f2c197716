/** Tests run the sources through swc, which emits the decorator metadata that the schema and the ORM read. */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its ESM build imports JSON in a way Jest warns about.
    '^libphonenumber-js/max$': '<rootDir>/node_modules/libphonenumber-js/max/index.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Generous, because a slow machine is no failure.
  testTimeout: 60_000,
  // Every file loads the embedded database: the flags of `npm test` keep V8 from optimising it each time anew.
  // The files wait for hashes and databases more than they compute.
  maxWorkers: '100%',
  // Jest keeps what each file imported; collecting that heap costs more than a fresh worker.
  workerIdleMemoryLimit: '200MB',
};
