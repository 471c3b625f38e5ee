/** The inner loop: everything that needs neither Go nor a network (see jest.control-plane.config.js for the rest). */
export default {
  testEnvironment: 'node',
  testMatch: ['unit', 'scenario', 'architecture'].map(
    (folder) => `<rootDir>/test/${folder}/**/*.test.ts`,
  ),
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/test/support/jest-esbuild.cjs' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  coverageProvider: 'v8',
  // Three times what the slowest takes here: making RSA keys takes seconds on a busy machine.
  testTimeout: 15_000,
  // Jest leaves one core free by default, which on two of them doubles the time.
  maxWorkers: 2,
};
