import fast from './jest.config.js';

/** The contract tests against the small API server of demo/api-server, and the tests of that server itself. */
export default {
  ...fast,
  testMatch: ['<rootDir>/test/contract/**/*.test.ts', '<rootDir>/test/small-server/**/*.test.ts'],
  globalSetup: '<rootDir>/test/small-server/set-up.mjs',
  globalTeardown: '<rootDir>/test/small-server/tear-down.mjs',
  testTimeout: 20_000,
  maxWorkers: 2,
};
