// SPDX-License-Identifier: Apache-2.0
// Why would this request be decided so? The same decide as in `run`, told as a value and as text.

import type { CheckResult } from '../decide/check.js';
import { decideWith } from '../decide/decide-with.js';
import type { Decision, RuleVerdict } from '../decide/decision.js';
import { reasonOf } from '../decide/decision-event.js';
import type { Evidence } from '../decide/evidence.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { Case } from '../request/case.js';
import type { CsrState } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import { csrState } from '../request/state.js';
import { printable } from '../vocabulary/printable.js';

/** One check of a rule, as it is printed. `ok` is null for a check that was not asked. */
export interface ExplainedCheck {
  readonly code: string;
  readonly ok: boolean | null;
  readonly outcome: 'pass' | 'violation' | 'transient' | 'skipped';
  readonly want: string;
  readonly saw: string;
  readonly source: string;
}

/** The answer of `csr-approver explain`; its JSON form is stable. */
export interface Explanation {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'Explanation';
  readonly csr: string;
  readonly signerName: string;
  readonly requester: { readonly username: string; readonly groups: readonly string[] };
  readonly usages: readonly string[];
  readonly expirationSeconds: number | null;
  readonly state: CsrState;
  readonly decision: Decision['outcome']['kind'];
  /** RFC 3339; null unless the decision waits. */
  readonly until: string | null;
  readonly rule: string | null;
  readonly reason: string;
  readonly message: string;
  readonly rules: readonly {
    readonly name: string;
    readonly mode: string;
    readonly outcome: Decision['outcome']['kind'];
    readonly checks: readonly ExplainedCheck[];
  }[];
  /** Null when the request could not be read. */
  readonly facts: {
    readonly subject: readonly { readonly type: string; readonly value: string }[];
    readonly sans: readonly { readonly kind: string; readonly value: string }[];
    readonly key: string;
    readonly spkiSha256: string;
    readonly signatureAlgorithm: string;
    readonly extensions: readonly string[];
    readonly ignored: readonly string[];
  } | null;
  readonly policyHash: string;
  /** Answers that nobody gave and that were taken as usual in a cluster. */
  readonly assumed: readonly string[];
}

/** Decides about `subject` and tells everything that it rests on. */
export async function explain(
  subject: Case,
  policy: CompiledPolicy,
  resolve: Resolve,
  nowMs: number,
): Promise<Explanation> {
  const { answer, evidence } = await decideWith(resolve, subject, policy, nowMs);
  const { csr, reading } = subject;
  const { outcome } = answer;
  return {
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Explanation',
    csr: csr.name,
    signerName: csr.signerName,
    requester: { username: csr.requester.username, groups: csr.requester.groups },
    usages: csr.usages,
    expirationSeconds: csr.expirationSeconds ?? null,
    state: csrState(csr),
    decision: outcome.kind,
    until: outcome.kind === 'wait' ? new Date(outcome.untilMs).toISOString() : null,
    rule: answer.rule ?? null,
    reason: reasonOf(answer),
    message: messageOf(answer),
    rules: answer.verdicts.map(explainRule),
    facts: reading.ok ? factsOf(reading.value) : null,
    policyHash: answer.policyHash,
    assumed: assumptions(evidence),
  };
}

function messageOf({ outcome, violations }: Decision): string {
  if (violations.length > 0)
    return violations.map(({ message, code }) => message ?? code).join('; ');
  if (outcome.kind === 'approve') return 'every check passed';
  if (outcome.kind === 'review') return 'every check passed; a person is to decide';
  return 'no rule in force speaks of this signer name and requester';
}

const explainRule = ({ rule, mode, outcome, checks }: RuleVerdict) => ({
  name: rule,
  mode,
  outcome: outcome.kind,
  checks: checks.map(explainCheck),
});

function explainCheck({ code, state, transient, want, saw, source }: CheckResult): ExplainedCheck {
  const outcomes = {
    passed: 'pass',
    violated: transient === undefined ? 'violation' : 'transient',
    skipped: 'skipped',
    open: 'skipped',
  } as const;
  const ok = state === 'passed' ? true : state === 'violated' ? false : null;
  return { code, ok, outcome: outcomes[state], want, saw, source };
}

const factsOf = (facts: RequestFacts): NonNullable<Explanation['facts']> => ({
  subject: facts.subject.map(({ type, value }) => ({ type, value })),
  sans: facts.sans.map(({ kind, value }) => ({ kind, value })),
  key: facts.key.label,
  spkiSha256: facts.key.spkiSha256,
  signatureAlgorithm: facts.signatureAlgorithm,
  extensions: facts.extensions.map(({ name, critical }) =>
    critical ? `${name} (critical)` : name,
  ),
  ignored: facts.ignored,
});

function assumptions(evidence: Evidence): readonly string[] {
  return [...evidence.values()].flatMap((entry) => {
    const { answer } = entry;
    if (answer.state !== 'known' || answer.assumed !== true) return [];
    switch (entry.kind) {
      case 'api-server':
        return ['api-server: only the names that every API server has'];
      case 'node':
        return [`node ${printable(entry.need.name)}: not there`];
      case 'access-review':
        return [`${entry.need.assumption}: ${answer.value === true ? 'allowed' : 'not allowed'}`];
    }
  });
}
