import { readFileSync } from 'node:fs';
import fast from './jest.config.js';

/** Contract tests of what the small server does not have; not-for-the-small-server.test.ts holds the list to account. */
const excluded = JSON.parse(
  readFileSync(
    new URL('./test/small-server/not-for-the-small-server.json', import.meta.url),
    'utf8',
  ),
);
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const names = excluded.flatMap(({ test }) => (test === undefined ? [] : [escaped(test)]));
const files = excluded.flatMap(({ test, file }) => (test === undefined ? [escaped(file)] : []));

/** The contract tests against the small API server of demo/api-server, and the tests of that server itself. */
export default {
  ...fast,
  testMatch: ['<rootDir>/test/contract/**/*.test.ts', '<rootDir>/test/small-server/**/*.test.ts'],
  testPathIgnorePatterns: files.map((file) => `/test/contract/${file}$`),
  testNamePattern: `^(?!.*(?:${names.join('|')})$)`,
  globalSetup: '<rootDir>/test/small-server/set-up.mjs',
  globalTeardown: '<rootDir>/test/small-server/tear-down.mjs',
  testTimeout: 20_000,
  // The tests mostly wait for the server; the slowest waits for the end of a watch.
  maxWorkers: 2,
};
