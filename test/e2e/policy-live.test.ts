// SPDX-License-Identifier: Apache-2.0
// A policy in a ConfigMap on a real API server: edits are in force at once, a bad one never replaces a good one, also
// over restarts, and a pause stops every write.

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { conditionOf, startCluster } from './cluster.js';
import { clientCaFiles, developer, DEVELOPERS, hashOf } from './policies.js';
import { policyConfigMap, type ProbedController } from './policy-config-map.js';

/** What is promised is one second. */
const IN_FORCE_WITHIN_MS = 3_000;

/** Long enough for a decision that must not come; they take 10 ms. */
const QUIET_MS = 1_000;

const cluster = await startCluster();
const ca = await clientCaFiles(cluster);

const HEAD = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n';

/** Developers get certificates by this rule, and in no other organization than this one. */
const rulesOf = (rule: string, organization = 'qa'): string => `${HEAD}rules:
  ${rule}:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${DEVELOPERS}'] }
    subject: { commonName: '{requester.username}', organizations: [${organization}] }
`;

const signers = `${HEAD}signers:
  kubernetes.io/kube-apiserver-client:
    ca: ${ca}
    lifetime: { default: 1h, max: 24h }
`;

const BAD = rulesOf('developers').replace('organizations', 'organisations');
const NEWER = rulesOf('developers').replace('v1alpha1', 'v1beta1').replace('rules:', 'grants:');

/** Asks for a certificate that a policy of `rulesOf` gives. */
const ask = (name: string) => cluster.ask(name, { as: developer('jane') });

/** The message of the approval, which names the rule and the policy. */
const approvalOf = async (name: string, deadlineMs?: number): Promise<string | undefined> =>
  conditionOf(await cluster.decided(name, deadlineMs), 'Approved')?.message;

const started: ProbedController[] = [];
afterEach(async () => {
  for (const controller of started.splice(0)) await controller.kill();
  await cluster.api.delete(CSR_PATH);
});

const running = async (start: Promise<ProbedController>): Promise<ProbedController> => {
  const controller = await start;
  started.push(controller);
  return controller;
};

/** What is in the cluster of a request; a decision would be seen by then. */
const stillOpen = async (name: string): Promise<unknown> => {
  await delay(QUIET_MS);
  return (await cluster.csr(name)).status;
};

describe('an edit', () => {
  it('is in force within a second, and what was not decided before is decided by it', async () => {
    const place = await policyConfigMap(cluster, 'edit', { 'policy.yaml': rulesOf('old', 'ops') });
    const controller = await running(place.run());
    await controller.line('policy loaded');
    await cluster.ask('edit-none', { as: { user: 'jane', groups: ['somebody else'] } });
    await ask('edit-before');
    const old = await approvalOf('edit-before');
    await cluster.ask('edit-open', { as: { user: 'jane', groups: ['testers'] } });
    await controller.line('certificate request decided', { csr: 'edit-open', decision: 'leave' });

    const next = rulesOf('new').replace(DEVELOPERS, 'testers');
    const editedAt = performance.now();
    await place.write({ 'policy.yaml': next });
    const now = await approvalOf('edit-open', IN_FORCE_WITHIN_MS);

    expect(performance.now() - editedAt).toBeLessThan(IN_FORCE_WITHIN_MS);
    expect(old).toBe(`rule old, policy ${hashOf(rulesOf('old', 'ops'))}`);
    expect(now).toBe(`rule new, policy ${hashOf(next)}`);
    expect(await controller.line('policy loaded', { policyHash: hashOf(next) })).toMatchObject({
      text: next,
      source: 'configmap policies/edit key policy.yaml',
    });
  });

  it('of one key of several is merged with the others; a clash names both places and changes nothing', async () => {
    const place = await policyConfigMap(cluster, 'keys', {
      'rules.yaml': rulesOf('developers'),
      'signers.yaml': signers,
      'README.md': 'not a policy',
    });
    const controller = await running(place.run());
    const first = await controller.line('policy loaded');
    await ask('keys-issued');

    expect(await cluster.issued('keys-issued')).toContain('BEGIN CERTIFICATE');
    expect(first['texts']).toEqual({
      'rules.yaml': rulesOf('developers'),
      'signers.yaml': signers,
    });
    expect(first['text']).toBeUndefined();

    await place.write({ 'team.yaml': rulesOf('developers', 'ops') });
    const refused = await controller.line('policy refused', { policyHash: first['policyHash'] });
    expect(refused['problems']).toMatchObject([
      {
        code: 'PolicyConflict',
        text: 'configmap policies/keys key team.yaml:4:3: rules.developers: this is written differently at configmap policies/keys key rules.yaml:4:3; keep one of the two',
      },
    ]);
    await ask('keys-after-clash');
    expect(await approvalOf('keys-after-clash')).toBe(
      `rule developers, policy ${String(first['policyHash'])}`,
    );
  });
});

describe('a bad policy', () => {
  const cases = {
    'a typo': { edit: { 'policy.yaml': BAD }, code: 'PolicyUnknownField' },
    'a policy of a newer program': { edit: { 'policy.yaml': NEWER }, code: 'PolicyApiVersion' },
    'a ConfigMap without keys': { edit: { 'policy.yaml': null }, code: 'PolicyNotFound' },
    'a ConfigMap that is deleted': { edit: undefined, code: 'PolicyNotFound' },
  };

  it.each(Object.entries(cases))(
    '%s: the last good one decides, also after a restart, and says that it is stale',
    async (sentence, { edit, code }) => {
      const label = `bad-${Object.keys(cases).indexOf(sentence)}`;
      const good = rulesOf('developers');
      const place = await policyConfigMap(cluster, label, { 'policy.yaml': good });
      const before = await running(place.run());
      await before.line('last good policy kept', { policyHash: hashOf(good) });
      expect(await place.kept()).toEqual({ 'v1alpha1-1.policy.yaml': good });

      await (edit === undefined ? place.remove() : place.write(edit));
      const refused = await before.line('policy refused', { policyHash: hashOf(good) });
      expect(refused).toMatchObject({ level: 'error', problems: [{ code }] });
      await ask(`${label}-before`);
      expect(await approvalOf(`${label}-before`)).toBe(`rule developers, policy ${hashOf(good)}`);
      await before.stop();

      const after = await running(place.run());
      const loaded = await after.line('policy loaded');
      expect(loaded).toMatchObject({
        level: 'warn',
        isLastGood: true,
        policyHash: hashOf(good),
        text: good,
        source: `configmap policies/${label}-last-good`,
      });
      await ask(`${label}-after`);
      expect(await approvalOf(`${label}-after`)).toBe(`rule developers, policy ${hashOf(good)}`);

      const [status, text] = await eventually('ready', async () => {
        const answer = await after.ready();
        return answer[0] === 200 ? answer : undefined;
      });
      expect([status, text]).toEqual([
        200,
        expect.stringContaining('[+]policy ok: stale, policy '),
      ]);
      expect(text).toContain(`policy ${hashOf(good)} in force, since `);
      expect(text).toContain(`configmap policies/${label}`);
      const events = await eventually('the Event', async () => {
        const found = await place.events();
        return found.length > 0 ? found : undefined;
      });
      expect(events).toEqual([
        expect.stringContaining(`Warning PolicyRefused: policy ${hashOf(good)} stays in force: `),
      ]);
      expect(await place.kept()).toEqual({ 'v1alpha1-1.policy.yaml': good });
    },
    30_000,
  );

  it('is told again only when it is another one, and the correction ends it', async () => {
    const place = await policyConfigMap(cluster, 'told', { 'policy.yaml': rulesOf('developers') });
    const controller = await running(place.run());
    await controller.line('policy loaded');

    await place.write({ 'policy.yaml': BAD });
    await untilTrue('the first Event', async () => (await place.events()).length === 1);
    await place.pause('false');
    await place.write({ 'note.txt': 'nothing that counts' });
    await place.write({ 'policy.yaml': BAD.replace('organisations', 'organisation') });
    await untilTrue('the second Event', async () => (await place.events()).length === 2);
    await place.write({ 'policy.yaml': rulesOf('corrected') });
    await controller.line('last good policy kept', { policyHash: hashOf(rulesOf('corrected')) });

    expect(controller.linesOf('policy refused')).toHaveLength(2);
    expect(await controller.ready()).toEqual([200, expect.stringContaining('[+]policy ok\n')]);
  });

  it('and nothing that was ever good: nothing is decided, not ready, and it says why', async () => {
    const place = await policyConfigMap(cluster, 'never', { 'policy.yaml': BAD });
    const controller = await running(place.run());
    await controller.line('policy refused');

    await ask('never-decided');

    expect(await stillOpen('never-decided')).toEqual({});
    const [status, text] = await controller.ready();
    expect(status).toBe(500);
    expect(text).toContain(
      '[-]policy failed: no policy was loaded: configmap policies/never key policy.yaml:8:52: rules.developers.subject.organisations: there is no such field here',
    );
    expect(await place.events()).toEqual([
      expect.stringContaining('nothing is decided or signed until it is corrected: '),
    ]);

    await place.write({ 'policy.yaml': rulesOf('developers') });
    expect(await approvalOf('never-decided')).toContain('rule developers');
  });

  it('where nobody made a ConfigMap for the last good one: it says so once, and goes on', async () => {
    const place = await policyConfigMap(cluster, 'unkept', { 'policy.yaml': rulesOf('one') });
    await cluster.api.delete('/api/v1/namespaces/policies/configmaps/unkept-last-good');
    const controller = await running(place.run());
    await controller.line('last good policy not kept', { configMap: 'policies/unkept-last-good' });

    await place.write({ 'policy.yaml': rulesOf('two') });
    await ask('unkept');

    expect(await approvalOf('unkept')).toContain('rule two');
    expect(controller.linesOf('last good policy not kept')).toHaveLength(1);
    expect(await place.kept()).toBeUndefined();
  });
});

describe('the annotation paused', () => {
  it('stops every write at once; what came meanwhile is decided and signed when it ends', async () => {
    const place = await policyConfigMap(cluster, 'pause', {
      'rules.yaml': rulesOf('developers'),
      'signers.yaml': signers,
    });
    const controller = await running(place.run());
    await controller.line('policy loaded');
    await place.pause('true');
    await controller.line('paused');

    await ask('pause-open');
    await ask('pause-approved');
    await cluster.kubectl(['certificate', 'approve', 'pause-approved']);

    expect(await stillOpen('pause-open')).toEqual({});
    expect((await cluster.csr('pause-approved')).status.certificate).toBeUndefined();
    expect(controller.linesOf('certificate request decided', { csr: 'pause-open' })).toEqual([]);
    expect(await controller.ready()).toEqual([
      200,
      expect.stringMatching(/^\[\+\]policy ok: paused since .*, nothing is decided or signed$/m),
    ]);

    await place.pause(null);

    expect(await cluster.issued('pause-open')).toContain('BEGIN CERTIFICATE');
    expect(await cluster.issued('pause-approved')).toContain('BEGIN CERTIFICATE');
    await controller.line('pause ended');
    expect(controller.linesOf('paused')).toHaveLength(1);
    expect(controller.linesOf('pause ended')).toHaveLength(1);
  });

  it('holds from the start, with a bad policy and without a key, and ends with the good one back', async () => {
    const place = await policyConfigMap(cluster, 'brake', { 'policy.yaml': rulesOf('developers') });
    const first = await running(place.run());
    await first.line('last good policy kept');
    await place.pause('true');
    await place.write({ 'policy.yaml': BAD });
    await first.line('policy refused');
    await first.stop();

    const controller = await running(place.run());
    await controller.line('paused');
    await controller.line('policy loaded', { isLastGood: true });
    await ask('brake');
    expect(await stillOpen('brake')).toEqual({});
    await place.write({ 'policy.yaml': null });
    await untilTrue('the second refusal', () => controller.linesOf('policy refused').length === 2);
    expect(await stillOpen('brake')).toEqual({});
    expect((await controller.ready())[1]).toMatch(/paused since .*; stale, policy /);

    await place.replace({ 'policy.yaml': rulesOf('developers') });

    expect(await approvalOf('brake')).toContain('rule developers');
  });

  it('begins the wait of a request anew when it ends', async () => {
    const place = await policyConfigMap(cluster, 'wait', {
      'policy.yaml': servingPolicy('wait 5s then deny'),
    });
    const controller = await running(place.run());
    await controller.line('policy loaded');
    await askAsKubelet('wait', 'worker-wait');
    const first = await controller.line('certificate request decided', {
      csr: 'wait',
      decision: 'wait',
    });

    await place.pause('true');
    await controller.line('paused');
    await delay(Date.parse(String(first['until'])) - Date.now() + 500);
    expect((await cluster.csr('wait')).status).toEqual({});
    const endedAt = Date.now();
    await place.pause(null);
    await untilTrue('it waits again', () => waitsOf(controller, 'wait').length === 2);

    const [, again] = waitsOf(controller, 'wait');
    expect(Date.parse(String(again?.['until'])) - endedAt).toBeGreaterThan(4_500);
  });
});

describe('a wait', () => {
  it('begins anew with each good policy, and not with a bad one', async () => {
    const place = await policyConfigMap(cluster, 'anew', {
      'policy.yaml': servingPolicy('wait 1h then deny'),
    });
    const controller = await running(place.run());
    await controller.line('policy loaded');
    await askAsKubelet('anew', 'worker-anew');
    await untilTrue('it waits', () => waitsOf(controller, 'anew').length === 1);

    await place.write({ 'policy.yaml': 'bad' });
    await controller.line('policy refused');
    const editedAt = Date.now();
    await place.write({ 'policy.yaml': servingPolicy('wait 2h then deny') });
    await untilTrue('it waits again', () => waitsOf(controller, 'anew').length === 2);

    const [, again] = waitsOf(controller, 'anew');
    expect(Date.parse(String(again?.['until'])) - editedAt).toBeGreaterThan(2 * 3_600_000 - 500);
    expect(again?.['policyHash']).toBe(hashOf(servingPolicy('wait 2h then deny')));
  });
});

const waitsOf = (controller: ProbedController, csr: string) =>
  controller.linesOf('certificate request decided', { csr, decision: 'wait' });

/** Kubelets whose Node is not there yet wait. */
const servingPolicy = (transient: string): string =>
  `${HEAD}rules:\n  serving: { preset: kubelet-serving, onViolation: { transient: ${transient} } }\n`;

async function askAsKubelet(name: string, node: string): Promise<void> {
  await cluster.ask(name, {
    pem: await makeCsr({ o: ['system:nodes'], cn: `system:node:${node}`, dns: [node] }),
    as: { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
    signerName: 'kubernetes.io/kubelet-serving',
    usages: ['digital signature', 'server auth'],
  });
}
