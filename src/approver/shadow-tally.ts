// SPDX-License-Identifier: Apache-2.0
// How often rules in mode shadow would have done what others then did, so that an operator knows when to switch one on.
// It writes nothing and changes no decision.

import type { Decision, Outcome } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import { decidedAs, type DecidedAs, joinJudgedAndDecided } from './judged-and-decided.js';

/** What one shadow rule and whoever decided made of the same request. */
export interface ShadowComparison extends DecidedAs {
  readonly csr: CsrObject;
  readonly rule: string;
  readonly policyHash: string;
  readonly would: Outcome['kind'];
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

/** Makes an empty tally. */
export function createShadowTally({ compared }: ShadowTallyPorts): ShadowTally {
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
    const { decided, reason } = decidedAs(csr);
    for (const { rule, outcome } of judged.would) {
      const verdict = verdictOf(outcome, decided);
      const comparison = { csr, rule, policyHash, would: outcome, decided, reason, verdict };
      compared({ ...comparison, totals: count(rule, verdict) });
    }
  };

  const requests = joinJudgedAndDecided(compare);
  return {
    judged(csr, { verdicts, policyHash: hash }) {
      const would = verdicts
        .filter(({ mode }) => mode === 'shadow')
        .map(({ rule, outcome }) => ({ rule, outcome: outcome.kind }));
      requests.judged(csr, would.length === 0 ? undefined : { policyHash: hash, would });
    },
    decided: (csr) => requests.decided(csr),
  };
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
