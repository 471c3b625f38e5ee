// SPDX-License-Identifier: Apache-2.0
// Certificates with which their holder gets the next one.

import type { Rule } from '../../decide/rule.js';
import { quoted } from '../../vocabulary/printable.js';
import { givesClients } from './client-rules.js';
import { type Finder, type Finding, inRule, type LintView } from './finding.js';
import { requesterOf, usernameSets } from './requesters.js';
import { setOf, textSet } from './word-sets.js';

/** Rules whose own certificates make their holder a requester of the rule. Kubelets are meant to renew. */
export const findSelfRenewing: Finder = (view) =>
  view.rules.filter(givesClients).flatMap((rule) => {
    if (rule.certificateRequesters === 'allow') return [allowed(rule)];
    const way = wayBack(view, rule);
    return way === undefined ? [] : [onOldServers(rule, way)];
  });

const allowed = (rule: Rule): Finding => ({
  code: 'SelfRenewing',
  path: inRule(rule, 'match', 'requester', 'certificate'),
  message: 'whoever holds a certificate gets the next one, also after leaving the group',
});

const onOldServers = (rule: Rule, way: string): Finding => ({
  code: 'RenewsOnOldServers',
  path: inRule(rule, 'match', 'requester'),
  message: `before Kubernetes 1.32 its certificates renew themselves: ${way}`,
});

/** How the holder of a certificate of the rule is somebody of whom it speaks; undefined when it is not sure. */
function wayBack(view: LintView, rule: Rule): string | undefined {
  const requester = requesterOf(rule);
  if (requester === undefined) return 'anyone may ask';
  const { usernames, groups, serviceAccounts, extra } = requester;
  // The holder of a certificate has no extra values but the one that tells of the certificate.
  if (serviceAccounts !== undefined || extra !== undefined) return undefined;
  const ways: string[] = [];
  if (usernames !== undefined) {
    if (!keepsName(view, rule)) return undefined;
    ways.push('they keep the user name');
  }
  if (groups !== undefined) {
    const group = givenGroup(view, rule);
    if (group === undefined) return undefined;
    ways.push(`they put their holder into ${group}`);
  }
  return ways.join(', and ');
}

/** Whether some common name of the rule is a user name of whom it speaks. */
function keepsName({ sets, holes }: LintView, rule: Rule): boolean {
  const names = setOf('username', rule.subject.commonName ?? [], holes(rule));
  const unreserved = textSet('username', 'system:.*');
  return sets.example([names, ...usernameSets(rule)], [unreserved]) !== undefined;
}

function givenGroup({ sets, holes }: LintView, rule: Rule): string | undefined {
  const groups = requesterOf(rule)?.groups ?? [];
  if (groups.some(({ kind, source }) => kind === 'literal' && source === 'system:authenticated')) {
    return '"system:authenticated"';
  }
  // Of other templates it is not sure that they ever make such a group.
  const words = (rule.subject.organizations ?? []).filter(
    ({ kind, source }) => kind !== 'template' || source === '{requester.groups}',
  );
  const given = setOf('group', words, holes(rule));
  const reserved = textSet('group', 'system:.*');
  const example = sets.example([given, setOf('group', groups)], [reserved]);
  return example === undefined ? undefined : `a group that it matches, such as ${quoted(example)}`;
}
