// SPDX-License-Identifier: Apache-2.0
// A policy of which lint says nothing: every case of its tests changes one thing in it.

import { lintPolicy, type LintProblem } from '../../../src/review/lint.js';

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

/** Nothing is dangerous, useless or unclear in it. */
export const quietPolicy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
mode: enforce
rules:
  people:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester:
        groups: ['oidc:dev']
    subject:
      commonName: '{requester.username}'
      organizations: [qa, tools]
    usages: [client auth, digital signature]
    keys: [ecdsa]
    lifetime: { max: 8h }
    validUntil: 2027-01-31T00:00:00Z
    onViolation: { default: leave }
  nodes:
    preset: kubelet-serving
    match:
      nodes: ['/(cp|worker)-[0-9]+/']
    sans:
      dns: ['{node.name}', '{node.name}.corp.example']
      ip: [10.1.0.0/16, 10.2.0.0/16]
      owner: [node]
      shared: [10.1.7.0/24]
    onViolation: { transient: wait 5m then leave }
  workloads:
    match:
      signerName: example.com/mesh
      requester:
        serviceAccounts: ['/(shop|cart)\\/[a-z0-9-]+/']
    subject:
      commonName: 'mesh:{requester.serviceAccount.namespace}:{requester.serviceAccount.name}'
      organizations: [mesh]
      organizationalUnits: [shop]
    sans:
      dns: ['{requester.serviceAccount.name}.{requester.serviceAccount.namespace}.svc', web.example]
      ip: [192.0.2.0/28]
      uri: ['spiffe://a/ns/{requester.serviceAccount.namespace}/sa/{requester.serviceAccount.name}']
      email: ['mesh@corp.example']
      min: 1
    usages: [client auth, server auth]
    lifetime: { max: 24h }
signers:
  example.com/mesh:
    ca: { files: { cert: mesh.crt, key: mesh.key } }
    lifetime: { default: 12h, max: 168h }
    allow:
      subject:
        commonName: ['/mesh:[a-z0-9:.-]+/']
        organizations: [mesh]
        organizationalUnits: [shop]
      sans:
        dns: [.svc, web.example]
        ip: [192.0.2.0/24]
        uri: ['/spiffe:\\/\\/a\\/.*/']
        email: ['@corp.example']
      usages: [client auth, server auth]
apiServerNames: [api.corp.example, 198.51.100.0/28]
`;

/** The quiet policy with `from`, which stands in it once, replaced by `to`. */
export function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new RangeError(`not once in the policy: ${from}`);
    return parts.join(to);
  }, quietPolicy);
}

/** What lint says of `text`. */
export const lintOf = (text: string): readonly LintProblem[] =>
  lintPolicy([{ name: 'policy.yaml', source: 'policy.yaml', text }], { nowMs: NOW_MS }).problems;

/** Code and field of each problem. */
export const saidOf = (text: string): readonly string[] =>
  lintOf(text).map(({ code, path }) => `${code} ${path}`);
