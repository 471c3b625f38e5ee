// SPDX-License-Identifier: Apache-2.0
// csr-approver test: runs policy test files.

import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../kube/error-code.js';
import type { PolicyTestReport } from '../review/policy-test-report.js';
import { MAX_POLICY_TEST_BYTES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type Command, EXIT } from './command.js';
import { readInput, shownName } from './files.js';
import { outputFlag, printedValue, readOutput } from './output.js';

/** Does the policy decide as its tests expect? */
export const testCommand: Command = {
  summary: 'Runs policy test files: requests, and the decisions that are expected of a policy.',
  usage: 'FILE…|- [flags]',
  positionals: Number.MAX_SAFE_INTEGER,
  flags: {
    output: outputFlag('text', 'json', 'yaml'),
    junit: { type: 'string', value: 'FILE', help: 'write the result as JUnit XML, too' },
  },
  run: async (given, process) => {
    const output = readOutput(given, 'text', 'json', 'yaml');
    const files = given.positionals;
    if (!output.ok || files.length === 0) {
      process.err(`${output.ok ? 'UsageError: name at least one test file' : output.error}\n`);
      return EXIT.unknown;
    }
    const report = await runAll(files, Date.now());
    const notRun = report.files.flatMap(({ problems }) => problems);
    if (notRun.length > 0) process.err(`${notRun.join('\n')}\n`);
    process.out(
      output.value === 'text' ? await inWords(report) : printedValue(report, output.value),
    );
    const junit = await writeJunit(report, given.text('junit'));
    if (!junit.ok) process.err(`${junit.error}\n`);
    if (notRun.length > 0 || !junit.ok) return EXIT.unknown;
    return report.failed > 0 ? EXIT.no : EXIT.yes;
  },
};

// The engine is loaded here only: the controller, which starts often, does not need it.

async function runAll(files: readonly string[], nowMs: number): Promise<PolicyTestReport> {
  const [{ notRun, runPolicyTest }, { newKeys }, { reportOf }, { confinedReader }] =
    await Promise.all([
      import('../review/policy-test.js'),
      import('../review/policy-test-request.js'),
      import('../review/policy-test-report.js'),
      import('./confined-files.js'),
    ]);
  const keyOf = newKeys();
  const tested = [];
  for (const file of files) {
    // One after the other: what one file holds in memory is gone before the next is read.
    const text = await readInput(file, MAX_POLICY_TEST_BYTES);
    tested.push(
      text.ok
        ? await runPolicyTest(text.value, shownName(file), {
            read: confinedReader(dirname(file)),
            keyOf,
            nowMs,
          })
        : notRun(shownName(file), [text.error]),
    );
  }
  return reportOf(tested);
}

async function inWords(report: PolicyTestReport): Promise<string> {
  const { policyTestText } = await import('../review/policy-test-text.js');
  return policyTestText(report);
}

async function writeJunit(
  report: PolicyTestReport,
  file: string | undefined,
): Promise<Result<undefined, string>> {
  if (file === undefined) return ok(undefined);
  const { junitOf } = await import('../review/policy-test-junit.js');
  try {
    await writeFile(file, junitOf(report));
    return ok(undefined);
  } catch (error) {
    return fail(`FileUnwritable: ${file}: ${errorCode(error)}`);
  }
}
