// SPDX-License-Identifier: Apache-2.0
// A decision as it is told: to the log, and to whoever explains it.

import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { Decision } from './decision.js';

/** One decision about one request, told once. */
export interface DecisionEvent {
  readonly csr: CsrObject;
  /** Undefined when the request could not be read. */
  readonly facts: RequestFacts | undefined;
  readonly decision: Decision;
  /** From the creation of the object to the decision. */
  readonly durationMs: number;
}

/** The one code for why: of the first violation, else of the outcome; waiting and denying always have a violation. */
export function reasonOf({
  outcome,
  violations,
}: Pick<Decision, 'outcome' | 'violations'>): ReasonCode {
  const [first] = violations;
  if (first !== undefined) return first.code;
  if (outcome.kind === 'approve') return 'PolicyApproved';
  return outcome.kind === 'review' ? 'ReviewRequired' : 'NoRuleMatches';
}
