// SPDX-License-Identifier: Apache-2.0
// What a cluster must hold before the requests come: who may ask, which nodes may join, and the policy.

export const POLICY_CONFIGMAP = 'kube-system/csr-policy';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/**
 * Creates everything; throws at the first object that the server does not take.
 * @param {ReturnType<typeof import('./api-client.mjs').apiClient>} client of an administrator
 * @param {string} policyText
 */
export async function createClusterObjects(client, policyText) {
  for (const [path, body] of objects(policyText)) {
    const { status, body: answer } = await client.call('POST', path, { body });
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${answer.message}`);
  }
}

/**
 * @param {string} policyText
 * @returns {[string, object][]}
 */
function objects(policyText) {
  const [namespace, name] = POLICY_CONFIGMAP.split('/');
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
    [
      `/api/v1/namespaces/${namespace}/configmaps`,
      { metadata: { name }, data: { 'policy.yaml': policyText } },
    ],
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
