// SPDX-License-Identifier: Apache-2.0
// Whether a decision would stay the same if everything that could not be learned were known.

import type { Decision, RuleVerdict } from '../decide/decision.js';

/**
 * An approval stands whatever else is learned (semantics 4), and so does every verdict with a permanent violation, which
 * no evidence takes away. Everything else that rests on an answer which could not be had might have been otherwise.
 */
export const isKnown = ({ outcome, verdicts }: Decision): boolean =>
  outcome.kind === 'approve' ||
  verdicts.every((verdict) => verdict.mode === 'shadow' || isVerdictKnown(verdict));

/** The same of one rule. */
function isVerdictKnown({ checks }: RuleVerdict): boolean {
  const violated = checks.filter(({ state }) => state === 'violated');
  return (
    violated.some(({ transient }) => transient === undefined) ||
    violated.every(({ transient }) => transient !== 'unavailable')
  );
}
