// SPDX-License-Identifier: Apache-2.0
// The one line that an issuance leaves in the log: who has which certificate, for what, until when, by which CA.

import type { IssuedSummary, Issuance } from '../authority/issuance.js';
import { whoAndWhat } from './decision-line.js';
import type { Log } from './log.js';

const MESSAGES = {
  published: 'certificate issued',
  failed: 'certificate request failed',
  lost: 'certificate signed and not published',
  waiting: 'certificate waits to be signed',
} as const satisfies Record<Issuance['outcome'], string>;

/** Writes the line of one issuance; `warn` where an operator may have to act. */
export function logIssuance(log: Log, issuance: Issuance): void {
  const { csr, outcome, code, message, certificate, approval, policyHash, durationMs } = issuance;
  const level = outcome === 'published' || outcome === 'failed' ? 'info' : 'warn';
  log[level](
    // As in the line of a decision: a spread before many fields is slow.
    Object.assign(whoAndWhat(csr), certificate && certificateFields(certificate), {
      issuance: outcome,
      reason: code,
      detail: message,
      approvedReason: approval.reason,
      claimedRule: approval.rule,
      claimedPolicyHash: approval.policyHash,
      policyHash,
      durationMs,
    }),
    MESSAGES[outcome],
  );
}

const certificateFields = ({ notBeforeMs, notAfterMs, ...rest }: IssuedSummary) => ({
  ...rest,
  notBefore: new Date(notBeforeMs).toISOString(),
  notAfter: new Date(notAfterMs).toISOString(),
});
