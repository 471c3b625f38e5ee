// SPDX-License-Identifier: Apache-2.0
// The one line that a decision leaves in the log: who asked for what, what was decided, by which rule, and why.

import { namesOf } from '../authority/issuance.js';
import type { CsrObject } from '../request/csr-object.js';
import { CREDENTIAL_ID } from '../decide/checks/requester-certificate.js';
import type { RuleVerdict } from '../decide/decision.js';
import { type DecisionEvent, reasonOf } from '../decide/decision-event.js';
import { isViolation } from '../decide/judge.js';
import { MAX_LOGGED_GROUPS } from '../vocabulary/limits.js';
import { printable } from '../vocabulary/printable.js';
import type { Log } from './log.js';

/** Writes the line of one decision; an approval and a denial after it was written to the object. */
export function logDecision(log: Log, { csr, facts, decision, durationMs }: DecisionEvent): void {
  const { outcome, rule, violations, verdicts, policyHash } = decision;
  const names = facts === undefined ? undefined : namesOf(facts);
  const [credentialId] = csr.requester.extra[CREDENTIAL_ID] ?? [];
  log.info(
    // A spread before so many fields takes twice the time of all the rest of the line.
    Object.assign(whoAndWhat(csr), {
      decision: outcome.kind,
      rule,
      reason: reasonOf(decision),
      violations: violations.map(({ code, message }) => ({ code, message })),
      until: outcome.kind === 'wait' ? new Date(outcome.untilMs).toISOString() : undefined,
      shadow: verdicts.filter((verdict) => verdict.mode === 'shadow').map(shadowOf),
      commonName: names?.commonName,
      organizations: names?.organizations,
      sans: names?.sans,
      spkiSha256: facts?.key.spkiSha256,
      usages: csr.usages.map((usage) => printable(usage)),
      expirationSeconds: csr.expirationSeconds,
      credentialId: credentialId === undefined ? undefined : printable(credentialId),
      policyHash,
      durationMs,
    }),
    'certificate request decided',
  );
}

const shadowOf = ({ rule, outcome, checks }: RuleVerdict) => ({
  rule,
  decision: outcome.kind,
  violations: checks.filter(isViolation).map(({ code }) => code),
});

/** The fields by which every line about a request can be found. */
export const whoAndWhat = (csr: CsrObject) => ({
  csr: printable(csr.name),
  uid: printable(csr.uid),
  signerName: csr.signerName,
  requester: printable(csr.requester.username),
  // The others are only counted.
  groups: csr.requester.groups.map((group, index) =>
    index < MAX_LOGGED_GROUPS ? printable(group) : '',
  ),
});
