// SPDX-License-Identifier: Apache-2.0
// What a cluster needs so that real kubelets can join it, as kubeadm sets it up, and what they made of it.

import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import { joinKubelet } from '../support/kubelet.js';
import type { Kubelet } from '../support/kubelet.js';
import { conditionOf } from './cluster.js';
import type { Cluster } from './cluster.js';

export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SERVING_SIGNER = 'kubernetes.io/kubelet-serving';

/** Who a kubelet is that holds the bootstrap token. */
export const BOOTSTRAP_USER = 'system:bootstrap:abcdef';

export const READY_TIMEOUT_MS = 40_000;

const TOKEN = { id: 'abcdef', secret: '0123456789abcdef' };
const BOOTSTRAPPERS = { kind: 'Group', name: 'system:bootstrappers' } as const;
const NODES = { kind: 'Group', name: 'system:nodes' } as const;
const REQUESTS = 'system:certificates.k8s.io:certificatesigningrequests';

/** A bootstrap token, and the rights to join and to renew. Resolves to the kubeconfig with which kubelets begin. */
export async function allowJoining(cluster: Cluster): Promise<string> {
  await cluster.bind('system:node-bootstrapper', BOOTSTRAPPERS);
  await cluster.bind(`${REQUESTS}:nodeclient`, BOOTSTRAPPERS);
  await cluster.bind(`${REQUESTS}:selfnodeclient`, NODES);
  await cluster.create('/api/v1/namespaces/kube-system/secrets', {
    metadata: { name: `bootstrap-token-${TOKEN.id}` },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': TOKEN.id,
      'token-secret': TOKEN.secret,
      'usage-bootstrap-authentication': 'true',
    },
  });
  return cluster.kubeconfig('bootstrap', { token: `${TOKEN.id}.${TOKEN.secret}` });
}

/** Starts a kubelet; resolves when its Node is Ready and it serves with a certificate of the cluster. */
export async function joined(
  cluster: Cluster,
  options: Parameters<typeof joinKubelet>[1],
): Promise<Kubelet> {
  const kubelet = await joinKubelet(cluster.plane, options);
  try {
    await untilTrue(
      `node ${kubelet.node} is ready and serves`,
      async () => {
        if (kubelet.hasExited()) throw new Error(`the kubelet of ${kubelet.node} ended`);
        const { body } = await cluster.api.get(`/api/v1/nodes/${kubelet.node}`);
        const isReady =
          body.metadata.name === kubelet.node && conditionOf(body, 'Ready')?.status === 'True';
        return isReady && (await kubelet.servingCertificate()) !== undefined;
      },
      READY_TIMEOUT_MS,
    );
  } catch (cause) {
    throw new Error(`${kubelet.node} did not join:\n${kubelet.logTail()}`, { cause });
  }
  return kubelet;
}

/** The requests that a kubelet made by itself, oldest first; what tests ask for has names of its own. */
export async function requestsOfKubelet(
  cluster: Cluster,
  username: string,
  signerName: string,
): Promise<readonly ApiObject[]> {
  const { items } = (await cluster.api.get(CSR_PATH)).body;
  return items
    .filter(
      ({ metadata, spec }) =>
        metadata.name.startsWith('csr-') &&
        spec['username'] === username &&
        spec['signerName'] === signerName,
    )
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
}
