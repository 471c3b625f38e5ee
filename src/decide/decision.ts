// SPDX-License-Identifier: Apache-2.0
// What `decide` answers: a decision that explains itself, or the needs that would settle it.

import type { CheckResult } from './check.js';
import type { Need } from './evidence.js';
import type { Mode } from './rule.js';

/** What happens to the request, from the strongest to the weakest across rules (semantics 4). */
export type Outcome =
  | { readonly kind: 'approve' }
  | { readonly kind: 'review' }
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'deny' }
  | { readonly kind: 'leave' };

/** What one matching rule says. `open`: an answer is missing, so no outcome yet. */
export interface RuleVerdict {
  readonly rule: string;
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly checks: readonly CheckResult[];
}

/** A check that a request did not pass. */
export type Violation = CheckResult & { readonly state: 'violated' };

/**
 * What may change the decision without a new request. A Node is watched and wakes its requests; access reviews, and
 * whatever could not be learned, are asked again after a while.
 */
export type WakeSubject =
  { readonly kind: 'time' } | { readonly kind: 'node'; readonly name: string };

/** A settled answer about one request. */
export interface Decision {
  readonly kind: 'decision';
  readonly outcome: Outcome;
  /** The rule that decided; undefined when no enforced rule matched. */
  readonly rule: string | undefined;
  /** Violations of the deciding rule in stable order, facts of the request before what may pass; empty for approve. */
  readonly violations: readonly Violation[];
  /** Every matching rule with its checks, sorted by rule name; shadow rules among them. */
  readonly verdicts: readonly RuleVerdict[];
  readonly policyHash: string;
  readonly wakeOn: readonly WakeSubject[];
}

/** Questions that must be answered before there is a decision. */
export interface Needs {
  readonly kind: 'needs';
  readonly needs: readonly Need[];
}
