// SPDX-License-Identifier: Apache-2.0
// The chart on a real API server: installed as helm renders it, the controller run as its ServiceAccount, and the whole
// job that a policy can give it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { createCa } from '../../src/signer/create-ca.js';
import { ATTRIBUTE_TYPE } from '../../src/x509/object-identifiers.js';
import { freePorts } from '../support/control-plane-processes.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { NAMESPACE, RELEASE, type Rendering, ROOT, startHelm } from '../support/helm.js';
import type { RunningController } from '../support/running-controller.js';
import { type Cluster, startCluster, USER_SIGNER } from './cluster.js';
import { developer, DEVELOPERS } from './policies.js';

/** As whom the chart runs the controller. */
export const ACCOUNT = `system:serviceaccount:${NAMESPACE}:${RELEASE}`;
export const SERVING = 'kubernetes.io/kubelet-serving';
export const MESH = 'example.com/mesh';
export const MESH_CA = 'mesh-ca';
export const MESH_TRUST = 'mesh-trust';
/** The namespace of whoever trusts the mesh. */
export const TRUSTING = 'shop';
const OPERATORS = 'oidc:ops-team';
const HOUR_S = 3600;

/** Values that need every right: kubelets, people, people whom a person approves, a signer of one's own. */
export const values = {
  policy: {
    rules: {
      developers: {
        match: { signerName: USER_SIGNER, requester: { groups: [DEVELOPERS] } },
        subject: { commonName: '{requester.username}', organizations: ['qa'] },
        lifetime: { max: '8h' },
      },
      operators: {
        mode: 'review',
        match: { signerName: USER_SIGNER, requester: { groups: [OPERATORS] } },
        subject: { commonName: '{requester.username}' },
        lifetime: { max: '1h' },
      },
      workloads: {
        match: { signerName: MESH, requester: { groups: [DEVELOPERS] } },
        sans: { uri: ['/spiffe:.*/'] },
        usages: ['client auth', 'server auth', 'digital signature'],
        lifetime: { max: '1h' },
      },
    },
    signers: {
      [MESH]: {
        ca: { secret: MESH_CA },
        lifetime: { default: '1h', max: '24h' },
        allow: {
          sans: { uri: ['/spiffe:.*/'] },
          usages: ['client auth', 'server auth', 'digital signature'],
        },
        trust: {
          configMap: { name: MESH_TRUST, namespaces: [TRUSTING] },
          clusterTrustBundle: true,
        },
      },
    },
  },
};

/** One call that the API server has written down. */
export interface Audited {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

export interface ChartStage {
  readonly cluster: Cluster;
  readonly rendering: Rendering;
  /** PEM of the CA that signs for the mesh. */
  readonly meshCaPem: string;
  /** Runs kubectl as the administrator; throws when it fails. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Starts what the Deployment says, by that kubeconfig or the token of its ServiceAccount in the place of the pod's files. */
  start(
    kubeconfig?: string,
  ): Promise<{ readonly controller: RunningController; readonly healthUrl: string }>;
  /** What the ServiceAccount has asked of the server. */
  audited(): readonly Audited[];
  readonly ask: {
    readonly kubelet: (name: string) => Promise<void>;
    readonly developer: (name: string) => Promise<void>;
    readonly operator: (name: string) => Promise<void>;
    readonly workload: (name: string) => Promise<void>;
  };
}

/** Call it once, at the top of a test file, and await it. */
export async function setStage(): Promise<ChartStage> {
  const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-audit-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const auditLog = join(folder, 'audit.log');
  const helm = await startHelm();
  const cluster = await startCluster({
    apiServerArgs: [
      `--audit-policy-file=${writeAuditPolicy(folder)}`,
      `--audit-log-path=${auditLog}`,
      // What such a server is asked is what one before Kubernetes 1.34 is asked.
      '--feature-gates=WatchList=false,ClusterTrustBundle=true',
      '--runtime-config=certificates.k8s.io/v1beta1/clustertrustbundles=true',
    ],
  });
  const kubectl: ChartStage['kubectl'] = async (...args) => {
    const { code, stdout, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };

  const rendering = await helm.render(values);
  await kubectl('apply', '-f', join(ROOT, 'deploy/base/namespace.yaml'));
  await kubectl('create', 'namespace', TRUSTING);
  // Every ServiceAccount may read them by default; the chart must not count on it.
  await kubectl('delete', 'clusterrolebinding', 'system:cluster-trust-bundle-discovery');
  await kubectl('apply', '-f', await cluster.file('rendered.yaml', rendering.text));
  const meshCaPem = await storeCa(cluster);
  const token = (await kubectl('-n', NAMESPACE, 'create', 'token', RELEASE)).trim();
  const asInPod = await cluster.kubeconfig('pod', { token });

  return {
    cluster,
    rendering,
    meshCaPem,
    kubectl,
    start: async (kubeconfig = asInPod) => {
      const { args, env } = rendering.container();
      const [port = 0, metricsPort = 0] = await freePorts(2);
      const flags = args.slice(1).filter((flag) => !/^--(health|metrics)-addr=/.test(flag));
      const controller = cluster.run(
        [...flags, `--health-addr=127.0.0.1:${port}`, `--metrics-addr=127.0.0.1:${metricsPort}`],
        kubeconfig,
        Object.fromEntries(env.map(({ name, value }) => [name, value])),
      );
      return { controller, healthUrl: `http://127.0.0.1:${port}` };
    },
    audited: () =>
      readFileSync(auditLog, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Audited),
    ask: requestsTo(cluster),
  };
}

function writeAuditPolicy(folder: string): string {
  const path = join(folder, 'policy.yaml');
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [ACCOUNT] }, { level: 'None' }],
  };
  writeFileSync(path, JSON.stringify(policy));
  return path;
}

async function storeCa(cluster: Cluster): Promise<string> {
  const ca = await createCa({
    subject: [{ oid: ATTRIBUTE_TYPE.commonName, value: MESH_CA }],
    key: 'ecdsa-p256',
    notBeforeMs: Date.now() - HOUR_S * 1000,
    notAfterMs: Date.now() + 365 * 24 * HOUR_S * 1000,
  });
  if (!ca.ok) throw new Error(ca.error);
  const { certificate, key } = ca.value;
  await cluster.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name: MESH_CA },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  });
  return certificate;
}

/** Everybody who may ask by these values, each with a request that passes. */
function requestsTo(cluster: Cluster): ChartStage['ask'] {
  let nodes = 0;
  return {
    kubelet: async (name) => {
      nodes += 1;
      const node = `worker-${nodes}`;
      const address = `10.1.2.${nodes}`;
      await cluster.create('/api/v1/nodes', { metadata: { name: node } });
      const addresses = [
        { type: 'Hostname', address: node },
        { type: 'InternalIP', address },
      ];
      await cluster.api.patch(`/api/v1/nodes/${node}/status`, { status: { addresses } });
      const pem = await makeCsr({
        o: ['system:nodes'],
        cn: `system:node:${node}`,
        dns: [node],
        ip: [address],
      });
      await cluster.ask(name, {
        pem,
        as: { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
        signerName: SERVING,
        usages: ['digital signature', 'server auth'],
      });
    },
    developer: async (name) => {
      await cluster.ask(name, {
        pem: await makeCsr({ cn: 'jane', o: ['qa'] }),
        as: developer('jane'),
        expirationSeconds: HOUR_S / 2,
      });
    },
    operator: async (name) => {
      await cluster.ask(name, {
        pem: await makeCsr({ cn: 'olga' }),
        as: { user: 'olga', groups: [OPERATORS] },
        expirationSeconds: HOUR_S / 2,
      });
    },
    workload: async (name) => {
      await cluster.ask(name, {
        pem: await makeCsr({ uri: ['spiffe://cluster.local/ns/shop/sa/web'] }),
        as: developer('jane'),
        signerName: MESH,
        usages: ['client auth', 'server auth', 'digital signature'],
        expirationSeconds: HOUR_S / 2,
      });
    },
  };
}
