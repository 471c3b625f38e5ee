// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { loadedFrom, problemsOf } from './good-policy.js';

const DIGEST = '0e9462f56924202149c87b75a1c6adabafa27b93e85462a70327c6a19bfcf01b';
const PRINTED = (DIGEST.toUpperCase().match(/../g) ?? []).join(':');

const good = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
signers:
  example.com/mesh:
    ca: { secret: mesh-ca }
    allow: { usages: [server auth] }
    trust:
      configMap:
        name: mesh-trust
        key: mesh.pem
        namespaces: [shop, bank]
      clusterTrustBundle: true
      drop: ['${PRINTED}']
  example.com/other:
    ca: { secret: other-ca }
    allow: { usages: [server auth] }
    trust: { configMap: { name: mesh-trust, namespaces: [shop] } }
`;

const trustOf = (signerName: string) =>
  loadedFrom(good).signers.get(signerName as SignerName)?.trust;

describe('the trust of a signer', () => {
  it('is published where the policy says, without what is dropped', () => {
    expect(trustOf('example.com/mesh')).toEqual({
      configMap: { name: 'mesh-trust', key: 'mesh.pem', namespaces: ['shop', 'bank'] },
      clusterTrustBundle: true,
      drop: [DIGEST],
    });
  });

  it('has a usual key, no ClusterTrustBundle and nothing dropped by default', () => {
    expect(trustOf('example.com/other')).toEqual({
      configMap: { name: 'mesh-trust', key: 'ca.crt', namespaces: ['shop'] },
      clusterTrustBundle: false,
      drop: [],
    });
  });
});

/** What is refused, the change that makes it, and where it is found. */
type Row = readonly [string, string, string, ReasonCode, string, string];

const MESH = 'signers["example.com/mesh"].trust';

// One row a line reads as a table.
// prettier-ignore
const rows: readonly Row[] = [
  ['the same key of the same ConfigMap twice', '        key: mesh.pem\n', '', 'PolicyConflict', '16:58', 'signers["example.com/other"].trust.configMap.namespaces[0]'],
  ['no place at all', 'trust: { configMap: { name: mesh-trust, namespaces: [shop] } }', 'trust: {}', 'PolicyMissingField', '17:5', 'signers["example.com/other"].trust.configMap'],
  ['only a place that is switched off', 'trust: { configMap: { name: mesh-trust, namespaces: [shop] } }', 'trust: { clusterTrustBundle: false }', 'PolicyMissingField', '17:5', 'signers["example.com/other"].trust.configMap'],
  ['the ConfigMap of kube-controller-manager', 'name: mesh-trust\n', 'name: kube-root-ca.crt\n', 'PolicyInvalidValue', '9:15', `${MESH}.configMap.name`],
  ['the ConfigMap by which the API server believes', 'name: mesh-trust\n', 'name: extension-apiserver-authentication\n', 'PolicyInvalidValue', '9:15', `${MESH}.configMap.name`],
  ['a ConfigMap whose name is none', 'name: mesh-trust\n', 'name: Mesh_Trust\n', 'PolicyInvalidValue', '9:15', `${MESH}.configMap.name`],
  ['a ConfigMap without a name', '        name: mesh-trust\n', '', 'PolicyMissingField', '8:7', `${MESH}.configMap.name`],
  ['a key that is none', 'key: mesh.pem', 'key: mesh/pem', 'PolicyInvalidValue', '10:14', `${MESH}.configMap.key`],
  ['a key that begins with a dot', 'key: mesh.pem', 'key: ..pem', 'PolicyInvalidValue', '10:14', `${MESH}.configMap.key`],
  ['a pattern of namespaces', '[shop, bank]', '[shop, /b.*/]', 'PolicyInvalidValue', '11:28', `${MESH}.configMap.namespaces[1]`],
  ['no namespace', '[shop, bank]', '[]', 'PolicyInvalidValue', '11:21', `${MESH}.configMap.namespaces`],
  ['a namespace twice', '[shop, bank]', '[shop, shop]', 'PolicyInvalidValue', '11:21', `${MESH}.configMap.namespaces`],
  ['no list of namespaces', '        namespaces: [shop, bank]\n', '', 'PolicyMissingField', '8:7', `${MESH}.configMap.namespaces`],
  ['neither yes nor no', 'clusterTrustBundle: true', 'clusterTrustBundle: always', 'PolicyInvalidValue', '12:27', `${MESH}.clusterTrustBundle`],
  ['a fingerprint that is too short', PRINTED, PRINTED.slice(3), 'PolicyInvalidValue', '13:14', `${MESH}.drop[0]`],
  ['a fingerprint with other letters', PRINTED, `XX${PRINTED.slice(2)}`, 'PolicyInvalidValue', '13:14', `${MESH}.drop[0]`],
  ['the same certificate twice, written differently', `['${PRINTED}']`, `['${PRINTED}', ${DIGEST}]`, 'PolicyInvalidValue', '13:13', `${MESH}.drop`],
  ['an unknown field', 'drop:', 'remove:', 'PolicyUnknownField', '13:7', `${MESH}.remove`],
];

describe('a policy is refused whose signer publishes', () => {
  it.each(rows)('%s', (_, from, to, code, position, path) => {
    expect(good.split(from)).toHaveLength(2);
    const [line, column] = position.split(':').map(Number);

    expect(problemsOf(good.replace(from, () => to))).toEqual([
      expect.objectContaining({ code, line, column, path }),
    ]);
  });
});
