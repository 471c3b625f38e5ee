// SPDX-License-Identifier: Apache-2.0
// Puts the same requests to kube-controller-manager's csrapproving and to our bundle, each in a cluster of its own, and
// tells what became of them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiObject } from '../../support/api-client.js';
import { startControllerManager } from '../../support/control-plane.js';
import { CSR_PATH, csrObject } from '../../support/control-plane-requests.js';
import { eventually } from '../../support/eventually.js';
import { forge } from '../../support/forge.js';
import type { RunningController } from '../../support/running-controller.js';
import { type Cluster, conditionOf } from '../cluster.js';
import { type Asked, joining, rights } from './asked.js';

const POLICY = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-client: { preset: kubelet-client }
`;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PART_ROLE = 'system:certificates.k8s.io:certificatesigningrequests';
const DECIDED = 'certificate request decided';
/** A hundred and more requests; a slow machine may take a while. */
const ALL_SEEN_WITHIN_MS = 60_000;

/** What became of one request. */
export interface Seen {
  /** True when this approver approved it. */
  readonly approved: boolean;
  /** The code of our decision; undefined where nothing was decided, and on the other side. */
  readonly code: string | undefined;
  /** Whether the object is as it was before the approver came. */
  readonly untouched: boolean;
}

/** One approver in its cluster. */
export interface Side {
  readonly cluster: Cluster;
  /** Starts it. */
  start(): Promise<void>;
  /** Resolves when it has looked at the request and is done with it for the moment. */
  looked(csr: string): Promise<void>;
  /** Whether it also tells of requests that were decided before. */
  readonly tellsOfDecided: boolean;
  /** The code of its decision, where it says one. */
  codeOf(csr: string): string | undefined;
  stop(): Promise<void>;
}

/** kube-controller-manager with nothing but csrapproving. */
export function controllerManagerIn(cluster: Cluster): Side {
  const { plane } = cluster;
  let stop = async (): Promise<void> => {};
  const log = () => readFile(join(plane.group.folder, 'kube-controller-manager.log'), 'utf8');
  return {
    cluster,
    start: async () => {
      const limits = ['--kube-api-qps=1000', '--kube-api-burst=1000'];
      const program = await startControllerManager(plane, [
        '--controllers=csrapproving',
        '--v=4', // says when it is done with a request
        ...limits,
      ]);
      stop = () => program.kill();
    },
    looked: async (csr) => {
      const line = new RegExp(`Finished syncing certificate request.* csr="${csr}" `);
      await eventually(
        `kube-controller-manager has looked at ${csr}`,
        async () => (line.test(await log()) ? true : undefined),
        ALL_SEEN_WITHIN_MS,
      );
    },
    tellsOfDecided: true,
    codeOf: () => undefined,
    stop: () => stop(),
  };
}

/** Our bundle as approver with the preset and nothing else. */
export function ourselvesIn(cluster: Cluster): Side {
  let controller: RunningController | undefined;
  const lineOf = (csr: string) => controller?.linesOf(DECIDED, { csr }).at(-1);
  return {
    cluster,
    start: async () => {
      const policyFile = await cluster.file('policy.yaml', POLICY);
      controller = cluster.run(['--policy-file', policyFile, '--controllers', 'approver']);
      await controller.line('policy loaded');
    },
    looked: async (csr) => {
      await controller?.line(DECIDED, { csr }, ALL_SEEN_WITHIN_MS);
    },
    tellsOfDecided: false,
    codeOf: (csr) => lineOf(csr)?.['reason'] as string | undefined,
    stop: async () => {
      await controller?.stop();
    },
  };
}

/** Grants the rights that the requests need. */
export async function grantRights(cluster: Cluster): Promise<void> {
  const role = (name: string, rule: object) =>
    cluster.create(`${RBAC}/clusterroles`, {
      metadata: { name },
      rules: [{ apiGroups: ['certificates.k8s.io'], ...rule }],
    });
  await Promise.all([
    ...rights.nodeclient.map((each) => cluster.bind(`${PART_ROLE}:nodeclient`, each)),
    ...rights.selfnodeclient.map((each) => cluster.bind(`${PART_ROLE}:selfnodeclient`, each)),
    cluster.bind('cluster-admin', rights.everything),
    cluster.create(`${RBAC}/namespaces/default/rolebindings`, {
      metadata: { name: 'in-namespace' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: `${PART_ROLE}:nodeclient`,
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...rights.nodeclientInNamespace }],
    }),
    ...Object.entries(rights.groups).map(async ([group, rule]) => {
      await role(`parity:${group}`, rule);
      await cluster.bind(`parity:${group}`, { kind: 'Group', name: group });
    }),
  ]);
}

/** Creates the request `csr` and brings it into its state. */
export async function ask(cluster: Cluster, csr: string, asked: Asked): Promise<ApiObject> {
  const { by, parts, text = (pem: string) => pem, state, ...rest } = asked;
  const pem = text(forge({ ...joining.parts, ...parts }));
  const { signerName, usages } = joining;
  const object = csrObject(pem, { name: csr, signerName, usages, ...rest });
  const held = state === 'being deleted' ? { finalizers: ['example.com/hold'] } : {};
  const response = await cluster.api.create(
    CSR_PATH,
    { ...object, metadata: { name: csr, ...held } },
    { as: by ?? joining.by },
  );
  if (response.status !== 201) throw new Error(`${csr}: ${response.status} ${response.text}`);
  await bringInto(cluster, csr, state);
  return cluster.csr(csr);
}

async function bringInto(cluster: Cluster, csr: string, state: Asked['state']): Promise<void> {
  const path = `${CSR_PATH}/${csr}`;
  const condition = (type: string) => ({
    status: { conditions: [{ type, status: 'True', reason: 'Before', message: 'before' }] },
  });
  const change = async () => {
    switch (state) {
      case undefined:
        return undefined;
      case 'approved':
        return cluster.api.patch(`${path}/approval`, condition('Approved'));
      case 'denied':
        return cluster.api.patch(`${path}/approval`, condition('Denied'));
      case 'failed':
        return cluster.api.patch(`${path}/status`, condition('Failed'));
      case 'issued': {
        const { certPem } = await cluster.plane.requestClientCert('somebody');
        const certificate = Buffer.from(certPem).toString('base64');
        return cluster.api.patch(`${path}/status`, { status: { certificate } });
      }
      case 'being deleted':
        return cluster.api.delete(path);
    }
  };
  const response = await change();
  if (response !== undefined && response.status !== 200) {
    throw new Error(`${csr}: ${response.status} ${response.text}`);
  }
}

/** What became of `before` on this side. */
export async function seen(side: Side, before: ApiObject): Promise<Seen> {
  const { name } = before.metadata;
  const now = await side.cluster.csr(name);
  const wasApproved = conditionOf(before, 'Approved') !== undefined;
  return {
    approved: !wasApproved && conditionOf(now, 'Approved') !== undefined,
    code: side.codeOf(name),
    untouched: now.metadata.resourceVersion === before.metadata.resourceVersion,
  };
}
