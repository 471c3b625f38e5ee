// SPDX-License-Identifier: Apache-2.0
// One good policy from which every refused one in these tests differs in one thing.

import { loadPolicy, type LoadedPolicy } from '../../../src/policy/load-policy.js';
import type { PolicyProblem } from '../../../src/policy/problem.js';

/** Uses every field of the language. */
export const goodPolicy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
mode: enforce
rules:
  kubelet-client:
    preset: kubelet-client
    match:
      nodes: ['/(cp|worker)-[0-9]+/', edge]
  developers:
    mode: review
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester:
        usernames: ['/.+@corp\\.example/']
        groups: [dev-team]
        serviceAccounts: [ci/runner]
        certificate: allow
    subject:
      commonName: '{requester.username}'
      organizations: ['{requester.groups}', qa]
    keys: [ecdsa, ed25519, rsa >= 3072]
    lifetime:
      max: 8h
    onViolation:
      default: leave
      transient: wait 5m then deny
  workloads:
    match:
      signerName: example.com/mesh
      requester: anyone
    sans:
      dns: [web.example.com]
      ip: [10.0.0.0/16]
      uri: ['/spiffe:\\/\\/cluster\\.local\\/.*/']
      email: ['{requester.username}@corp.example']
      min: 1
      max: 3
    usages: [client auth, digital signature]
signers:
  example.com/mesh:
    ca:
      files:
        cert: mesh/tls.crt
        key: mesh/tls.key
    lifetime:
      default: 24h
      max: 168h
    allow:
      subject:
        commonName: [one, two]
        organizations: [mesh]
      sans:
        dns: ['/[a-z]+\\.example\\.com/']
        ip: [10.0.0.0/8]
        uri: ['/spiffe:.*/']
        email: ['/.*/']
      usages: [client auth, digital signature]
  kubernetes.io/kube-apiserver-client:
    ca: { files: { cert: a.crt, key: a.key } }
apiServerNames: [API.corp.example, 192.0.2.10, 'fd00::/64']
`;

/** The good policy with `from`, which stands in it once, replaced by `to`. */
export function withChange(from: string, to: string): string {
  const parts = goodPolicy.split(from);
  if (parts.length !== 2) throw new RangeError(`not once in the good policy: ${from}`);
  return parts.join(to);
}

/** The problems of `text`, loaded as policy.yaml. */
export function problemsOf(text: string): readonly PolicyProblem[] {
  const loaded = loadPolicy(text, 'policy.yaml');
  return loaded.ok ? [] : loaded.error;
}

/** The policy of `text`, which must be good. */
export function loadedFrom(text: string): LoadedPolicy {
  const loaded = loadPolicy(text, 'policy.yaml');
  if (!loaded.ok) throw new RangeError(JSON.stringify(loaded.error));
  return loaded.value;
}
