// SPDX-License-Identifier: Apache-2.0
// What a cluster must hold before the requests come: who may ask, which nodes may join, one that has, and the policy.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
export const NODES = '/api/v1/nodes';
export const POLICY_CONFIGMAP = 'kube-system/csr-policy';
export const POLICY_TEXT = readFileSync(join(import.meta.dirname, 'policy.yaml'), 'utf8');

const [NAMESPACE, NAME] = POLICY_CONFIGMAP.split('/');
const CONFIGMAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
export const POLICY_PATH = `${CONFIGMAPS}/${NAME}`;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/**
 * Creates everything; throws at the first object that the server does not take.
 * @param {ReturnType<typeof import('./api-client.mjs').apiClient>} client of an administrator
 */
export async function createClusterObjects(client) {
  for (const [path, body] of objects()) {
    const { status, body: answer } = await client.call('POST', path, { body });
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${answer.message}`);
  }
}

/** @returns {[string, object][]} */
function objects() {
  const rule = {
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
    verbs: ['create', 'get'],
  };
  const nodeclient = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';
  return [
    [`${RBAC}/clusterroles`, { metadata: { name: 'certificate-requesters' }, rules: [rule] }],
    binding('everybody-may-ask', 'certificate-requesters', 'system:authenticated'),
    binding('bootstrappers-become-nodes', nodeclient, 'system:bootstrappers'),
    [NODES, { metadata: { name: 'worker-2' } }],
    [CONFIGMAPS, { metadata: { name: NAME }, data: { 'policy.yaml': POLICY_TEXT } }],
  ];
}

/**
 * @param {string} name
 * @param {string} role
 * @param {string} group
 * @returns {[string, object]}
 */
function binding(name, role, group) {
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    `${RBAC}/clusterrolebindings`,
    {
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup, kind: 'Group', name: group }],
    },
  ];
}
