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

/** By which rule of which policy a condition says that it was decided. */
export interface DecisionClaim {
  readonly rule: string;
  /** 8 hex digits, as `CompiledPolicy.hash`. */
  readonly policyHash: string;
}

const ORIGIN = 'rule ([a-z0-9-]{1,63}), policy ([0-9a-f]{8})';
const APPROVAL = new RegExp(`^${ORIGIN}$`);
const DENIAL = new RegExp(`\\[${ORIGIN}\\]$`);

/**
 * Reads back what `conditionOf` wrote. It is a claim of whoever wrote the condition: everybody who may approve or deny
 * can write the same text, and only the audit log of the API server says who did.
 */
export function claimOf(message: string): DecisionClaim | undefined {
  const [, rule, policyHash] = APPROVAL.exec(message) ?? DENIAL.exec(message) ?? [];
  return rule === undefined || policyHash === undefined ? undefined : { rule, policyHash };
}

/** The message of a condition that ends a request: what is wrong, cut to what may be printed, and what to do then. */
export function finalMessage(clauses: string, origin: string): string {
  const end = `. This request is final; correct it and create a new one. [${origin}]`;
  const room = MAX_CONDITION_MESSAGE_CHARACTERS - end.length;
  const cut = clauses.length > room ? `${clauses.slice(0, room - 1)}…` : clauses;
  return cut + end;
}
