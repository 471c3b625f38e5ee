// SPDX-License-Identifier: Apache-2.0
// How often rules in mode shadow would have done what others then did, so that an operator knows when to switch one on.
// It writes nothing and changes no decision.

import type { Decision, Outcome } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import { MAX_DECIDED_UNJUDGED, MAX_SHADOW_JUDGED } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';

/** What one shadow rule and whoever decided made of the same request. */
export interface ShadowComparison {
  readonly csr: CsrObject;
  readonly rule: string;
  readonly policyHash: string;
  readonly would: Outcome['kind'];
  readonly decided: 'approve' | 'deny';
  /** Reason of the condition, written by whoever decided. */
  readonly reason: string;
  /** `undecided`: the rule would have waited or asked a person, so there is nothing to compare. */
  readonly verdict: 'agrees' | 'disagrees' | 'undecided';
  /** Of this rule since this policy came into force, this comparison included. */
  readonly totals: ShadowTotals;
}

/** Comparisons of one rule. */
export interface ShadowTotals {
  readonly agrees: number;
  readonly disagrees: number;
  readonly undecided: number;
}

/** Told of each comparison, once: for the log, and for whoever counts. */
export interface ShadowTallyPorts {
  readonly compared: (comparison: ShadowComparison) => void;
}

/** Counts from its making on; what was decided before is not known. */
export interface ShadowTally {
  /** The approver looked at an undecided request; a later look replaces an earlier one. */
  judged(csr: CsrObject, decision: Decision): void;
  /** The watch showed the request, decided; also more than once, and before the look at it has ended. */
  decided(csr: CsrObject): void;
}

interface Judged {
  readonly policyHash: string;
  readonly would: readonly { readonly rule: string; readonly outcome: Outcome['kind'] }[];
}

const none: ShadowTotals = { agrees: 0, disagrees: 0, undecided: 0 };

/**
 * Makes an empty tally. Its memory is bounded: of requests that nobody decides the oldest are forgotten, and so is who
 * decided what was never judged. An object that is created anew under the same name has another uid.
 */
export function createShadowTally({ compared }: ShadowTallyPorts): ShadowTally {
  const judgedByUid = new Map<string, Judged>();
  /** Decided while a look at it was under way, as an approver that is faster than this one does. */
  const decidedByUid = new Map<string, CsrObject>();
  const totals = new Map<string, ShadowTotals>();
  let policyHash: string | undefined;

  const count = (rule: string, verdict: ShadowComparison['verdict']): ShadowTotals => {
    const before = totals.get(rule) ?? none;
    const after = { ...before, [verdict]: before[verdict] + 1 };
    totals.set(rule, after);
    return after;
  };

  const compare = (csr: CsrObject, judged: Judged): void => {
    // Agreement with a rule as it was written before says nothing about the rule as it is now.
    if (policyHash !== judged.policyHash) totals.clear();
    ({ policyHash } = judged);
    const { decided, reason } = decisionOf(csr);
    for (const { rule, outcome } of judged.would) {
      const verdict = verdictOf(outcome, decided);
      const comparison = { csr, rule, policyHash, would: outcome, decided, reason, verdict };
      compared({ ...comparison, totals: count(rule, verdict) });
    }
  };

  return {
    judged(csr, { verdicts, policyHash: hash }) {
      const would = verdicts
        .filter(({ mode }) => mode === 'shadow')
        .map(({ rule, outcome }) => ({ rule, outcome: outcome.kind }));
      const decided = decidedByUid.get(csr.uid);
      decidedByUid.delete(csr.uid);
      judgedByUid.delete(csr.uid);
      if (would.length === 0) return;
      const judged = { policyHash: hash, would };
      if (decided === undefined) keepNewest(judgedByUid, [csr.uid, judged], MAX_SHADOW_JUDGED);
      else compare(decided, judged);
    },
    decided(csr) {
      if (!csr.conditions.some(isDecision)) return;
      const judged = judgedByUid.get(csr.uid);
      if (judged === undefined) {
        keepNewest(decidedByUid, [csr.uid, csr], MAX_DECIDED_UNJUDGED);
        return;
      }
      judgedByUid.delete(csr.uid);
      compare(csr, judged);
    },
  };
}

const isDecision = ({ type }: { readonly type: string }): boolean =>
  type === 'Approved' || type === 'Denied';

/** A denial is never hidden by an approval. */
function decisionOf({ conditions }: CsrObject): Pick<ShadowComparison, 'decided' | 'reason'> {
  const denied = conditions.find(({ type }) => type === 'Denied');
  const condition = denied ?? conditions.find(({ type }) => type === 'Approved');
  return { decided: denied === undefined ? 'approve' : 'deny', reason: condition?.reason ?? '' };
}

function verdictOf(
  would: Outcome['kind'],
  decided: 'approve' | 'deny',
): ShadowComparison['verdict'] {
  if (would === 'wait' || would === 'review') return 'undecided';
  // To leave alone what somebody denied comes to the same: no certificate, and the rule did not want one.
  if (would === 'leave') return decided === 'deny' ? 'agrees' : 'disagrees';
  return would === decided ? 'agrees' : 'disagrees';
}
