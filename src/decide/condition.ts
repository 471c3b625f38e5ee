// SPDX-License-Identifier: Apache-2.0
// The text of the conditions that are written: what a requester reads with kubectl, and a kubelet prints.

import { MAX_CONDITION_MESSAGE_CHARACTERS } from '../vocabulary/limits.js';
import type { Decision } from './decision.js';

/** A condition as it is added to status.conditions; the server sets the times (API-19). */
export interface WrittenCondition {
  readonly type: 'Approved' | 'Denied';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

/** The condition that says this decision; undefined when the decision writes nothing. */
export function conditionOf(decision: Decision): WrittenCondition | undefined {
  const { outcome, rule, policyHash, violations } = decision;
  if (rule === undefined) return undefined;
  const origin = `rule ${rule}, policy ${policyHash}`;
  if (outcome.kind === 'approve') {
    return { type: 'Approved', status: 'True', reason: 'PolicyApproved', message: origin };
  }
  const [first] = violations;
  if (outcome.kind !== 'deny' || first === undefined) return undefined;
  const clauses = violations.map((violation) => violation.message ?? violation.code).join('; ');
  return {
    type: 'Denied',
    status: 'True',
    reason: first.code,
    message: finalMessage(clauses, origin),
  };
}

/** The message of a condition that ends a request: what is wrong, cut to what may be printed, and what to do then. */
export function finalMessage(clauses: string, origin: string): string {
  const end = `. This request is final; correct it and create a new one. [${origin}]`;
  const room = MAX_CONDITION_MESSAGE_CHARACTERS - end.length;
  const cut = clauses.length > room ? `${clauses.slice(0, room - 1)}…` : clauses;
  return cut + end;
}
