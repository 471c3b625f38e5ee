// SPDX-License-Identifier: Apache-2.0
// What is wrong with a policy, and what is right by the language and still dangerous, useless or not what was meant.

import type { Rule } from '../decide/rule.js';
import type { Holes } from '../policy/automaton.js';
import { type LoadedPolicy, loadPolicyParts } from '../policy/load-policy.js';
import type { PolicyParts } from '../policy/policy-part.js';
import { formatPath, type PolicyProblem } from '../policy/problem.js';
import { readWritten, type WrittenPolicy } from '../policy/written-policy.js';
import { findAmbiguous } from './lint/ambiguous.js';
import { type LintCode, lintKinds } from './lint/catalogue.js';
import { findEverything } from './lint/everything.js';
import type { Finder, Finding, LintView } from './lint/finding.js';
import {
  findControllerManager,
  findKubeletsDenied,
  findSelfReported,
  findSharedEverywhere,
} from './lint/kubelets.js';
import { findLongDefaults, findUnbounded } from './lint/lifetimes.js';
import { findNeverApproving, findNeverMatching } from './lint/never.js';
import { findClusterPower, findNameless, findSelfNaming } from './lint/power.js';
import { findSelfRenewing } from './lint/renewal.js';
import { holesOf } from './lint/requesters.js';
import { findShadowed } from './lint/shadowed.js';
import {
  findAttributesLeftOut,
  findBeyondSigner,
  findRulesWithoutSigner,
  findSignersWithoutRule,
  findWideSigners,
} from './lint/signers.js';
import { findSharedTrust } from './lint/trust.js';
import { findUselessValues } from './lint/useless-values.js';
import { WordSets } from './lint/word-sets.js';

/** One thing that lint says; the JSON form is stable. */
export interface LintProblem {
  readonly level: 'error' | 'warning' | 'note';
  /** A reason code for an error, a code of docs/lint.md for the others. */
  readonly code: string;
  readonly source: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The field; empty for the text as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do; null for an error, whose message says it. */
  readonly fix: string | null;
}

/** What lint says of one policy. */
export interface LintReport {
  /** The texts that it is made of. */
  readonly sources: readonly string[];
  /** Null when the policy has an error. */
  readonly policyHash: string | null;
  /** In the order of the texts. */
  readonly problems: readonly LintProblem[];
}

/** What a run of lint is told. */
export interface LintOptions {
  /** Rules may have an end. */
  readonly nowMs: number;
  /** Codes of which nothing is said. */
  readonly ignore?: readonly LintCode[];
  /** Steps of comparing patterns; tests set it. */
  readonly maxSteps?: number;
}

/** The cheap ones first: what compares patterns shares one budget. */
const finders: readonly Finder[] = [
  findControllerManager,
  findKubeletsDenied,
  findSharedEverywhere,
  findUnbounded,
  findLongDefaults,
  findClusterPower,
  findNameless,
  findSignersWithoutRule,
  findRulesWithoutSigner,
  findAttributesLeftOut,
  findWideSigners,
  findSharedTrust,
  findSelfReported,
  findEverything,
  findAmbiguous,
  findSelfNaming,
  findSelfRenewing,
  findNeverMatching,
  findNeverApproving,
  findUselessValues,
  findBeyondSigner,
  findShadowed,
];

/** Lints the policy that `parts` are together. Never throws; bounded by the bounds of a policy and `maxSteps`. */
export function lintPolicy(parts: PolicyParts, options: LintOptions): LintReport {
  const loaded = loadPolicyParts(parts);
  const sources = parts.map(({ source }) => source);
  if (!loaded.ok) return { sources, policyHash: null, problems: loaded.error.map(errorOf) };
  const written = readWritten(parts);
  const findings = written === undefined ? [] : findingsIn(loaded.value, written, options);
  const ignored: readonly string[] = options.ignore ?? [];
  const problems = findings
    .filter(({ code }) => !ignored.includes(code))
    .flatMap((finding) => (written === undefined ? [] : [problemOf(finding, written)]));
  return { sources, policyHash: loaded.value.hash, problems: inOrder(problems) };
}

const errorOf = (problem: PolicyProblem): LintProblem => ({
  level: 'error',
  code: problem.code,
  source: problem.source,
  line: problem.line,
  column: problem.column,
  path: problem.path,
  message: problem.message,
  fix: null,
});

function problemOf({ code, path, message, fix }: Finding, written: WrittenPolicy): LintProblem {
  const kind = lintKinds[code];
  const place = written.placeOf(path);
  return {
    level: kind.level,
    code,
    ...place,
    path: formatPath(path),
    message,
    fix: fix ?? kind.fix,
  };
}

function findingsIn(
  { policy, rules, signers }: LoadedPolicy,
  written: WrittenPolicy,
  { nowMs, maxSteps }: LintOptions,
): readonly Finding[] {
  const sets = new WordSets(maxSteps);
  const isWritten = (path: Finding['path']): boolean => written.isWritten(path);
  const view: LintView = {
    policy,
    rules,
    signers,
    isWritten,
    sets,
    nowMs,
    holes: remembered(sets),
  };
  const findings = finders.flatMap((find) => find(view));
  const chosen = new Set(pathsOf(findings, 'RequesterNamesItself'));
  const rest: readonly Finding[] = sets.isComplete
    ? []
    : [{ code: 'TooMuchToCompare', path: [], message: 'not everything could be compared' }];
  return [
    // Who names himself anything is told so, and not also that the pattern is wide.
    ...findings.filter(
      ({ code, path }) => code !== 'MatchesEverything' || !chosen.has(formatPath(path)),
    ),
    ...rest,
  ];
}

const pathsOf = (findings: readonly Finding[], code: LintCode): readonly string[] =>
  findings.filter((finding) => finding.code === code).map(({ path }) => formatPath(path));

function remembered(sets: WordSets): (rule: Rule) => Holes {
  const known = new Map<Rule, Holes>();
  return (rule) => {
    const holes = known.get(rule) ?? holesOf(rule, sets);
    known.set(rule, holes);
    return holes;
  };
}

/** Several texts stay in their order; within one, by place. */
function inOrder(problems: readonly LintProblem[]): readonly LintProblem[] {
  const sources = [...new Set(problems.map(({ source }) => source))].sort();
  return problems.toSorted(
    (a, b) =>
      sources.indexOf(a.source) - sources.indexOf(b.source) ||
      a.line - b.line ||
      a.column - b.column ||
      (a.code < b.code ? -1 : 1),
  );
}
