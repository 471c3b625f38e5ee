// SPDX-License-Identifier: Apache-2.0
// What a request says of who approved it, for the log. Nothing is decided by it: whoever may approve can write any text.

import type { ApprovalClaim } from '../authority/issuance.js';
import { claimOf } from '../decide/condition.js';
import type { CsrObject } from '../request/csr-object.js';
import { printable } from '../vocabulary/printable.js';

/** Reason and claimed rule of the condition Approved. */
export function approvalClaim({ conditions }: CsrObject): ApprovalClaim {
  const approved = conditions.find(({ type }) => type === 'Approved');
  const claim = claimOf(approved?.message ?? '');
  return {
    reason: printable(approved?.reason ?? ''),
    rule: claim?.rule,
    policyHash: claim?.policyHash,
  };
}
