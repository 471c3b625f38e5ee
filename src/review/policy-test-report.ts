// SPDX-License-Identifier: Apache-2.0
// What `csr-approver test` found, as a value; its JSON form is stable.

import type { ExplainedCheck } from './explained-check.js';
import { type TouchedRule, type Untouched, untouchedOf } from './policy-test-coverage.js';

/** What a rule, or all rules together, say of a request. */
export interface ToldDecision {
  readonly decision: string;
  /** Codes of the violated checks; else the one code of the outcome, such as `PolicyApproved`. */
  readonly codes: readonly string[];
}

/** What was decided of a case, and by which rules. */
export interface DecidedCase extends ToldDecision {
  /** The rule that decided; null where no rule in force speaks of the request. */
  readonly rule: string | null;
  /** Every rule that matched, shadow rules among them, sorted by name. */
  readonly rules: readonly (ToldDecision & { readonly name: string; readonly mode: string })[];
}

/** What a case expects; a part that it does not write is absent. */
export interface ExpectedCase {
  readonly decision: string;
  readonly rule?: string | null;
  readonly codes?: readonly string[];
  readonly rules?: readonly {
    readonly name: string;
    readonly decision: string;
    readonly codes?: readonly string[];
  }[];
}

/** A check of a matching rule, with the name of the rule. */
export type CheckOfRule = ExplainedCheck & { readonly rule: string };

/** One case that was tried. */
export interface TestedCase {
  readonly name: string;
  /** Line of the case in its file, from 1. */
  readonly line: number;
  readonly passed: boolean;
  readonly expected: ExpectedCase;
  readonly decided: DecidedCase;
  /** What is not as expected, in words; empty where the case passed. */
  readonly differences: readonly string[];
  /** Why an expected rule spoke of nothing. */
  readonly hints: readonly string[];
  /** Checks that explain the difference; empty where the case passed. */
  readonly checks: readonly CheckOfRule[];
}

/** One test file. */
export interface TestedFile {
  readonly file: string;
  /** Null where the file could not be run. */
  readonly policyHash: string | null;
  /** Why the file could not be run, a line each; empty where it was. */
  readonly problems: readonly string[];
  readonly cases: readonly TestedCase[];
}

/** The answer of `csr-approver test`. */
export interface PolicyTestReport {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'PolicyTestReport';
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly TestedFile[];
  /** By policy; a policy of which everything was touched is not there. */
  readonly untouched: readonly Untouched[];
}

/** The report of files that were tried. */
export function reportOf(runs: readonly RunFile[]): PolicyTestReport {
  const files = runs.map(({ tested }) => tested);
  const cases = files.flatMap((each) => each.cases);
  const passed = cases.filter((each) => each.passed).length;
  return {
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'PolicyTestReport',
    passed,
    failed: cases.length - passed,
    files,
    untouched: untouchedOf(runs.flatMap(coverageOf)),
  };
}

/** A file that was tried, and what its cases touched of the policy. */
export interface RunFile {
  readonly tested: TestedFile;
  readonly touched: readonly TouchedRule[];
}

const coverageOf = ({ tested: { file, policyHash }, touched }: RunFile) =>
  policyHash === null ? [] : [{ file, policyHash, touched }];
