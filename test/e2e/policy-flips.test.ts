// SPDX-License-Identifier: Apache-2.0
// The policy changes every few hundred milliseconds while requests flow: each decision is by a policy that was in force
// when it was sent. And people edit, break and delete it, and restart the controller: the last valid one is in force.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { type ProxiedCall, startMeddlingProxy } from '../support/meddling-proxy.js';
import type { LogLine } from '../support/running-controller.js';
import { conditionOf, decisionsOf, startCluster } from './cluster.js';
import { developer, DEVELOPERS, hashOf } from './policies.js';
import { type Keys, policyConfigMap } from './policy-config-map.js';

const cluster = await startCluster();

/** One rule, by whose name a decision can be told from that of another policy. */
const policyNumber = (index: number, organization = 'qa'): string =>
  `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  rule-${index}:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${DEVELOPERS}'] }
    subject: { commonName: '{requester.username}', organizations: [${organization}] }
`;

const hashIn = (message: string | undefined): string =>
  /policy ([0-9a-f]{8})/.exec(message ?? '')?.[1] ?? 'none';

describe('a policy that changes while requests flow', () => {
  const FLIPS = 24;
  const FLIP_EVERY_MS = 250;
  const ASK_EVERY_MS = 12;
  /** From the process that sends to the proxy that notes it, on a busy machine; less than a policy is in force. */
  const ON_THE_WAY_MS = 200;
  /** What is promised is a second; on an idle machine it takes 25 ms. */
  const IN_FORCE_WITHIN_MS = 3_000;

  it('decides each by a policy that was in force then, which its hash and the log name', async () => {
    // Every other one denies: the organization that everybody asks for is not its own.
    const texts = Array.from({ length: FLIPS }, (_, index) =>
      policyNumber(index, index % 2 === 0 ? 'qa' : 'ops'),
    );
    const admin = { certPem: cluster.plane.adminCertPem, keyPem: cluster.plane.adminKeyPem };
    const proxy = await startMeddlingProxy(cluster.plane, admin);
    const place = await policyConfigMap(cluster, 'flips', { 'policy.yaml': texts[0] ?? '' });
    const controller = await place.run(await cluster.kubeconfig('flips', 'none', proxy));
    await controller.line('policy loaded');
    const pem = await makeCsr({ cn: 'jane', o: ['qa'] });

    const flow = { isOn: true };
    const asked: string[] = [];
    const asking = (async () => {
      for (; flow.isOn; await delay(ASK_EVERY_MS)) {
        const name = `flow-${asked.length}`;
        asked.push(name);
        await cluster.ask(name, { pem, as: developer('jane') });
      }
    })();
    const latencies: number[] = [];
    for (const text of texts.slice(1)) {
      await delay(FLIP_EVERY_MS);
      const editedAt = Date.now();
      await place.write({ 'policy.yaml': text });
      const loaded = await controller.line('policy loaded', { policyHash: hashOf(text) });
      latencies.push(Date.parse(loaded.time) - editedAt);
    }
    flow.isOn = false;
    await asking;
    await untilTrue('all are decided', async () =>
      (await cluster.api.get(CSR_PATH)).body.items.every((csr) => decisionsOf(csr).length > 0),
    );
    await controller.stop();
    await proxy.stop();

    const loads = controller.linesOf('policy loaded');
    const { items } = (await cluster.api.get(CSR_PATH)).body;
    const wrong = items.flatMap((csr) => {
      const [decision] = decisionsOf(csr);
      const why = judged(csr.metadata.name, decision, {
        loads,
        calls: proxy.calls,
        slackMs: ON_THE_WAY_MS,
      });
      return why === undefined ? [] : [`${csr.metadata.name}: ${why}`];
    });
    expect(wrong).toEqual([]);
    expect(items.length).toBe(asked.length);
    expect(items.length).toBeGreaterThan(200);
    expect(new Set(items.map((csr) => hashIn(decisionsOf(csr)[0]?.message))).size).toBeGreaterThan(
      FLIPS / 2,
    );
    expect(Math.max(...latencies)).toBeLessThan(IN_FORCE_WITHIN_MS);
  }, 60_000);
});

/** The clock that never goes back and the one of the log drift by so much at most in this time. */
const CLOCKS_APART_MS = 20;

/** Why a decision cannot have been made by the policy that it names; undefined when all is well. */
function judged(
  csr: string,
  decision: { readonly type: string; readonly message?: string } | undefined,
  seen: {
    readonly loads: readonly LogLine[];
    readonly calls: readonly ProxiedCall[];
    readonly slackMs: number;
  },
): string | undefined {
  const { loads, calls, slackMs } = seen;
  const hash = hashIn(decision?.message);
  const index = loads.findIndex((line) => line['policyHash'] === hash);
  const text = String(loads[index]?.['text']);
  if (hashOf(text) !== hash) return `the log does not resolve ${hash}`;
  const rule = /rule (rule-\d+),/.exec(decision?.message ?? '')?.[1] ?? 'none';
  if (!text.includes(` ${rule}:`)) return `the policy ${hash} has no ${rule}`;
  const type = text.includes('organizations: [qa]') ? 'Approved' : 'Denied';
  if (decision?.type !== type) return `the policy ${hash} says ${type}`;
  const write = calls.find(
    ({ path, status }) => path.includes(`/${csr}/approval`) && status === 200,
  );
  if (write === undefined) return 'nobody wrote it';
  const sentAtMs = performance.timeOrigin + write.atMs;
  const fromMs = Date.parse(loads[index]?.time ?? '');
  const untilMs = Date.parse(loads[index + 1]?.time ?? '9999-12-31T00:00:00Z');
  if (sentAtMs < fromMs - CLOCKS_APART_MS)
    return `sent ${fromMs - sentAtMs} ms before ${hash} was in force`;
  if (sentAtMs > untilMs + slackMs) return `sent ${sentAtMs - untilMs} ms after ${hash} was`;
  return undefined;
}

describe('a pause that comes and goes while requests flow', () => {
  const PAUSES = 8;
  const CHANGE_EVERY_MS = 300;
  /** What is on its way when the pause begins still arrives. */
  const ON_THE_WAY_MS = 200;

  it('lets no write begin while it lasts, and in the end everything is decided once', async () => {
    const admin = { certPem: cluster.plane.adminCertPem, keyPem: cluster.plane.adminKeyPem };
    const proxy = await startMeddlingProxy(cluster.plane, admin);
    const place = await policyConfigMap(cluster, 'pauses', { 'policy.yaml': policyNumber(0) });
    const controller = await place.run(await cluster.kubeconfig('pauses', 'none', proxy));
    await controller.line('policy loaded');
    const pem = await makeCsr({ cn: 'jane', o: ['qa'] });

    const flow = { isOn: true };
    const asked: string[] = [];
    const asking = (async () => {
      for (; flow.isOn; await delay(20)) {
        const name = `paused-${asked.length}`;
        asked.push(name);
        await cluster.ask(name, { pem, as: developer('jane') });
      }
    })();
    for (let round = 1; round <= PAUSES; round += 1) {
      await delay(CHANGE_EVERY_MS);
      await place.pause('true');
      await untilTrue('paused', () => controller.linesOf('paused').length === round);
      await delay(CHANGE_EVERY_MS);
      await place.pause(null);
      await untilTrue('goes on', () => controller.linesOf('pause ended').length === round);
    }
    flow.isOn = false;
    await asking;
    for (const name of asked) await cluster.decided(name);
    await controller.stop();
    await proxy.stop();

    const ends = controller.linesOf('pause ended').map(({ time }) => Date.parse(time));
    const pauses = controller
      .linesOf('paused')
      .map(({ time }, index) => ({ from: Date.parse(time) + ON_THE_WAY_MS, to: ends[index] ?? 0 }));
    const writes = proxy.calls.filter(({ path }) => path.includes('/approval'));
    const during = writes.filter(({ atMs }) => {
      const sentAtMs = performance.timeOrigin + atMs + CLOCKS_APART_MS;
      return pauses.some(({ from, to }) => sentAtMs > from && sentAtMs < to);
    });
    expect(during.map(({ path }) => path)).toEqual([]);
    expect(pauses.some(({ from, to }) => to - from > ON_THE_WAY_MS / 4)).toBe(true);
    const told = controller.linesOf('certificate request decided', { decision: 'approve' });
    expect(told.map(({ csr }) => csr).filter((csr) => asked.includes(String(csr)))).toHaveLength(
      asked.length,
    );
  }, 60_000);
});

describe('random edits and restarts', () => {
  const good = (index: number): Keys => ({ 'policy.yaml': policyNumber(index) });
  const bad: readonly Keys[] = [
    { 'policy.yaml': 'rules: [' },
    { 'policy.yaml': policyNumber(99).replace('v1alpha1', 'v1beta1') },
    { 'policy.yaml': null },
    { 'clash.yaml': policyNumber(0, 'other').replace('rule-0', 'CLASH') },
  ];
  const steps = fc.sample(
    fc.oneof(
      fc.record({ kind: fc.constant('good' as const), index: fc.nat(20) }),
      fc.record({ kind: fc.constant('bad' as const), keys: fc.constantFrom(...bad) }),
      fc.constant({ kind: 'delete' } as const),
      fc.constant({ kind: 'restart' } as const),
    ),
    30,
  );

  it('the last valid policy decides', async () => {
    const place = await policyConfigMap(cluster, 'story', good(0));
    let lastGood = 0;
    let controller = await place.run();
    await controller.line('last good policy kept', { policyHash: hashOf(policyNumber(0)) });
    for (const [index, step] of steps.entries()) {
      const csr = `story-${index}`;
      if (step.kind === 'good') {
        await place.write({ 'clash.yaml': null, ...good(step.index) });
        if (step.index !== lastGood) {
          const loaded = { policyHash: hashOf(policyNumber(step.index)) };
          await controller.line('last good policy kept', loaded);
        }
        lastGood = step.index;
      }
      if (step.kind === 'bad') await place.write(step.keys);
      if (step.kind === 'delete') await place.remove().catch(() => {});
      if (step.kind === 'restart') {
        await controller.kill();
        controller = await place.run();
      }
      await cluster.ask(csr, {
        pem: await makeCsr({ cn: 'jane', o: ['qa'] }),
        as: developer('jane'),
      });

      const message = await eventually(
        `a decision in step ${JSON.stringify(step)}`,
        async () => conditionOf(await cluster.csr(csr), 'Approved')?.message,
      );
      const inForce = `rule rule-${lastGood}, policy ${hashOf(policyNumber(lastGood))}`;
      expect([index, step, message]).toEqual([index, step, inForce]);
    }
    await controller.stop();
  }, 90_000);
});
