// SPDX-License-Identifier: Apache-2.0
// Why would this request be decided so? The same decide as in `run`, told as a value and as text.

import { decideWith } from '../decide/decide-with.js';
import type { Decision, RuleVerdict } from '../decide/decision.js';
import { reasonOf } from '../decide/decision-event.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { Case } from '../request/case.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import { csrState, isFailed } from '../request/state.js';
import { assumptions } from './assumptions.js';
import { awaitedSigner } from './awaited-signer.js';
import { explainCheck } from './explained-check.js';
import type { Explanation, MissingRight } from './explanation.js';
import { isKnown } from './is-known.js';
import { issuedCertificate } from './issued-certificate.js';
import { type RecordedDecision, recordedDecision } from './recorded-decision.js';
import { type Remedy, remediesOf, remedyOf } from './remedies.js';
import { reviewCommands } from './review-commands.js';
import { unmatchedRules } from './unmatched.js';

/** What a request is put before, and what is known of it beside its own fields. */
export interface ExplainQuestion {
  readonly policy: CompiledPolicy;
  readonly resolve: Resolve;
  readonly nowMs: number;
  /** The JSON that the request was parsed from, for its managedFields. */
  readonly object?: unknown;
  /** Asked once everything was resolved. */
  readonly missingRights?: () => readonly MissingRight[];
}

/** Decides about `subject` and tells everything that it rests on. */
export async function explain(subject: Case, question: ExplainQuestion): Promise<Explanation> {
  const { policy, resolve, nowMs, object, missingRights } = question;
  const { answer, evidence } = await decideWith(resolve, subject, policy, nowMs);
  const { csr, reading } = subject;
  const { outcome } = answer;
  const state = csrState(csr);
  const known = isKnown(answer);
  const awaitsReview = outcome.kind === 'review' && state === 'pending';
  const recorded = recordedDecision(csr, object);
  return {
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Explanation',
    csr: csr.name,
    signerName: csr.signerName,
    requester: { username: csr.requester.username, groups: csr.requester.groups },
    usages: csr.usages,
    expirationSeconds: csr.expirationSeconds ?? null,
    createdAt: csr.createdAtMs === 0 ? null : new Date(csr.createdAtMs).toISOString(),
    state,
    decision: outcome.kind,
    known,
    until: outcome.kind === 'wait' ? new Date(outcome.untilMs).toISOString() : null,
    rule: answer.rule ?? null,
    reason: reasonOf(answer),
    message: messageOf(answer),
    rules: answer.verdicts.map(explainRule),
    unmatched: unmatchedRules(policy, subject, nowMs),
    facts: reading.ok ? factsOf(reading.value) : null,
    refusal: reading.ok ? null : reading.error,
    remedies: remediesFor(answer, subject),
    review: awaitsReview ? (reviewCommands(csr.name) ?? null) : null,
    recorded: recorded ?? null,
    agrees: recorded === undefined || !known ? null : agrees(recorded, answer),
    failure: failureOf(csr),
    awaitedSigner: awaitedSigner(csr, policy) ?? null,
    certificate: issuedCertificate(csr) ?? null,
    policyHash: answer.policyHash,
    assumed: assumptions(evidence),
    missingRights: missingRights?.() ?? [],
  };
}

function messageOf({ outcome, violations, verdicts }: Decision): string {
  if (violations.length > 0)
    return violations.map(({ message, code }) => message ?? code).join('; ');
  if (outcome.kind === 'approve') return 'every check passed';
  if (outcome.kind === 'review') return 'every check passed; a person is to decide';
  return verdicts.length === 0
    ? 'no rule in force speaks of this signer name and requester'
    : 'only rules in mode shadow speak of this signer name and requester';
}

/** What no rule speaks of, or no strict reader takes, has no violations that say so. */
function remediesFor(answer: Decision, { reading }: Case): readonly Remedy[] {
  const { outcome, violations } = answer;
  if (outcome.kind === 'approve' || outcome.kind === 'review') return [];
  if (violations.length > 0) return remediesOf(answer);
  const unreadable = reading.ok ? [] : [remedyOf(reading.error.code)];
  return [remedyOf(reasonOf(answer)), ...unreadable];
}

/**
 * To wait, to ask a person and to have no rule are no answers that could be compared; nor is what rests on the state of
 * the cluster, which may have been another one then.
 */
function agrees(
  { decision }: RecordedDecision,
  { outcome, rule, violations }: Decision,
): boolean | null {
  if (outcome.kind === decision) return true;
  if (violations.some(({ transient }) => transient !== undefined)) return null;
  if (outcome.kind === 'approve' || outcome.kind === 'deny') return false;
  return outcome.kind === 'leave' && rule !== undefined && decision === 'approve' ? false : null;
}

function failureOf(csr: CsrObject): Explanation['failure'] {
  const failed = csr.conditions.find(({ type }) => type === 'Failed');
  if (failed === undefined || !isFailed(csr)) return null;
  const { reason = '', message = '', lastUpdateTime } = failed;
  return { reason, message, at: lastUpdateTime ?? null };
}

const explainRule = ({ rule, mode, outcome, checks }: RuleVerdict) => ({
  name: rule,
  mode,
  outcome: outcome.kind,
  checks: checks.map(explainCheck),
});

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
