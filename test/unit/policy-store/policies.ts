// SPDX-License-Identifier: Apache-2.0
// Policies in small, and ConfigMaps that hold them.

import { readPolicyConfigMap } from '../../../src/policy-store/config-map.js';
import type { OfferedPolicy } from '../../../src/policy-store/policy-source.js';

export const PLACE = { namespace: 'ns', name: 'policy' };

/** A policy that differs from others in `mode`; good for the modes that there are. */
export const policyWith = (mode: string): string =>
  `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nmode: ${mode}\nrules: {}\n`;

/** A good policy of one rule. */
export const policyOfRule = (name: string, groups: string): string =>
  `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  ${name}:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: [${groups}] }
`;

/** A policy of a version of the language that is yet to come, with fields that nobody knows. */
export const newerPolicy = policyWith('enforce')
  .replace('v1alpha1', 'v1beta7')
  .replace('rules:', 'approvals:');

/** The ConfigMap as the API has it. */
export const configMap = (
  data: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, unknown>> = {},
) => ({
  metadata: { name: PLACE.name, uid: 'u1', resourceVersion: '7', ...metadata },
  data,
});

/** What is offered of these keys and texts. */
export const offerOf = (
  data: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, unknown>> = {},
): OfferedPolicy => readPolicyConfigMap(configMap(data, metadata), PLACE).offered;
