// SPDX-License-Identifier: Apache-2.0
// The line about one request that an enforced rule judged and another approver decided: would we have done the same?

import type { Outcome } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import { printable } from '../vocabulary/printable.js';
import { whoAndWhat } from './decision-line.js';
import type { Log } from './log.js';

/** One such request, as the approver found it. */
export interface OtherApproverLine {
  readonly csr: CsrObject;
  readonly rule: string;
  readonly policyHash: string;
  readonly judged: Outcome['kind'];
  readonly decided: 'approve' | 'deny';
  /** Reason of the condition: whoever decided chose it. */
  readonly reason: string;
  readonly verdict: 'agrees' | 'disagrees' | 'undecided';
}

const MESSAGES = {
  agrees: 'another approver agrees',
  disagrees: 'another approver disagrees',
  undecided: 'another approver decided what was still open',
} as const;

/** Writes the line; a disagreement is for somebody to look at. */
export function logOtherApprover(log: Log, line: OtherApproverLine): void {
  const { csr, rule, policyHash, judged, decided, reason, verdict } = line;
  log[verdict === 'disagrees' ? 'warn' : 'info'](
    { ...whoAndWhat(csr), rule, judged, decided, reason: printable(reason), policyHash },
    MESSAGES[verdict],
  );
}
