// SPDX-License-Identifier: Apache-2.0
// Runs a policy test file: each case is decided as `run` and `explain` decide, and compared with what it expects.

import { decideWith } from '../decide/decide-with.js';
import type { Decision } from '../decide/decision.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import { type PolicyTestFile, readPolicyTest } from '../policy/policy-test-file.js';
import { formatProblem } from '../policy/problem.js';
import { fail, ok } from '../vocabulary/result.js';
import { type CaseSurroundings, type ReadyCase, readyCase } from './policy-test-case.js';
import { judgeCase } from './policy-test-compare.js';
import { touchedBy } from './policy-test-coverage.js';
import { BesideFiles, type Had, type ReadBeside } from './policy-test-files.js';
import type { RunFile, TestedCase } from './policy-test-report.js';
import type { KeyOf } from './policy-test-request.js';

/** What a test file needs from outside. */
export interface PolicyTestPorts {
  /** Reads what the file names. */
  readonly read: ReadBeside;
  /** Keys of requests; one for all files, since they take time to make. */
  readonly keyOf: KeyOf;
  /** The time, in milliseconds, for cases that name none. */
  readonly nowMs: number;
}

/** Runs the test file `text`; `file` names it. What keeps it from running is told in `problems`; never throws. */
export async function runPolicyTest(
  text: string,
  file: string,
  ports: PolicyTestPorts,
): Promise<RunFile> {
  const test = readPolicyTest(text, file);
  if (!test.ok) return notRun(file, test.error.map(formatProblem));
  const files = new BesideFiles(test.value, file, ports.read);
  const ready = await readyFile(test.value, files, ports);
  if (!ready.ok) return notRun(file, ready.error);
  const { policy, cases } = ready.value;
  const decided = await Promise.all(
    cases.map(({ subject, resolve, nowMs }) => decideWith(resolve, subject, policy.policy, nowMs)),
  );
  const decisions = decided.map(({ answer }) => answer);
  const tested = {
    file,
    policyHash: policy.hash,
    problems: [],
    cases: cases.map((each, index) => testedCase(test.value, { each, index, policy, decisions })),
  };
  return { tested, touched: touchedBy(decisions, policy.rules) };
}

/** A file that could not be run, and why. */
export const notRun = (file: string, problems: readonly string[]): RunFile => ({
  tested: { file, policyHash: null, problems, cases: [] },
  touched: [],
});

interface ReadyFile {
  readonly policy: LoadedPolicy;
  readonly cases: readonly ReadyCase[];
}

/** Everything that the file names, or every line that says what is missing. */
async function readyFile(
  test: PolicyTestFile,
  files: BesideFiles,
  { keyOf, nowMs }: PolicyTestPorts,
): Promise<Had<ReadyFile>> {
  const policy = await files.policy();
  const objects = await files.objects(test.written.objects, ['objects']);
  if (!policy.ok || !objects.ok) return fail([...linesOf(policy), ...linesOf(objects)]);
  const around: CaseSurroundings = {
    test,
    files,
    objects: objects.value,
    keyOf,
    resolvers: new Map(),
    nowMs,
  };
  const cases = await Promise.all(test.written.cases.map((_, index) => readyCase(index, around)));
  const lines = cases.flatMap(linesOf);
  if (lines.length > 0) return fail([...new Set(lines)]);
  return ok({
    policy: policy.value,
    cases: cases.flatMap((each) => (each.ok ? [each.value] : [])),
  });
}

const linesOf = (had: Had<unknown>): readonly string[] => (had.ok ? [] : had.error);

function testedCase(
  test: PolicyTestFile,
  at: {
    readonly each: ReadyCase;
    readonly index: number;
    readonly policy: LoadedPolicy;
    readonly decisions: readonly Decision[];
  },
): TestedCase {
  const written = test.written.cases[at.index];
  const decision = at.decisions[at.index];
  if (written === undefined || decision === undefined) throw new TypeError('no such case');
  const line = test.lineOf(['cases', at.index]);
  const judged = judgeCase(written.expect, decision, {
    csr: at.each.subject.csr,
    rules: at.policy.rules,
  });
  return { name: written.name, line, ...judged };
}
