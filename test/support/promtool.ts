// SPDX-License-Identifier: Apache-2.0
// The real promtool, where it can be had.

import { join } from 'node:path';
import { describe } from '@jest/globals';
import { ensurePromtool } from '../prometheus/build.mjs';
import { type Printed, runProgram } from './running-controller.js';

export interface Promtool {
  /** Or one that skips where there is no promtool; it says why in one line, and throws where everything is required. */
  readonly describe: typeof describe | typeof describe.skip;
  run(args: readonly string[], input?: string): Promise<Printed>;
}

/** Builds promtool if need be. */
export async function findPromtool(): Promise<Promtool> {
  const program = await ensurePromtool();
  if (program.ok) {
    const path = join(program.binDir, 'promtool');
    return {
      describe,
      run: (args, input) => runProgram(path, args, input === undefined ? {} : { input }),
    };
  }
  const line = `tests with promtool skipped: ${program.why}`;
  if (process.env['CSR_APPROVER_TEST_REQUIRE_ALL'] === '1') throw new Error(line);
  process.stderr.write(`! ${line}\n`);
  return { describe: describe.skip, run: () => Promise.reject(new Error(line)) };
}
