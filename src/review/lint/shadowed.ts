// SPDX-License-Identifier: Apache-2.0
// Rules that another, broader one makes useless.

import type { OnViolation, Rule } from '../../decide/rule.js';
import { allowsAtLeast, matchesAtLeast } from './covers.js';
import { type Finder, type Finding, inRule, type LintView } from './finding.js';
import { neverApproves, neverMatches } from './never.js';

/** Enforced rules and reviews beside an enforced rule of the same signer name that takes all that they take. */
export const findShadowed: Finder = (view) => {
  const rules = view.rules.filter(
    (rule) => !neverMatches(view, rule) && !neverApproves(view, rule),
  );
  return rules
    .filter(({ mode }) => mode !== 'shadow')
    .flatMap((rule) => {
      const broader = rules.find((other) => isMadeUselessBy(view, rule, other));
      return broader === undefined ? [] : [finding(rule, broader)];
    });
};

function isMadeUselessBy(view: LintView, rule: Rule, other: Rule): boolean {
  if (other === rule || other.mode !== 'enforce') return false;
  if (other.match.signerName !== rule.match.signerName) return false;
  const isCovered = (small: Rule, big: Rule): boolean =>
    matchesAtLeast(view, big, small) && allowsAtLeast(view, big, small);
  if (!view.sets.isWithinReach(1) || !isCovered(rule, other)) return false;
  // Of two rules that take the same, one is told: the later name.
  return rule.mode !== 'enforce' || rule.name > other.name || !isCovered(other, rule);
}

function finding(rule: Rule, broader: Rule): Finding {
  const path = inRule(rule);
  if (rule.mode === 'review') {
    const message = `rule "${broader.name}" approves at once all that this rule would put before a person`;
    return {
      code: 'RuleShadowed',
      path,
      message,
      fix: `Narrow ${broader.name}, or remove this rule`,
    };
  }
  const rest = isWithoutEffect(rule.onViolation, broader.onViolation)
    ? 'without this one nothing changes'
    : 'only what this one denies or lets wait can make a difference';
  return {
    code: 'RuleShadowed',
    path,
    message: `rule "${broader.name}" approves all that this rule approves; ${rest}`,
  };
}

/** A denial of the narrow rule still counts where the broad one leaves a request alone after a wait. */
const isWithoutEffect = (narrow: OnViolation, broad: OnViolation): boolean =>
  narrow.permanent === 'leave' &&
  broad.permanent === 'leave' &&
  narrow.transient.waitMs === broad.transient.waitMs &&
  narrow.transient.then === broad.transient.then;
