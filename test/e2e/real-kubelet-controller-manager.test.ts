// SPDX-License-Identifier: Apache-2.0
// kube-controller-manager works beside us: it signs what we approve, and it approves what we approve. Everybody's calls
// go through a proxy of their own, so that conflicts can be counted, and made.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startControllerManager } from '../support/control-plane.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { recordCsrHistory } from '../support/csr-history.js';
import type { CsrHistory } from '../support/csr-history.js';
import { untilTrue } from '../support/eventually.js';
import { describeWithKubelet } from '../support/kubelet.js';
import type { Kubelet } from '../support/kubelet.js';
import { startMeddlingProxy } from '../support/meddling-proxy.js';
import type { Meddling, MeddlingProxy, ProxiedCall } from '../support/meddling-proxy.js';
import type { RunningController } from '../support/running-controller.js';
import { decisionsOf, startCluster } from './cluster.js';
import {
  BOOTSTRAP_USER,
  CLIENT_SIGNER,
  READY_TIMEOUT_MS,
  SERVING_SIGNER,
  allowJoining,
  joined,
  requestsOfKubelet,
} from './real-kubelets.js';

const describeHere = await describeWithKubelet();
const cluster = await startCluster();
const SERVING_RULE = `
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }`;
const CLIENT_RULE = `
  kubelet-client: { preset: kubelet-client }`;

const policyOf = (rules: string): string =>
  `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:${rules}\n`;

/** At once, as when a rack comes back. */
const BURST = 30;
const BURST_TIMEOUT_MS = 30_000;

const isWriteTo = ({ method, path }: ProxiedCall, name: string, part: string): boolean =>
  ['PUT', 'PATCH'].includes(method) && path.split('?')[0] === `${CSR_PATH}/${name}/${part}`;

/** The answers to what somebody wrote to a part of a request, oldest first. */
const writesTo = (proxy: MeddlingProxy, name: string, part: 'approval' | 'status') =>
  proxy.calls.filter((call) => isWriteTo(call, name, part)).map(({ status }) => status);

const names = (label: string): readonly string[] =>
  Array.from({ length: BURST }, (_, index) => `${label}-${index}`);

describeHere('beside kube-controller-manager', () => {
  let ours: MeddlingProxy;
  let theirs: MeddlingProxy;
  let history: CsrHistory;
  let bootstrapKubeconfig: string;
  let controller: RunningController;
  const kubelets: Kubelet[] = [];

  beforeAll(async () => {
    const { adminCertPem: certPem, adminKeyPem: keyPem } = cluster.plane;
    ours = await startMeddlingProxy(cluster.plane, { certPem, keyPem });
    theirs = await startMeddlingProxy(cluster.plane, { certPem, keyPem });
    history = await recordCsrHistory(cluster.api);
    bootstrapKubeconfig = await allowJoining(cluster);
    const kubeconfig = await cluster.kubeconfig('theirs', 'none', theirs);
    await startControllerManager(cluster.plane, [
      '--controllers=csrapproving,csrsigning',
      `--kubeconfig=${kubeconfig}`,
      // It is to be in our way, not behind us.
      '--kube-api-qps=500',
      '--kube-api-burst=500',
    ]);
  }, READY_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
    // They hold on to connections.
    await Promise.all([ours.stop(), theirs.stop()]);
  });

  const run = async (rules: string): Promise<RunningController> => {
    const file = await cluster.file('policy.yaml', policyOf(rules));
    const kubeconfig = await cluster.kubeconfig('ours', 'none', ours);
    const running = cluster.run(['--policy-file', file], kubeconfig);
    await running.line('policy loaded');
    return running;
  };

  const join = async (node: string, address: string): Promise<void> => {
    kubelets.push(await joined(cluster, { node, address, bootstrapKubeconfig }));
  };

  /** It was decided by one write, whoever made it, and nobody touched the decision again. */
  async function expectDecidedOnce(name: string): Promise<void> {
    await history.caughtUp();
    const decisions = history.statesOf(name).map((state) => JSON.stringify(decisionsOf(state)));
    expect([name, new Set(decisions).size]).toEqual([name, 2]);
    expect(decisionsOf(await cluster.csr(name)).map(({ type }) => type)).toEqual(['Approved']);
  }

  const expectNoComplaint = (): void => {
    const complaints = controller
      .lines()
      .filter((line) => line.level === 'error' || (line.level === 'warn' && 'csr' in line));
    expect(complaints).toEqual([]);
  };

  describe('that signs, while we approve serving certificates alone', () => {
    beforeAll(async () => {
      controller = await run(SERVING_RULE);
    });

    afterAll(async () => {
      await controller.stop();
    });

    it(
      'a real kubelet joins and serves, and neither gets into the way of the other',
      async () => {
        await join('worker-1', '10.1.0.1');

        const client = await requestsOfKubelet(cluster, BOOTSTRAP_USER, CLIENT_SIGNER);
        const serving = await requestsOfKubelet(cluster, 'system:node:worker-1', SERVING_SIGNER);
        expect(client.map((each) => decisionsOf(each).map(({ reason }) => reason))).toEqual([
          ['AutoApproved'],
        ]);
        expect(serving.map((each) => decisionsOf(each).map(({ reason }) => reason))).toEqual([
          ['PolicyApproved'],
        ]);
        const socket = await kubelets[0]?.connectAs('worker-1', cluster.plane.clientCa.certPem);
        expect(socket?.authorized).toBe(true);
        socket?.destroy();
      },
      READY_TIMEOUT_MS,
    );

    it(
      'a burst costs each of us one write a request, and no conflict',
      async () => {
        const burst = names('serving');
        await Promise.all(burst.map(askToServe));

        await Promise.all(burst.map((name) => cluster.issued(name, BURST_TIMEOUT_MS)));

        for (const name of burst) {
          await expectDecidedOnce(name);
          expect([name, writesTo(ours, name, 'approval')]).toEqual([name, [200]]);
          expect([name, writesTo(ours, name, 'status')]).toEqual([name, []]);
          expect([name, writesTo(theirs, name, 'approval')]).toEqual([name, []]);
          expect([name, writesTo(theirs, name, 'status')]).toEqual([name, [200]]);
        }
        expectNoComplaint();
      },
      2 * BURST_TIMEOUT_MS,
    );
  });

  describe('that approves client certificates, as we do', () => {
    beforeAll(async () => {
      controller = await run(CLIENT_RULE + SERVING_RULE);
    });

    afterAll(async () => {
      ours.meddle(() => 'pass');
      theirs.meddle(() => 'pass');
      await controller.stop();
    });

    it(
      'a real kubelet joins',
      async () => {
        await join('worker-2', '10.1.0.2');

        const requests = await requestsOfKubelet(cluster, BOOTSTRAP_USER, CLIENT_SIGNER);
        expect(requests.length).toBe(2);
        for (const { metadata } of requests) await expectDecidedOnce(metadata.name);
      },
      READY_TIMEOUT_MS,
    );

    it(
      'a burst is decided by whoever is first, and the other leaves it at that',
      async () => {
        const burst = names('race');
        await Promise.all(burst.map(askToJoin));

        await Promise.all(burst.map((name) => cluster.issued(name, BURST_TIMEOUT_MS)));

        for (const name of burst) await expectDecidedAndLeft(name);
        expectNoComplaint();
      },
      2 * BURST_TIMEOUT_MS,
    );

    it.each<[string, string, () => readonly [slow: MeddlingProxy, fast: MeddlingProxy]]>([
      ['kube-controller-manager', 'they-first', () => [ours, theirs]],
      ['the approver', 'we-first', () => [theirs, ours]],
    ])(
      'what %s decides while the write of the other is on its way stays so',
      async (_, label, whichIsSlow) => {
        const burst = names(label);
        const [slow, fast] = whichIsSlow();
        slow.meddle(async (call): Promise<Meddling> => {
          const name = burst.find((each) => isWriteTo(call, each, 'approval'));
          if (name !== undefined) await cluster.decided(name, BURST_TIMEOUT_MS);
          return 'pass';
        });

        await Promise.all(burst.map(askToJoin));
        await Promise.all(burst.map((name) => cluster.issued(name, BURST_TIMEOUT_MS)));
        await untilTrue('the slow writes are answered', () =>
          burst.every((name) => !writesTo(slow, name, 'approval').includes(undefined)),
        );

        for (const name of burst) {
          await expectDecidedAndLeft(name);
          expect([name, writesTo(fast, name, 'approval')]).toEqual([name, [200]]);
        }
        // It did try, and did not try again.
        const slowWrites = burst.flatMap((name) => writesTo(slow, name, 'approval'));
        expect(slowWrites.length).toBeGreaterThan(0);
        expect(new Set(slowWrites)).toEqual(new Set([409]));
        expectNoComplaint();
      },
      2 * BURST_TIMEOUT_MS,
    );
  });

  /** One approval was stored, nobody wrote more than once, and we told of it if it was ours. */
  async function expectDecidedAndLeft(name: string): Promise<void> {
    await expectDecidedOnce(name);
    const [byUs, byThem] = [ours, theirs].map((proxy) => writesTo(proxy, name, 'approval'));
    const all = [...(byUs ?? []), ...(byThem ?? [])];
    expect([name, all.filter((status) => status === 200)]).toEqual([name, [200]]);
    expect(byUs?.length).toBeLessThan(2);
    expect(byThem?.length).toBeLessThan(2);
    const told = () => controller.linesOf('certificate request decided', { csr: name }).length;
    const wanted = byUs?.includes(200) === true ? 1 : 0;
    await untilTrue(`${name} is told of`, () => told() >= wanted);
    expect([name, told()]).toEqual([name, wanted]);
  }
});

async function askToServe(name: string, index: number): Promise<void> {
  const node = `made-up-${index}`;
  const address = `10.1.1.${index}`;
  await cluster.create('/api/v1/nodes', { metadata: { name: node } });
  await cluster.api.patch(`/api/v1/nodes/${node}/status`, {
    status: {
      addresses: [
        { type: 'Hostname', address: node },
        { type: 'InternalIP', address },
      ],
    },
  });
  await cluster.ask(name, {
    pem: await makeCsr({
      cn: `system:node:${node}`,
      o: ['system:nodes'],
      dns: [node],
      ip: [address],
    }),
    as: { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
    signerName: SERVING_SIGNER,
    usages: ['digital signature', 'server auth'],
  });
}

async function askToJoin(name: string): Promise<void> {
  await cluster.ask(name, {
    pem: await makeCsr({ cn: `system:node:${name}`, o: ['system:nodes'] }),
    as: { user: BOOTSTRAP_USER, groups: ['system:bootstrappers', 'system:authenticated'] },
    signerName: CLIENT_SIGNER,
    usages: ['digital signature', 'client auth'],
  });
}
