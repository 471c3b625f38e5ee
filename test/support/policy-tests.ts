// SPDX-License-Identifier: Apache-2.0
// Runs policy test files as `csr-approver test` does, in this process.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { confinedReader } from '../../src/cli/confined-files.js';
import { runPolicyTest } from '../../src/review/policy-test.js';
import { type PolicyTestReport, reportOf } from '../../src/review/policy-test-report.js';
import { newKeys } from '../../src/review/policy-test-request.js';
import { projectRoot } from './readme-examples.js';

/** One key of each kind for all tests of a process. */
export const keyOf = newKeys();

/** Every policy test file in `folder` of the project and below, by its path in the project. */
export const testFilesIn = (folder: string): readonly string[] =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name))
    .filter((file) => /^kind: PolicyTest$/m.test(readFileSync(join(projectRoot, file), 'utf8')))
    .toSorted();

/** What `csr-approver test` finds in these files. */
export async function reportOfFiles(files: readonly string[]): Promise<PolicyTestReport> {
  const runs = files.map((file) => {
    const path = join(projectRoot, file);
    const read = confinedReader(dirname(path));
    return runPolicyTest(readFileSync(path, 'utf8'), file, { read, keyOf, nowMs: Date.now() });
  });
  return reportOf(await Promise.all(runs));
}
