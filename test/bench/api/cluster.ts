// SPDX-License-Identifier: Apache-2.0
// The API server that is measured, with the rights, the policy and the service account that the approver has in it.

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../../support/api-client.js';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.js';
import { GROUPS, SERVER_SIGNER } from './request-pool.js';

/** A running API server, ready for the approver. */
export interface Cluster {
  readonly plane: ControlPlane;
  /** As the administrator. */
  readonly admin: ApiClient;
  /** Bearer token of the approver's service account; the raw client shows the same one. */
  readonly token: string;
  /** Holds `ca.crt`, `token` and `namespace` as a kubelet would mount them. */
  readonly accountFolder: string;
  readonly policyFile: string;
  /** The policy that approves kubelets' serving certificates, for which all Nodes are watched. */
  readonly servingPolicyFile: string;
  readonly folder: string;
  stop(): Promise<void>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const NAMESPACE = 'kube-system';
const ACCOUNT = 'csr-approver';

/** Longer than any run. */
const TOKEN_SECONDS = 6 * 3600;

export async function startCluster(binDir: string): Promise<Cluster> {
  const plane = await startControlPlane({ binDir });
  const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-bench-'));
  const admin = createApiClient(plane.coordinates);
  const stop = async (): Promise<void> => {
    await admin.close();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await grantRights(admin);
    const token = await createToken(admin);
    const accountFolder = join(folder, 'serviceaccount');
    await mkdir(accountFolder);
    await writeFile(join(accountFolder, 'ca.crt'), plane.coordinates.caPem);
    await writeFile(join(accountFolder, 'token'), token, { mode: 0o600 });
    await writeFile(join(accountFolder, 'namespace'), NAMESPACE);
    const policyFile = join(folder, 'policy.yaml');
    await writeFile(join(folder, 'ca.crt'), plane.clientCa.certPem);
    await writeFile(join(folder, 'ca.key'), plane.clientCa.keyPem, { mode: 0o600 });
    await writeFile(policyFile, policyText(folder));
    const servingPolicyFile = join(folder, 'serving.yaml');
    await writeFile(servingPolicyFile, SERVING_POLICY);
    const files = { accountFolder, policyFile, servingPolicyFile, folder };
    return { plane, admin, token, ...files, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const policyText = (folder: string): string => {
  const ca = `{ files: { cert: ${join(folder, 'ca.crt')}, key: ${join(folder, 'ca.key')} } }`;
  return `
apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelets: { preset: kubelet-client }
  users:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${GROUPS.users}'] }
    subject: { commonName: '{requester.username}', organizations: [bench] }
    lifetime: { max: 8h }
  servers:
    match: { signerName: ${SERVER_SIGNER}, requester: { groups: ['${GROUPS.users}'] } }
    sans: { dns: ['{requester.username}.apps.example'], min: 1, max: 1 }
    usages: [server auth, digital signature]
    lifetime: { max: 8h }
signers:
  kubernetes.io/kube-apiserver-client:
    ca: ${ca}
    lifetime: { default: 1h, max: 8h }
  kubernetes.io/kube-apiserver-client-kubelet:
    ca: ${ca}
    lifetime: { default: 8760h }
`;
};

/** As the chart's own, but for the names of networks. */
const SERVING_POLICY = `
apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }
`;

/** What the approver and the signer need, and no more; besides, who may create requests. */
async function grantRights(admin: ApiClient): Promise<void> {
  const csr = ['certificates.k8s.io'];
  const approver = [
    rule(csr, ['certificatesigningrequests'], ['get', 'list', 'watch']),
    rule(
      csr,
      ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
      ['update', 'patch'],
    ),
    rule(csr, ['signers'], ['approve', 'sign']),
    rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
    rule([''], ['nodes'], ['get', 'list', 'watch']),
    rule(['discovery.k8s.io'], ['endpointslices'], ['get']),
    rule(['networking.k8s.io'], ['servicecidrs'], ['list']),
    // Which CAs the API server believes.
    rule([''], ['configmaps'], ['get']),
    rule(['coordination.k8s.io'], ['leases'], ['get', 'create', 'update']),
  ];
  const requester = [rule(csr, ['certificatesigningrequests'], ['create'])];
  const nodeClient = [rule(csr, ['certificatesigningrequests/nodeclient'], ['create'])];
  await created(admin, `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
    metadata: { name: ACCOUNT },
  });
  const account = { kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE };
  await grant(admin, 'bench-approver', approver, account);
  await grant(admin, 'bench-users', requester, group(GROUPS.users));
  await grant(admin, 'bench-nodes', requester, group(GROUPS.nodes));
  await grant(admin, 'bench-bootstrap', [...requester, ...nodeClient], group(GROUPS.bootstrappers));
}

const rule = (apiGroups: string[], resources: string[], verbs: string[]): object => ({
  apiGroups,
  resources,
  verbs,
});

const group = (name: string): object => ({
  kind: 'Group',
  name,
  apiGroup: 'rbac.authorization.k8s.io',
});

async function grant(
  admin: ApiClient,
  name: string,
  rules: readonly object[],
  subject: object,
): Promise<void> {
  await created(admin, `${RBAC}/clusterroles`, { metadata: { name }, rules });
  await created(admin, `${RBAC}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [subject],
  });
}

async function createToken(admin: ApiClient): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${ACCOUNT}/token`;
  const text = await created(admin, path, { spec: { expirationSeconds: TOKEN_SECONDS } });
  const { status } = JSON.parse(text) as { readonly status: { readonly token: string } };
  return status.token;
}

async function created(admin: ApiClient, path: string, body: object): Promise<string> {
  const { status, text } = await admin.create(path, body);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
  return text;
}
