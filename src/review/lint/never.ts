// SPDX-License-Identifier: Apache-2.0
// Rules that do nothing: no request is one that they speak of, or none that they would approve.

import type { Rule } from '../../decide/rule.js';
import { isExtendedKeyUsage } from '../../request/usages.js';
import { wellKnownUsages } from '../../request/well-known-signers.js';
import { shownSeconds } from '../../vocabulary/durations.js';
import { quoted } from '../../vocabulary/printable.js';
import { type Finder, type Finding, inRule, type LintView } from './finding.js';
import { ACCOUNT_USER, HOST_LABEL } from './name-kinds.js';
import { nodeUsers, requesterOf, usernameSets } from './requesters.js';
import { areNamesImpossible, isUseless, uselessUsages, uselessWords } from './useless-words.js';
import { boundLists, matchLists } from './word-lists.js';
import { setOf, textSet } from './word-sets.js';

/** Rules of which no request is ever one that they speak of. */
export const findNeverMatching: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const impossible = impossibleLists(view, rule);
    return [
      ...expired(view, rule),
      ...(impossible.length > 0 ? impossible : contradictions(view, rule)),
    ];
  });

/** Whether a rule is one that `findNeverMatching` found. */
export const neverMatches = (view: LintView, rule: Rule): boolean =>
  findNeverMatching({ ...view, rules: [rule] }).length > 0;

function expired({ nowMs }: LintView, rule: Rule): readonly Finding[] {
  const { validUntilMs } = rule;
  if (validUntilMs === undefined || nowMs < validUntilMs) return [];
  const ended = new Date(validUntilMs).toISOString();
  return [
    {
      code: 'RuleNeverMatches',
      path: inRule(rule, 'validUntil'),
      message: `the rule ended at ${ended}`,
      fix: 'Remove the rule, or give it a later end',
    },
  ];
}

const impossibleLists = (view: LintView, rule: Rule): readonly Finding[] =>
  matchLists(rule)
    .filter((list) => isUseless(view, rule, list))
    .flatMap((list) => {
      const [first] = uselessWords(view, rule, list);
      if (first === undefined) return [];
      const message = `no requester can be like this: ${quoted(first.source)}: ${first.why}`;
      return [{ code: 'RuleNeverMatches', path: list.path, message }];
    });

function contradictions({ sets }: LintView, rule: Rule): readonly Finding[] {
  const { usernames, groups, serviceAccounts } = requesterOf(rule) ?? {};
  const finding = (field: string, message: string): readonly Finding[] => [
    { code: 'RuleNeverMatches', path: inRule(rule, 'match', 'requester', field), message },
  ];
  if (serviceAccounts !== undefined && rule.preset === 'kubelet-serving') {
    return finding('serviceAccounts', 'only nodes ask for these certificates, no service accounts');
  }
  if (
    serviceAccounts !== undefined &&
    usernames !== undefined &&
    sets.isEmpty(usernameSets(rule))
  ) {
    const text = 'no user name fits both usernames and serviceAccounts, and both are demanded';
    return finding('usernames', text);
  }
  if (serviceAccounts !== undefined && groups !== undefined) {
    const own = `system:serviceaccounts(?::${HOST_LABEL})?|system:authenticated`;
    if (sets.isEmpty([setOf('group', groups), textSet('group', own)])) {
      const text =
        'service accounts are in no other groups than system:serviceaccounts, system:serviceaccounts:NAMESPACE and system:authenticated';
      return finding('groups', text);
    }
  }
  const { nodes } = rule.match;
  // For kubelet-client, whoever bootstraps asks under another user name than that of the node.
  if (nodes === undefined || usernames === undefined || rule.preset !== 'kubelet-serving')
    return [];
  const isPossible = !sets.isEmpty([...usernameSets(rule), nodeUsers(nodes)]);
  return isPossible
    ? []
    : finding('usernames', 'no user name here is that of a node of match.nodes');
}

/** Rules that refuse whatever they speak of. */
export const findNeverApproving: Finder = (view) =>
  view.rules
    .filter((rule) => !neverMatches(view, rule))
    .flatMap((rule) => [
      ...lifetimeOfKubelets(view, rule),
      ...impossibleNames(view, rule),
      ...impossibleUsages(view, rule),
    ]);

/** Whether a rule is one that `findNeverApproving` found. */
export const neverApproves = (view: LintView, rule: Rule): boolean =>
  findNeverApproving({ ...view, rules: [rule] }).length > 0;

const finding = (path: Finding['path'], message: string, fix?: string): readonly Finding[] => [
  { code: 'RuleNeverApproves', path, message, ...(fix === undefined ? {} : { fix }) },
];

function lifetimeOfKubelets({ policy }: LintView, rule: Rule): readonly Finding[] {
  const { maxSeconds } = rule.lifetime;
  if (rule.preset === undefined || maxSeconds === undefined) return [];
  const seconds = policy.signerTerms(rule.match.signerName)?.defaultLifetimeSeconds;
  if (seconds !== undefined && seconds <= maxSeconds) return [];
  const given =
    seconds === undefined
      ? 'and this policy does not sign them'
      : `and our signer then gives ${shownSeconds(seconds)}`;
  return finding(
    inRule(rule, 'lifetime', 'max'),
    `kubelets never ask for a lifetime, ${given}`,
    'Remove lifetime from the rule, and write it at the signer',
  );
}

function impossibleNames(view: LintView, rule: Rule): readonly Finding[] {
  if (areNamesImpossible(view, rule)) {
    return finding(inRule(rule, 'sans'), 'names are demanded, and none that are allowed can be');
  }
  const list = boundLists(view, rule).find(({ kind }) => kind === 'common name');
  if (list === undefined || !isUseless(view, rule, list)) return [];
  const [first] = uselessWords(view, rule, list);
  if (first === undefined) return [];
  const isAccount = !view.sets.isEmpty(usernameSets(rule)) && asksAsAccount(view, rule);
  return finding(
    list.path,
    `no common name fits ${quoted(first.source)}: ${first.why}`,
    isAccount
      ? 'Write a name of your own, for example with the parts of the service account'
      : undefined,
  );
}

const asksAsAccount = ({ sets }: LintView, rule: Rule): boolean =>
  sets.isEmpty(usernameSets(rule), [textSet('username', ACCOUNT_USER)]);

function impossibleUsages(view: LintView, rule: Rule): readonly Finding[] {
  const required = wellKnownUsages[rule.match.signerName]?.required ?? [];
  const missing = required.filter((usage) => !rule.usages.includes(usage));
  if (missing.length > 0) {
    const text = `${rule.match.signerName} demands ${missing.map((each) => quoted(each)).join(', ')}, which the rule does not allow`;
    return finding(inRule(rule, 'usages'), text, `Add ${missing.join(', ')} to usages`);
  }
  const refused = uselessUsages(view, rule).map(({ source }) => source);
  const isPossible = rule.usages.some(
    (each) => isExtendedKeyUsage(each) && !refused.includes(each),
  );
  if (isPossible) return [];
  const text =
    'every certificate needs an extended key usage such as "client auth", and the rule allows none that is given';
  return finding(inRule(rule, 'usages'), text, 'Add an extended key usage to usages');
}
