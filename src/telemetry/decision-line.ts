// SPDX-License-Identifier: Apache-2.0
// The one line that a decision leaves in the log: who asked for what, what was decided, by which rule, and why.

import type { CsrObject } from '../request/csr-object.js';
import type { RuleVerdict } from '../decide/decision.js';
import { type DecisionEvent, reasonOf } from '../decide/decision-event.js';
import { isViolation } from '../decide/judge.js';
import { MAX_LOGGED_GROUPS } from '../vocabulary/limits.js';
import { printable } from '../vocabulary/printable.js';
import type { Log } from './log.js';

/** Writes the line of one decision; an approval and a denial after it was written to the object. */
export function logDecision(log: Log, { csr, facts, decision, durationMs }: DecisionEvent): void {
  const { outcome, rule, violations, verdicts, policyHash } = decision;
  log.info(
    {
      ...whoAndWhat(csr),
      decision: outcome.kind,
      ...(rule === undefined ? {} : { rule }),
      reason: reasonOf(decision),
      violations: violations.map(({ code, message }) => ({ code, message })),
      ...(outcome.kind === 'wait' ? { until: new Date(outcome.untilMs).toISOString() } : {}),
      shadow: verdicts.filter((verdict) => verdict.mode === 'shadow').map(shadowOf),
      ...(facts === undefined ? {} : { spkiSha256: facts.key.spkiSha256 }),
      policyHash,
      durationMs,
    },
    'certificate request decided',
  );
}

const shadowOf = ({ rule, outcome, checks }: RuleVerdict) => ({
  rule,
  decision: outcome.kind,
  violations: checks.filter(isViolation).map(({ code }) => code),
});

/** The fields by which every line about a request can be found. */
export function whoAndWhat(csr: CsrObject) {
  const groups = csr.requester.groups.slice(0, MAX_LOGGED_GROUPS).map((group) => printable(group));
  return {
    csr: printable(csr.name),
    uid: csr.uid,
    signerName: csr.signerName,
    requester: printable(csr.requester.username),
    groups,
    ...(csr.requester.groups.length > groups.length
      ? { groupsLeftOut: csr.requester.groups.length - groups.length }
      : {}),
  };
}
