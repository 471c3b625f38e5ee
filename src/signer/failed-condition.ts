// SPDX-License-Identifier: Apache-2.0
// The text of the condition Failed: what a requester reads with kubectl when an approved request is not signed.

import { finalMessage } from '../decide/condition.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { CsrObject } from '../request/csr-object.js';

/** Why the signer gives no certificate, ever: a fact of the request. `message` is a clause, printable. */
export interface SigningRefusal {
  readonly code: ReasonCode;
  readonly message: string;
}

/** The clauses of all refusals in one printable text. */
export const clausesOf = (refusals: readonly SigningRefusal[]): string =>
  refusals.map(({ message }) => message).join('; ');

/** A condition as it is written to status.conditions; the server sets the times (API-19). */
export interface FailedCondition {
  readonly type: 'Failed';
  readonly status: 'True';
  readonly reason: ReasonCode;
  readonly message: string;
}

/** The condition for a request that is refused for good; its reason is the first code. */
export function failedCondition(
  csr: CsrObject,
  refusals: readonly [SigningRefusal, ...SigningRefusal[]],
  policyHash: string,
): FailedCondition {
  const origin = `signer ${csr.signerName}, policy ${policyHash}`;
  const message = finalMessage(clausesOf(refusals), origin);
  return { type: 'Failed', status: 'True', reason: refusals[0].code, message };
}

/** The whole list of conditions to write: none that is there is lost, and there is one `Failed` (API-16). */
export const withFailed = (
  csr: CsrObject,
  condition: FailedCondition,
): readonly Readonly<Record<string, unknown>>[] => [
  ...csr.conditions.filter(({ type }) => type !== 'Failed').map(({ raw }) => raw),
  { ...condition },
];
