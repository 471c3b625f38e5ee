// SPDX-License-Identifier: Apache-2.0
// What an undecided request waits for, as people who count such requests tell them apart.

import type { Decision, Outcome } from '../decide/decision.js';

/** `leave`: a rule leaves it to others; `unmatched`: no enforced rule speaks of it, so it may be no business of ours. */
export type Pending = Outcome['kind'] | 'unmatched';

/** What a decision that is not written makes of its request. */
export const pendingAs = ({ outcome, rule }: Pick<Decision, 'outcome' | 'rule'>): Pending =>
  outcome.kind === 'leave' && rule === undefined ? 'unmatched' : outcome.kind;
