// SPDX-License-Identifier: Apache-2.0
// The line about one request that a shadow rule judged and somebody decided: did the rule agree, and how often so far?

import type { Outcome } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import { printable } from '../vocabulary/printable.js';
import { whoAndWhat } from './decision-line.js';
import type { Log } from './log.js';

/** One comparison, as the approver makes it. */
export interface ShadowLine {
  readonly csr: CsrObject;
  readonly rule: string;
  readonly policyHash: string;
  readonly would: Outcome['kind'];
  readonly decided: 'approve' | 'deny';
  /** Reason of the condition: whoever decided chose it. */
  readonly reason: string;
  readonly verdict: 'agrees' | 'disagrees' | 'undecided';
  readonly totals: {
    readonly agrees: number;
    readonly disagrees: number;
    readonly undecided: number;
  };
}

const MESSAGES = {
  agrees: 'shadow rule agrees',
  disagrees: 'shadow rule disagrees',
  undecided: 'shadow rule would not have decided yet',
} as const;

/** Writes the line; a disagreement is for somebody to look at. */
export function logShadow(log: Log, line: ShadowLine): void {
  const { csr, rule, policyHash, would, decided, reason, verdict, totals } = line;
  log[verdict === 'disagrees' ? 'warn' : 'info'](
    { ...whoAndWhat(csr), rule, would, decided, reason: printable(reason), ...totals, policyHash },
    MESSAGES[verdict],
  );
}
