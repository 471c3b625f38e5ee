// SPDX-License-Identifier: Apache-2.0
// Names with power over the cluster, names that a requester chooses, and certificates without a name.

import type { Rule } from '../../decide/rule.js';
import { API_CLIENT_SIGNER, KUBELET_CLIENT_SIGNER } from '../../request/well-known-signers.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { quoted } from '../../vocabulary/printable.js';
import { areForClients } from './client-rules.js';
import { type Finder, type Finding, inRule, type LintView } from './finding.js';
import { areNamed } from './requesters.js';
import { isUseless } from './useless-words.js';
import { boundLists, ceilingLists, placeOfWord, type WordList } from './word-lists.js';

/** Groups and users to whom Kubernetes, kubeadm or k3s give power, and what it is. */
const KNOWN: Readonly<Record<string, string>> = {
  'system:nodes': 'members are nodes, which read the Secrets of their pods',
  'system:kube-controller-manager': 'it makes tokens for every service account',
  'system:kube-scheduler': 'it places pods',
  'system:kube-proxy': 'it is the network proxy of every node',
  'system:bootstrappers': 'members can join nodes',
  'system:admin': 'it is the administrator of k3s',
  'kubeadm:cluster-admins': 'kubeadm binds it to cluster-admin',
  'kubernetes-admin': "it is kubeadm's administrator",
  'kubernetes-super-admin': "it is kubeadm's administrator beyond every authorization",
};

const LIKE_AN_ADMIN =
  /cluster-?admin|(?:^|[:/@])(?:admins?|administrators?|root|superusers?|masters?)$/i;

function powerOf(name: string): string | undefined {
  if (Object.hasOwn(KNOWN, name)) return KNOWN[name];
  if (name.startsWith('system:node:')) return 'it is the user of a node';
  if (name.startsWith('system:serviceaccount:')) return 'it is the user of a service account';
  if (name.startsWith('system:')) return 'names with system: are those of Kubernetes itself';
  return LIKE_AN_ADMIN.test(name) ? 'it is called like an administrator' : undefined;
}

/** Common names and organizations with power, where a certificate of the rule or signer is one of a client. */
export const findClusterPower: Finder = (view) => [
  ...view.rules
    // A review is where such a name belongs: a person looks at each request.
    .filter((rule) => areForClients(rule.usages) && rule.mode !== 'review')
    .flatMap((rule) => powers(view, boundLists(view, rule))),
  ...[...view.signers.values()]
    // The contract of kubelets demands names of power.
    .filter(({ signerName }) => signerName !== KUBELET_CLIENT_SIGNER)
    .filter(({ allow }) => areForClients(allow?.usages ?? []))
    .flatMap((signer) => powers(view, ceilingLists(signer))),
];

const powers = (view: LintView, lists: readonly WordList[]): readonly Finding[] =>
  lists.filter(isIdentity).flatMap((list) =>
    list.words.flatMap((word, index): readonly Finding[] => {
      const power = word.kind === 'literal' ? powerOf(word.source) : undefined;
      if (power === undefined) return [];
      const path = placeOfWord(view, list, index);
      return [
        { code: 'ClusterPower', path, message: `${quoted(word.source)} has power: ${power}` },
      ];
    }),
  );

const isIdentity = ({ kind }: WordList): boolean =>
  kind === 'common name' || kind === 'organization';

/** Patterns by which each of many requesters chooses a name. */
export const findSelfNaming: Finder = (view) =>
  view.rules
    .filter((rule) => rule.preset === undefined && !areNamed(rule))
    .flatMap((rule) =>
      boundLists(view, rule)
        .filter((list) => list.kind !== 'subject attribute' && !isUseless(view, rule, list))
        .flatMap((list) => freeWords(view, list)),
    );

const freeWords = (view: LintView, list: WordList): readonly Finding[] =>
  list.words.flatMap((word, index) =>
    isFree(word)
      ? [
          {
            code: 'RequesterNamesItself',
            path: placeOfWord(view, list, index),
            message: `every requester chooses freely among what ${quoted(word.source)} matches`,
          },
        ]
      : [],
  );

const isFree = ({ kind }: Matcher): boolean => kind === 'pattern' || kind === 'suffix';

/** Rules for clients of the API server that give no name. */
export const findNameless: Finder = (view) =>
  view.rules.filter(isNameless).map((rule) => ({
    code: 'NamelessClient',
    path: inRule(rule, 'subject', 'commonName'),
    message:
      'only certificates without a common name pass, and the API server knows nobody by them',
  }));

const isNameless = ({ match, subject }: Rule): boolean =>
  match.signerName === API_CLIENT_SIGNER && subject.commonName === undefined;
