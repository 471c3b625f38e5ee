// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import {
  type MeddlingProxy,
  type ProxiedCall,
  startMeddlingProxy,
} from '../support/meddling-proxy.js';
import { opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import { conditionOf, startCluster } from './cluster.js';
import { clientCaFiles, hashOf } from './policies.js';

const SIGNER = 'kubernetes.io/kubelet-serving';
const NODES = '/api/v1/nodes';
const KUBERNETES_SLICE = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';

/** What is promised; a deadline for one request has three times slack. */
const PROMISED_MS = 1_000;
const WOKEN_WITHIN_MS = 3 * PROMISED_MS;

// An address of its own, since the API server publishes none of loopback: it is that of node `cp-1`, too.
const cluster = await startCluster({ advertiseAddress: '10.1.0.100' });
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }
signers:
  ${SIGNER}:
    ca: ${await clientCaFiles(cluster)}
`;

const kubelet = (node: string) => ({
  user: `system:node:${node}`,
  groups: ['system:nodes', 'system:authenticated'],
});

/** What a kubelet asks for when it serves. */
async function askToServe(node: string, ip: readonly string[]): Promise<string> {
  const name = `serve-${node}-${ip.at(-1)?.replaceAll('.', '-')}`;
  const pem = await makeCsr({ cn: `system:node:${node}`, o: ['system:nodes'], dns: [node], ip });
  const usages = ['digital signature', 'server auth'];
  await cluster.ask(name, { pem, as: kubelet(node), signerName: SIGNER, usages });
  return name;
}

const register = (name: string, labels: Record<string, string> = {}) =>
  cluster.create(NODES, { metadata: { name, labels } });

const report = (name: string, ...addresses: readonly string[]) =>
  cluster.api.patch(`${NODES}/${name}/status`, {
    status: {
      addresses: [
        { type: 'Hostname', address: name },
        ...addresses.map((address) => ({ type: 'InternalIP', address })),
      ],
    },
  });

const describeNode = async (name: string): Promise<string> =>
  (await cluster.kubectl(['describe', 'node', name])).stdout;

let proxy: MeddlingProxy;
let controller: RunningController;

beforeAll(async () => {
  proxy = await startMeddlingProxy(cluster.plane, {
    certPem: cluster.plane.adminCertPem,
    keyPem: cluster.plane.adminKeyPem,
  });
  controller = cluster.run(
    ['--policy-file', await cluster.file('policy.yaml', policy)],
    await cluster.kubeconfig('through-proxy', 'none', proxy),
  );
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
  await proxy.stop();
});

/** Each time that the controller asked for Nodes; the watch counts once. */
const readsOfNodes = () =>
  proxy.calls.filter(({ method, path }) => method === 'GET' && path.startsWith(NODES));

const isOpenWatch = ({ path, status }: ProxiedCall): boolean =>
  path.includes('watch=') && status === 200;

describe('a kubelet that serves', () => {
  it('gets its certificate for what its Node lists', async () => {
    await register('worker-1');
    await report('worker-1', '10.1.0.1');

    const name = await askToServe('worker-1', ['10.1.0.1']);
    const certPem = await cluster.issued(name);

    const caFile = await cluster.file('serving-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(caFile, 'sslserver', certPem)).toBe('stdin: OK');
    expect(conditionOf(await cluster.csr(name), 'Approved')?.message).toBe(
      `rule kubelet-serving, policy ${hashOf(policy)}`,
    );
  });

  it('waits for its Node, and is woken when the Node lists the address, without polling', async () => {
    await untilTrue('Nodes are watched', () => readsOfNodes().some(isOpenWatch));
    const before = readsOfNodes().length;
    const tookMs: number[] = [];

    // One after the other: what looks again after a while would be late each time.
    for (const each of [1, 2, 3, 4, 5]) {
      const [node, address] = [`late-${each}`, `10.1.2.${each}`];
      const name = await askToServe(node, [address]);
      await controller.line('certificate request decided', { csr: name, reason: 'NodeNotFound' });
      await register(node);
      await controller.line('certificate request decided', { csr: name, reason: 'NameNotOwned' });

      const beginMs = performance.now();
      await report(node, address);
      await cluster.decided(name, WOKEN_WITHIN_MS);
      tookMs.push(performance.now() - beginMs);

      expect(conditionOf(await cluster.csr(name), 'Approved')).toBeDefined();
    }

    const [, , medianMs] = tookMs.toSorted((a, b) => a - b);
    expect(medianMs).toBeLessThan(PROMISED_MS);
    expect(readsOfNodes()).toHaveLength(before);
  }, 30_000);

  it('is left waiting for the address of another node', async () => {
    await register('worker-3');
    await report('worker-3', '10.1.0.3');

    const name = await askToServe('worker-3', ['10.1.0.1']);

    await controller.line('certificate request decided', {
      csr: name,
      decision: 'wait',
      reason: 'NameNotOwned',
    });
    expect(conditionOf(await cluster.csr(name), 'Approved')).toBeUndefined();
  });

  it('waits while another Node lists its address, both are told, and it gets it when that one no longer does', async () => {
    await register('worker-5');
    await register('liar');
    await report('worker-5', '10.1.0.5');
    await report('liar', '10.1.0.9', '10.1.0.5');
    const name = await askToServe('worker-5', ['10.1.0.5']);
    await controller.line('certificate request decided', { csr: name, reason: 'AddressShared' });
    const told = await eventually('both are told', async () => {
      const texts = await Promise.all(['worker-5', 'liar'].map(describeNode));
      return texts.every((text) => text.includes('AddressShared')) ? texts : undefined;
    });

    await report('liar', '10.1.0.9');

    await cluster.decided(name, WOKEN_WITHIN_MS);
    expect(conditionOf(await cluster.csr(name), 'Approved')).toBeDefined();
    for (const text of told) {
      expect(text).toContain('"10.1.0.5" is listed by node "worker-5" and by "liar"');
    }
  });

  it('gets its address when the other Node that lists it is deleted', async () => {
    await register('worker-6');
    await register('ghost');
    await report('worker-6', '10.1.0.6');
    await report('ghost', '10.1.0.6');
    const name = await askToServe('worker-6', ['10.1.0.6']);
    await controller.line('certificate request decided', { csr: name, reason: 'AddressShared' });

    await cluster.api.delete(`${NODES}/ghost`);

    await cluster.decided(name, WOKEN_WITHIN_MS);
    expect(conditionOf(await cluster.csr(name), 'Approved')).toBeDefined();
  });

  it('gets the address of the API server on a control-plane node, and only there', async () => {
    await register('cp-1', { 'node-role.kubernetes.io/control-plane': '' });
    await register('worker-4');
    await report('cp-1', '10.1.0.100');
    await report('worker-4', '10.1.0.100');

    expect((await cluster.api.get(KUBERNETES_SLICE)).text).toContain('"10.1.0.100"');

    const own = await askToServe('cp-1', ['10.1.0.100']);
    const foreign = await askToServe('worker-4', ['10.1.0.100']);

    await cluster.issued(own);
    await controller.line('certificate request decided', {
      csr: foreign,
      decision: 'leave',
      reason: 'ApiServerName',
    });
    expect(conditionOf(await cluster.csr(foreign), 'Approved')).toBeUndefined();
  });
});
