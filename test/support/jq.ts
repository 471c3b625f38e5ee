// SPDX-License-Identifier: Apache-2.0
// The real jq, where there is one.

import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** Or one that skips where there is no jq; it says why in one line, and throws where everything is required. */
export function describeWithJq(): typeof describe | typeof describe.skip {
  if (spawnSync('jq', ['--version']).status === 0) return describe;
  const line = 'tests with jq skipped: there is no jq (Debian: apt-get install jq)';
  if (process.env['CSR_APPROVER_TEST_REQUIRE_ALL'] === '1') throw new Error(line);
  process.stderr.write(`! ${line}\n`);
  return describe.skip;
}
