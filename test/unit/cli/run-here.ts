// SPDX-License-Identifier: Apache-2.0
// Runs a command in this process, as main does after it has found it.

import { type Command, readFlags } from '../../../src/cli/command.js';

/** What a command printed, and its exit code. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `command` with these arguments to its end, in an empty environment. Throws for flags that it does not take. */
export async function runHere(command: Command, args: readonly string[]): Promise<Ended> {
  const given = readFlags(command, args, {});
  if (!given.ok) throw new RangeError(given.error);
  const printed = { out: '', err: '' };
  const code = await command.run(given.value, {
    env: {},
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    signal: new AbortController().signal,
  });
  return { code, ...printed };
}

/** Loads what `test` imports: Jest cannot link a module for which two dynamic imports ask at once, as it does. */
export async function loadTestEngine(): Promise<void> {
  await import('../../../src/review/policy-test.js');
  await import('../../../src/review/policy-test-request.js');
  await import('../../../src/review/policy-test-report.js');
}
