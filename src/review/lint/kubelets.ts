// SPDX-License-Identifier: Apache-2.0
// What is dangerous or surprising in rules with a kubelet preset.

import type { Rule } from '../../decide/rule.js';
import { matchesEverything } from './everything.js';
import { type Finder, type Finding, inRule, type LintView } from './finding.js';
import { isWhole, isWithinAny } from './ranges.js';

/** Serving rules that believe what a kubelet says of itself. */
export const findSelfReported: Finder = (view) =>
  view.rules.filter(isServing).flatMap((rule) => {
    const fields = [
      ...(hasNameBounds(view, rule) ? [] : ['DNS names (sans.dns)']),
      // An address counts as proven where a name that is bounded resolves to it.
      ...(hasAddressBounds(view, rule) || rule.owner.includes('dns')
        ? []
        : ['addresses (sans.ip)']),
    ];
    if (fields.length === 0) return [];
    const message = `nothing but the kubelet's own word bounds its ${fields.join(' and ')}`;
    const path = inRule(rule, ...(view.isWritten(inRule(rule, 'sans')) ? ['sans'] : ['preset']));
    return [{ code: 'SelfReportedOnly', path, message }];
  });

const isServing = ({ preset }: Rule): boolean => preset === 'kubelet-serving';

const hasNameBounds = (view: LintView, { sans, ...rule }: Rule): boolean =>
  view.isWritten(['rules', rule.name, 'sans', 'dns']) &&
  !(sans.dns ?? []).some((word) => matchesEverything(view, 'dns', word));

const hasAddressBounds = (view: LintView, { sans, name }: Rule): boolean =>
  view.isWritten(['rules', name, 'sans', 'ip']) && !(sans.ip ?? []).some(isWhole);

/** Ranges that are exempt from the search for other nodes with the same address, and that leave nothing of it. */
export const findSharedEverywhere: Finder = (view) =>
  view.rules.filter(isServing).flatMap((rule) => {
    const ranges = rule.sans.ip ?? [];
    const isAll = ranges.length > 0 && ranges.every((range) => isWithinAny(range, rule.shared));
    const whole = rule.shared.find(isWhole);
    if (!isAll && whole === undefined) return [];
    const message =
      whole === undefined
        ? 'it covers every range of sans.ip'
        : `${whole.source} holds all addresses of its kind`;
    return [{ code: 'SharedEverywhere', path: inRule(rule, 'sans', 'shared'), message }];
  });

/** Rules that deny kubelets. */
export const findKubeletsDenied: Finder = (view) =>
  view.rules
    .filter(({ preset }) => preset !== undefined)
    .flatMap((rule): readonly Finding[] => {
      const { permanent, transient } = rule.onViolation;
      const finding = (field: string, message: string): Finding => ({
        code: 'KubeletsDenied',
        path: inRule(rule, 'onViolation', field),
        message,
      });
      return [
        ...(permanent === 'deny'
          ? [finding('default', 'a kubelet whose request breaks the rule is denied at once')]
          : []),
        ...(transient.then === 'deny'
          ? [finding('transient', 'a kubelet is denied for what may pass a moment later')]
          : []),
      ];
    });

/** Rules for what kube-controller-manager approves, too. */
export const findControllerManager: Finder = (view) =>
  view.rules
    .filter(({ preset, mode }) => preset === 'kubelet-client' && mode !== 'shadow')
    .map((rule) => {
      const narrowed = narrowings(rule);
      const rest =
        narrowed.length === 0 ? '' : `, and does not know of ${narrowed.join(', ')} of this rule`;
      const message = `kube-controller-manager approves these requests, too${rest}`;
      return { code: 'OverlapsControllerManager', path: inRule(rule, 'preset'), message };
    });

const narrowings = (rule: Rule): readonly string[] => [
  ...(rule.mode === 'review' ? ['the review'] : []),
  ...(rule.match.nodes === undefined ? [] : ['match.nodes']),
  ...(rule.match.requester === 'anyone' ? [] : ['match.requester']),
  ...(rule.keys.length === 0 ? [] : ['keys']),
  ...(rule.readyNode === 'allow' ? [] : ['readyNode']),
  ...(rule.lifetime.maxSeconds === undefined ? [] : ['lifetime']),
];
