// SPDX-License-Identifier: Apache-2.0
// decide: the pure, re-entrant heart. A case, a policy, what is known and the time in; a decision or needs out.

import type { Case } from '../request/case.js';
import type { Ask } from './check.js';
import type { Decision, Needs, Outcome, RuleVerdict, Violation, WakeSubject } from './decision.js';
import { type Evidence, type Need, needKey } from './evidence.js';
import { claimsOf } from './claims.js';
import { isViolation, judge } from './judge.js';
import { bindingsOf, isInForce, matches } from './match.js';
import type { CompiledPolicy } from './rule.js';

/**
 * The decision about `subject`, or every question whose answer is still missing. All needs of all matching rules are
 * asked before anything is decided, so neither the order of rules nor further evidence changes a decision.
 */
export function decide(
  subject: Case,
  policy: CompiledPolicy,
  evidence: Evidence,
  nowMs: number,
): Decision | Needs {
  const { csr } = subject;
  const needs = new Map<string, Need>();
  const ask = askFrom(evidence, (need) => needs.set(needKey(need), need));
  const signer = policy.signerTerms(csr.signerName);
  const mayClaim = claimsOf(policy, nowMs);
  const verdicts = policy
    .rulesFor(csr.signerName)
    .filter((rule) => isInForce(rule, nowMs) && matches(rule, subject))
    .map((rule) => {
      const bindings = bindingsOf(rule, subject);
      return judge(
        subject,
        { csr, signer, apiServer: policy.apiServer, ask, rule, bindings, mayClaim },
        nowMs,
      );
    });
  if (needs.size > 0) return { kind: 'needs', needs: [...needs.values()] };
  return combine(verdicts, policy.hash);
}

/** Answers from `evidence`; a question that it does not hold is noted. */
export function askFrom(evidence: Evidence, note: (need: Need) => void): Ask {
  const find = (need: Need) => {
    const entry = evidence.get(needKey(need));
    if (entry === undefined) note(need);
    return entry;
  };
  return {
    accessReview: (need) => {
      const entry = find(need);
      return entry?.kind === 'access-review' ? entry.answer : undefined;
    },
    apiServer: () => {
      const entry = find({ kind: 'api-server' });
      return entry?.kind === 'api-server' ? entry.answer : undefined;
    },
    node: (name) => {
      const entry = find({ kind: 'node', name });
      return entry?.kind === 'node' ? entry.answer : undefined;
    },
    dns: (name) => {
      const entry = find({ kind: 'dns', name });
      return entry?.kind === 'dns' ? entry.answer : undefined;
    },
    claims: ({ names, addresses }) => {
      const entry = find({ kind: 'claims', names, addresses });
      return entry?.kind === 'claims' ? entry.answer : undefined;
    },
  };
}

const STRENGTH: readonly Outcome['kind'][] = ['approve', 'review', 'wait', 'deny', 'leave'];

/** Across rules: approve > review > wait > deny > leave, over those that are in force (semantics 4). */
function combine(verdicts: readonly RuleVerdict[], policyHash: string): Decision {
  const inForce = verdicts.filter((verdict) => verdict.mode !== 'shadow');
  const [winner] = inForce.toSorted(
    (a, b) =>
      STRENGTH.indexOf(a.outcome.kind) - STRENGTH.indexOf(b.outcome.kind) ||
      untilOf(a.outcome) - untilOf(b.outcome),
  );
  const outcome = winner?.outcome ?? { kind: 'leave' };
  const isOpen = outcome.kind === 'wait' || outcome.kind === 'leave';
  return {
    kind: 'decision',
    outcome,
    rule: winner?.rule,
    violations: inOrder(winner?.checks.filter(isViolation) ?? []),
    verdicts,
    policyHash,
    // Also what a shadow rule waits for: it is to say in the end what it would have done.
    wakeOn: isOpen ? wakeSubjects(verdicts) : [],
  };
}

/** What is a fact of the request comes first: it is the reason, and what may pass would not help. */
const inOrder = (violations: readonly Violation[]): readonly Violation[] => [
  ...violations.filter(({ transient }) => transient === undefined),
  ...violations.filter(({ transient }) => transient !== undefined),
];

const untilOf = (outcome: Outcome): number => (outcome.kind === 'wait' ? outcome.untilMs : 0);

/** Everything that may end one of the transient violations, each once. */
function wakeSubjects(verdicts: readonly RuleVerdict[]): readonly WakeSubject[] {
  const subjects = verdicts
    .flatMap(({ checks }) => checks)
    .filter((check) => isViolation(check) && check.transient !== undefined)
    .flatMap(({ wakeOn }) => wakeOn ?? [{ kind: 'time' } as const]);
  return [...new Map(subjects.map((subject) => [JSON.stringify(subject), subject])).values()];
}
