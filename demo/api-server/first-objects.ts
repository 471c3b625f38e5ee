// SPDX-License-Identifier: Apache-2.0
// What is there before anybody has created anything: namespaces, the roles that a real server brings along, and what
// it says of its own addresses.

import { randomUUID } from 'node:crypto';
import { kubeTime } from './clock.js';
import type { JsonObject } from './json.js';
import { groupVersion } from './resource.js';
import { RESOURCES } from './resources.js';
import { keyOf } from './store.js';
import type { Store } from './store.js';
import { AUTHENTICATED } from './users.js';

const RBAC = 'rbac.authorization.k8s.io';
const CSRS = 'certificatesigningrequests';
const CERTIFICATES = 'certificates.k8s.io';
const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/openapi',
  '/openapi/*',
  ...PUBLIC_PATHS,
];

const rule = (apiGroup: string, resources: string[], verbs: string, resourceNames?: string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs: verbs.split(' '),
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

const approver = (signer: string) => [
  rule(CERTIFICATES, ['signers'], 'approve', [`kubernetes.io/${signer}`]),
];

/** Roles by name, and the groups that they are bound to from the beginning. */
const ROLES: readonly (readonly [name: string, rules: readonly object[], ...groups: string[]])[] = [
  [
    'cluster-admin',
    [rule('*', ['*'], '*'), { nonResourceURLs: ['*'], verbs: ['*'] }],
    'system:masters',
  ],
  [
    'system:basic-user',
    [
      rule('authorization.k8s.io', ['selfsubjectaccessreviews'], 'create'),
      rule('authentication.k8s.io', ['selfsubjectreviews'], 'create'),
    ],
    AUTHENTICATED,
  ],
  ['system:discovery', [{ nonResourceURLs: DISCOVERY_PATHS, verbs: ['get'] }], AUTHENTICATED],
  [
    'system:public-info-viewer',
    [{ nonResourceURLs: PUBLIC_PATHS, verbs: ['get'] }],
    AUTHENTICATED,
    'system:unauthenticated',
  ],
  ['system:node-bootstrapper', [rule(CERTIFICATES, [CSRS], 'create get list watch')]],
  ...['nodeclient', 'selfnodeclient'].map(
    (kind) =>
      [
        `system:${CERTIFICATES}:${CSRS}:${kind}`,
        [rule(CERTIFICATES, [`${CSRS}/${kind}`], 'create')],
      ] as const,
  ),
  ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving'].map(
    (signer) => [`system:${CERTIFICATES}:${signer}-approver`, approver(signer)] as const,
  ),
];

export interface Beginning {
  readonly nowMs: number;
  /** At which the server says that it can be reached; a real one publishes no loopback address. */
  readonly address: string | undefined;
  readonly port: number;
  /** Whose client certificates the server believes: every server publishes it. */
  readonly clientCaPem: string;
}

export function putFirstObjects(
  store: Store,
  { nowMs, address, port, clientCaPem }: Beginning,
): void {
  const put = (plural: string, name: string, contents: JsonObject, namespace = ''): void => {
    const resource = RESOURCES.find((one) => one.plural === plural);
    if (resource === undefined) throw new RangeError(`there are no ${plural}`);
    const place = namespace === '' ? {} : { namespace };
    const creationTimestamp = kubeTime(nowMs);
    const metadata = { name, ...place, uid: randomUUID(), creationTimestamp, resourceVersion: '' };
    store.put(resource.shelf, keyOf(namespace, name), {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata,
      ...contents,
    });
  };
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    put('namespaces', name, { status: { phase: 'Active' } });
  }
  for (const [name, rules, ...groups] of ROLES) {
    put('clusterroles', name, { rules });
    if (groups.length === 0) continue;
    const subjects = groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group }));
    put('clusterrolebindings', name, {
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects,
    });
  }
  const trust = { data: { 'client-ca-file': clientCaPem } };
  put('configmaps', 'extension-apiserver-authentication', trust, 'kube-system');
  put('servicecidrs', 'kubernetes', { spec: { cidrs: ['10.0.0.0/24'] }, status: {} });
  if (address === undefined) return;
  const endpoints = [{ addresses: [address], conditions: { ready: true } }];
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  put('endpointslices', 'kubernetes', { addressType: 'IPv4', endpoints, ports }, 'default');
}
