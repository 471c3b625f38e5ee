// SPDX-License-Identifier: Apache-2.0
// What was expected of a case, held against what was decided.

import type { Decision, RuleVerdict } from '../decide/decision.js';
import { reasonOf } from '../decide/decision-event.js';
import { isViolation } from '../decide/judge.js';
import type { Rule } from '../decide/rule.js';
import type { WrittenTestCase } from '../policy/policy-test-schema.js';
import type { CsrObject } from '../request/csr-object.js';
import { printable, quoted } from '../vocabulary/printable.js';
import { explainCheck } from './explained-check.js';
import type {
  CheckOfRule,
  DecidedCase,
  ExpectedCase,
  TestedCase,
  ToldDecision,
} from './policy-test-report.js';

type Expect = WrittenTestCase['expect'];

/** What a difference is explained with. */
interface Background {
  readonly csr: CsrObject;
  readonly rules: readonly Rule[];
}

/** The verdict on one case. */
export function judgeCase(
  expect: Expect,
  decision: Decision,
  background: Background,
): Omit<TestedCase, 'name' | 'line'> {
  const expected = expectedOf(expect);
  const decided = decidedOf(decision);
  const differences = differencesOf(expected, decided);
  const passed = differences.length === 0;
  return {
    passed,
    expected,
    decided,
    differences,
    hints: passed ? [] : hintsFor(expected, decided, background),
    checks: passed ? [] : checksThatMatter(expected, decision),
  };
}

function expectedOf({ decision, rule, codes, rules }: Expect): ExpectedCase {
  return {
    decision,
    ...(rule === undefined ? {} : { rule }),
    ...(codes === undefined ? {} : { codes }),
    ...(rules === undefined
      ? {}
      : {
          rules: Object.entries(rules).map(([name, said]) => ({
            name,
            decision: said.decision,
            ...(said.codes === undefined ? {} : { codes: said.codes }),
          })),
        }),
  };
}

const decidedOf = (decision: Decision): DecidedCase => ({
  decision: decision.outcome.kind,
  rule: decision.rule ?? null,
  codes: codesOf(decision),
  rules: decision.verdicts.map((verdict) => ({
    name: verdict.rule,
    mode: verdict.mode,
    decision: verdict.outcome.kind,
    codes: codesOf(saidBy(verdict)),
  })),
});

type Said = Pick<Decision, 'outcome' | 'violations'>;

const saidBy = ({ outcome, checks }: RuleVerdict): Said => ({
  outcome,
  violations: checks.filter(isViolation),
});

/** Each once: one check can find several things. */
function codesOf(said: Said): readonly string[] {
  const codes = said.violations.map(({ code }) => code);
  return codes.length === 0 ? [reasonOf(said)] : [...new Set(codes)];
}

function differencesOf(expected: ExpectedCase, decided: DecidedCase): readonly string[] {
  const { rule } = expected;
  const others = (expected.rules ?? []).flatMap((wanted) => {
    const said = decided.rules.find(({ name }) => name === wanted.name) ?? NO_MATCH;
    return [...decisionDifference(wanted, said), ...codeDifferences(wanted, said)].map(
      (each) => `rule ${printable(wanted.name)}: ${each}`,
    );
  });
  return [
    ...decisionDifference(expected, decided),
    ...(rule === undefined || rule === decided.rule
      ? []
      : [`${byRule(decided.rule)}, not ${byRule(rule)}`]),
    ...codeDifferences(expected, decided),
    ...others,
  ];
}

/** What a rule says that does not speak of the request. */
const NO_MATCH: ToldDecision = { decision: 'none', codes: [] };

const byRule = (rule: string | null): string =>
  rule === null ? 'by no rule' : `by rule ${printable(rule)}`;

type Expected = Pick<ExpectedCase, 'decision' | 'codes'>;

const decisionDifference = (expected: Expected, said: ToldDecision): readonly string[] =>
  expected.decision === said.decision
    ? []
    : [`decision ${said.decision}, not ${expected.decision}`];

function codeDifferences(expected: Expected, said: ToldDecision): readonly string[] {
  const codes = expected.codes ?? said.codes;
  const missing = codes.filter((code) => !said.codes.includes(code));
  const more = said.codes.filter((code) => !codes.includes(code));
  return [
    ...(missing.length > 0 ? [`${missing.join(', ')} missing`] : []),
    ...(more.length > 0 ? [`${more.join(', ')} not expected`] : []),
  ];
}

/** Says of each expected rule that did not match why it did not. */
function hintsFor(
  { rule, rules = [] }: ExpectedCase,
  decided: DecidedCase,
  background: Background,
): readonly string[] {
  const expected = [
    ...(typeof rule === 'string' ? [rule] : []),
    ...rules.filter(({ decision }) => decision !== NO_MATCH.decision).map(({ name }) => name),
  ];
  const matched = decided.rules.map(({ name }) => name);
  return [...new Set(expected)]
    .filter((name) => !matched.includes(name))
    .map((name) => whyNoMatch(name, background));
}

function whyNoMatch(name: string, { csr, rules }: Background): string {
  const rule = rules.find((each) => each.name === name);
  if (rule === undefined) return `the policy has no rule ${quoted(name)}`;
  const { signerName } = rule.match;
  if (signerName !== csr.signerName) {
    return `rule ${name} speaks of signer ${signerName}, the request is for ${csr.signerName}`;
  }
  const about = rule.preset === undefined ? 'requester' : 'requester or node';
  return `rule ${name} does not speak of this ${about}, or is no longer valid`;
}

/** What was violated in any rule, and what the case expected to be. */
function checksThatMatter(expected: ExpectedCase, decision: Decision): readonly CheckOfRule[] {
  const wanted = new Set([
    ...(expected.codes ?? []),
    ...(expected.rules ?? []).flatMap(({ codes }) => codes ?? []),
  ]);
  return decision.verdicts.flatMap(({ rule, checks }) =>
    checks
      .filter((check) => isViolation(check) || wanted.has(check.code))
      .map((check) => ({ rule, ...explainCheck(check) })),
  );
}
