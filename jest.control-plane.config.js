import fast from './jest.config.js';

/** What runs against a real etcd and kube-apiserver (or against the server that a KUBE_CSR_APPROVER_TEST_SERVER names). */
export default {
  ...fast,
  testMatch: ['<rootDir>/test/contract/**/*.test.ts', '<rootDir>/test/e2e/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/control-plane-setup.mjs',
  globalTeardown: '<rootDir>/test/support/control-plane-teardown.mjs',
  testTimeout: 20_000,
  // The tests mostly wait for the server; the slowest waits 15 s for its clock.
  maxWorkers: 2,
};
