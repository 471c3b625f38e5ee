// SPDX-License-Identifier: Apache-2.0
// Finds requests that an enforced rule judged and somebody else then decided: two approvers, of which one may be wrong.
// It writes nothing and changes no decision.

import { conditionOf, type WrittenCondition } from '../decide/condition.js';
import type { Decision, Outcome } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import { decidedAs, type DecidedAs, joinJudgedAndDecided } from './judged-and-decided.js';

/** What the deciding rule made of a request at its last look, and what another made of it. */
export interface OtherDecision extends DecidedAs {
  readonly csr: CsrObject;
  readonly rule: string;
  readonly policyHash: string;
  /** What the rule said: what it would have written, or that it waited or left the request alone. */
  readonly judged: Outcome['kind'];
  /** `undecided`: the rule had asked a person, or waited for what was then denied. */
  readonly verdict: 'agrees' | 'disagrees' | 'undecided';
}

/** Only what this process judged itself while it was the one that decides. */
export interface OtherApprovers {
  /** The approver looked at an undecided request; a later look replaces an earlier one. */
  judged(csr: CsrObject, decision: Decision): void;
  /** The watch showed the request, decided by whomever. */
  decided(csr: CsrObject): void;
}

/** What must be known about ourselves, and who is told. */
export interface OtherApproversPorts {
  /** Whether this process is the one that decides: another replica that took over is no other approver. */
  readonly isDeciding: () => boolean;
  /** Told of each such request once. */
  readonly found: (found: OtherDecision) => void;
}

interface Judged {
  readonly rule: string;
  readonly policyHash: string;
  readonly outcome: Outcome['kind'];
  /** What would then be written; undefined for what writes nothing. */
  readonly condition: WrittenCondition | undefined;
}

/** Begins with an empty memory. */
export function watchOtherApprovers({ isDeciding, found }: OtherApproversPorts): OtherApprovers {
  const requests = joinJudgedAndDecided<Judged>((csr, judged) => {
    if (!isDeciding() || isOurs(csr, judged)) return;
    const { rule, policyHash, outcome } = judged;
    const decided = decidedAs(csr);
    const verdict = verdictOf(outcome, decided.decided);
    found({ csr, rule, policyHash, judged: outcome, ...decided, verdict });
  });
  return {
    judged(csr, decision) {
      const { rule, policyHash, outcome } = decision;
      // Without a rule the policy has no opinion, and everybody else may have one.
      requests.judged(
        csr,
        rule === undefined
          ? undefined
          : { rule, policyHash, outcome: outcome.kind, condition: conditionOf(decision) },
      );
    },
    decided: (csr) => requests.decided(csr),
  };
}

/** Whether the request was decided by the very condition that we were about to write. */
const isOurs = ({ conditions }: CsrObject, { condition }: Judged): boolean =>
  condition !== undefined &&
  conditions.some(
    ({ type, reason, message }) =>
      type === condition.type && reason === condition.reason && message === condition.message,
  );

function verdictOf(judged: Outcome['kind'], decided: 'approve' | 'deny'): OtherDecision['verdict'] {
  if (judged === 'review') return 'undecided';
  // What the rule waited for was not there yet, so it would not have approved.
  if (judged === 'wait') return decided === 'approve' ? 'disagrees' : 'undecided';
  // To leave alone what another denied comes to the same: no certificate.
  if (judged === 'leave') return decided === 'deny' ? 'agrees' : 'disagrees';
  return judged === decided ? 'agrees' : 'disagrees';
}
