// SPDX-License-Identifier: Apache-2.0
// Texts of policies that several end-to-end tests use, and the hash by which decisions name them.

import { createHash } from 'node:crypto';
import type { Cluster } from './cluster.js';

/** The group of the users for whom these policies speak. */
export const DEVELOPERS = 'oidc:dev-team';

/** Some user of that group. */
export const developer = (user: string): { user: string; groups: string[] } => ({
  user,
  groups: [DEVELOPERS],
});

/** Developers get certificates for their own name and for the organization qa, signed by the cluster's client CA. */
export async function developersPolicy(cluster: Cluster): Promise<string> {
  return `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${DEVELOPERS}'] }
    subject: { commonName: '{requester.username}', organizations: [qa] }
    lifetime: { max: 8h }
signers:
  kubernetes.io/kube-apiserver-client:
    ca: ${await clientCaFiles(cluster)}
    lifetime: { default: 1h, max: 24h }
`;
}

/** The CA whose certificates the API server believes, as a policy names its files. */
export async function clientCaFiles(cluster: Cluster): Promise<string> {
  const { certPem, keyPem } = cluster.plane.clientCa;
  const cert = await cluster.file('client-ca.crt', certPem);
  const key = await cluster.file('client-ca.key', keyPem);
  return JSON.stringify({ files: { cert, key } });
}

/** The hash that stands in conditions and log lines. */
export const hashOf = (policy: string): string =>
  createHash('sha256').update(policy).digest('hex').slice(0, 8);
