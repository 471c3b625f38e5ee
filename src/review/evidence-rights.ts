// SPDX-License-Identifier: Apache-2.0
// What deciding and signing look at beyond the request, and the rights that it takes.

import type { SignerEntry } from '../authority/signer-entry.js';
import type { Rule } from '../decide/rule.js';
import {
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import { DEFAULT_NAMESPACE, type Right, ruleNamed, signerNamed, withVerbs } from './right.js';

/** The rights to the evidence that these rules and signers can ask for. */
export const evidenceRights = (
  rules: readonly Rule[],
  signers: readonly SignerEntry[],
): readonly Right[] => [
  ...accessReviewRights(rules),
  ...nodeRights(rules, signers),
  ...apiServerRights(rules, signers),
];

const CLIENT_USAGES = ['client auth', 'any'];

/** Whether a request that this rule would approve is one for an identity of a client (decide/guards/every-right.ts). */
const givesIdentity = (rule: Rule): boolean =>
  rule.preset === 'kubelet-client' ||
  (rule.preset === undefined &&
    rule.subject.commonName !== undefined &&
    rule.usages.some((usage) => CLIENT_USAGES.includes(usage)));

function accessReviewRights(rules: readonly Rule[]): readonly Right[] {
  const asking = rules.filter(givesIdentity).map(ruleNamed);
  if (asking.length === 0) return [];
  return [
    {
      verb: 'create',
      apiGroup: 'authorization.k8s.io',
      resource: 'subjectaccessreviews',
      why: `may the requester have it, and would it be one for everything? Asked by ${asking.join(', ')}`,
    },
  ];
}

/** Serving certificates are for what a Node lists; `readyNode` keeps the names of Nodes that are there. */
const looksAtNodes = ({ match, readyNode }: Rule): boolean =>
  match.signerName === KUBELET_SERVING_SIGNER || readyNode === 'refuse';

function nodeRights(rules: readonly Rule[], signers: readonly SignerEntry[]): readonly Right[] {
  const asking = [
    ...rules.filter(looksAtNodes).map(ruleNamed),
    ...signers.filter(({ signerName }) => signerName === KUBELET_SERVING_SIGNER).map(signerNamed),
  ];
  if (asking.length === 0) return [];
  const why = `which names and addresses are a node's own? Asked by ${asking.join(', ')}`;
  return withVerbs(['list', 'watch'], { apiGroup: '', resource: 'nodes', why });
}

/** Whether a certificate by this rule may hold DNS names or addresses (decide/guards/api-server-names.ts). */
const allowsNames = ({ sans }: Rule): boolean => sans.dns !== undefined || sans.ip !== undefined;

function signsNames({ signerName, allow }: SignerEntry): boolean {
  if (signerName === KUBELET_CLIENT_SIGNER) return false;
  if (allow !== undefined) return allow.dns !== undefined || allow.ip !== undefined;
  // By contract: that of kube-apiserver-client says nothing of names.
  return signerName === KUBELET_SERVING_SIGNER || signerName === API_CLIENT_SIGNER;
}

function apiServerRights(
  rules: readonly Rule[],
  signers: readonly SignerEntry[],
): readonly Right[] {
  const asking = [
    ...rules.filter(allowsNames).map(ruleNamed),
    ...signers.filter(signsNames).map(signerNamed),
  ];
  if (asking.length === 0) return [];
  const why = `names and addresses of the API server and of Services stand in no certificate. Asked by ${asking.join(', ')}`;
  return [
    { verb: 'list', apiGroup: 'networking.k8s.io', resource: 'servicecidrs', why },
    {
      verb: 'get',
      apiGroup: 'discovery.k8s.io',
      resource: 'endpointslices',
      name: 'kubernetes',
      namespace: DEFAULT_NAMESPACE,
      why,
    },
  ];
}
