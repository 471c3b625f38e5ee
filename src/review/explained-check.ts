// SPDX-License-Identifier: Apache-2.0
// One check of a rule, as `explain` prints it.

import type { CheckResult } from '../decide/check.js';

/**
 * `ok` is null for a check that was not asked (`skipped`), and for one whose answer could not be had (`unknown`), which is
 * no violation. `transient` is a violation that may pass.
 */
export interface ExplainedCheck {
  readonly code: string;
  readonly ok: boolean | null;
  readonly outcome: 'pass' | 'violation' | 'transient' | 'unknown' | 'skipped';
  readonly want: string;
  readonly saw: string;
  readonly source: string;
}

/** The check in the form of the command line. */
export function explainCheck(check: CheckResult): ExplainedCheck {
  const { code, want, saw, source } = check;
  const outcome = outcomeOf(check);
  const ok = { pass: true, violation: false, transient: false, unknown: null, skipped: null };
  return { code, ok: ok[outcome], outcome, want, saw, source };
}

function outcomeOf({ state, transient }: CheckResult): ExplainedCheck['outcome'] {
  if (state === 'passed') return 'pass';
  if (state !== 'violated') return 'skipped';
  if (transient === undefined) return 'violation';
  return transient === 'unavailable' ? 'unknown' : 'transient';
}
