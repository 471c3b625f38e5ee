// SPDX-License-Identifier: Apache-2.0
// What a controller lives through in its days, in seconds: the clock stands still unless a test moves it.

import { describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import { KUBELET_SIGNER, setStage, type Stage, stateOf } from './stage.js';

const DECIDED = 'certificate request decided';

const developers = `rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }
  kubelet-client: { preset: kubelet-client }`;

const dev = (user: string) => ({ user, groups: ['oidc:dev-team'] });
const BOOTSTRAP = { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] };

const countOf = async (stage: Stage, state: string): Promise<number> =>
  (await stage.all()).filter((csr) => stateOf(csr) === state).length;

const untilIssued = (stage: Stage, count: number): Promise<void> =>
  untilTrue(`${count} are issued`, async () => (await countOf(stage, 'issued')) === count, 60_000);

it('decides and signs what was there before it and what comes after', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  await stage.ask('before', dev('jane'));

  const running = stage.run();
  await stage.ask('after', dev('john'));
  await stage.ask('foreign', dev('jane'), { pem: await makeCsr({ cn: 'john' }) });
  await stage.ask('stranger', { user: 'eve' });

  await untilIssued(stage, 2);
  await running.line(DECIDED, { csr: 'foreign', decision: 'deny' });
  await running.line(DECIDED, { csr: 'stranger', decision: 'leave', reason: 'NoRuleMatches' });
  expect(stateOf(await stage.csr('stranger'))).toBe('pending');
});

it('works off a burst of 2,000, each decided once', async () => {
  const stage = await setStage();
  // Signed by nobody here: decisions are what a burst piles up, and certificates cost the time of this test.
  await stage.putPolicy(developers, [KUBELET_SIGNER]);
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  const pems = await Promise.all(users.map((user) => makeCsr({ cn: user })));
  const running = stage.run();

  for (let turn = 0; turn < 100; turn += 1) {
    const ask = (user: string, index: number) => {
      const lifetime = { expirationSeconds: 3600 };
      return stage.ask(`${user}-${turn}`, dev(user), { pem: pems[index], ...lifetime });
    };
    await Promise.all(users.map(ask));
  }

  // Asking the server for all of them again and again would be the larger load.
  const decided = () => running.linesOf(DECIDED).length;
  await untilTrue('2,000 are decided', () => decided() >= 2_000, 60_000);
  expect(await countOf(stage, 'Approved')).toBe(2_000);
  expect(decided()).toBe(2_000);
  expect(running.linesOf('decision not written')).toEqual([]);
}, 90_000);

describe('a server that is in trouble', () => {
  it('may expire every watch again and again: nothing is missed', async () => {
    const stage = await setStage();
    await stage.putPolicy(developers);
    const running = stage.run();
    await running.line('policy loaded');

    for (let turn = 0; turn < 20; turn += 1) {
      await stage.ask(`stormy-${turn}`, dev('jane'));
      stage.server.expireWatches();
      stage.clock.advance(60_000);
    }
    await untilTrue('all are issued', async () => {
      stage.clock.advance(1_000);
      return (await countOf(stage, 'issued')) === 20;
    });

    expect(running.linesOf('certificate issued')).toHaveLength(20);
  }, 30_000);

  it('may cut watches and fail lists: the controller comes back by its back-off', async () => {
    const stage = await setStage();
    await stage.putPolicy(developers);
    const running = stage.run();
    await stage.ask('first', dev('jane'));
    await running.line('certificate issued', { csr: 'first' });

    stage.server.failNext(503, 3, (method) => method === 'GET');
    stage.server.cutWatches();
    await running.line('watch ended', { reason: 'cut' });
    await untilTrue('a list or watch was refused', () => {
      stage.clock.advance(1_000);
      return running.linesOf('watch ended', { reason: 'refused' }).length > 0;
    });
    await stage.ask('second', dev('john'));
    await untilTrue('the second is issued', async () => {
      stage.clock.advance(1_000);
      return stateOf(await stage.csr('second')) === 'issued';
    });

    expect(running.linesOf('certificate issued')).toHaveLength(2);
  }, 30_000);

  it('may refuse a write for a while: it is tried again, and told once', async () => {
    const stage = await setStage();
    await stage.putPolicy(developers);
    const running = stage.run();
    await running.line('policy loaded');

    stage.server.failNext(500, 2, (method) => method === 'PATCH');
    await stage.ask('refused', dev('jane'));
    await untilTrue('it is issued', async () => {
      stage.clock.advance(1_000);
      return stateOf(await stage.csr('refused')) === 'issued';
    });

    expect(running.linesOf('decision not written')).toHaveLength(2);
    expect(running.linesOf(DECIDED, { csr: 'refused' })).toHaveLength(1);
  }, 30_000);
});

describe('a policy that is edited', () => {
  it('is in force at once for what is undecided, and a bad one changes nothing', async () => {
    const stage = await setStage();
    await stage.putPolicy('rules:\n  kubelet-client: { preset: kubelet-client }');
    const running = stage.run();
    await stage.ask('early', dev('jane'));
    await running.line(DECIDED, { csr: 'early', decision: 'leave' });

    await stage.putPolicy('rules:\n  oops: { preset: nonsense }');
    await running.line('policy refused');
    await stage.ask('meanwhile', dev('john'));
    await running.line(DECIDED, { csr: 'meanwhile', decision: 'leave' });
    await stage.putPolicy(developers);

    await untilIssued(stage, 2);
    const [first, second] = running.linesOf('policy loaded').map((line) => line['policyHash']);
    const hashes = running.linesOf(DECIDED).map((line) => [line['csr'], line['policyHash']]);
    expect(hashes).toEqual(
      expect.arrayContaining([
        ['early', first],
        ['meanwhile', first],
        ['early', second],
        ['meanwhile', second],
      ]),
    );
  });
});

describe('waiting', () => {
  const kubelet = (stage: Stage) =>
    makeCsr({ cn: 'system:node:worker-1', o: ['system:nodes'] }).then((pem) =>
      stage.ask('join', BOOTSTRAP, {
        pem,
        signerName: KUBELET_SIGNER,
        usages: ['client auth', 'digital signature'],
      }),
    );

  it('lasts ten minutes and not a second less, and then the request is left', async () => {
    const stage = await setStage();
    await stage.putPolicy(developers);
    const running = stage.run();
    await running.line('policy loaded');
    await kubelet(stage);
    await running.line(DECIDED, { csr: 'join', decision: 'wait', reason: 'AccessNotGranted' });

    stage.clock.advance(598_000);
    await stage.ask('marker', dev('jane'));
    await running.line('certificate issued', { csr: 'marker' });
    // A call that was under way when the clock jumped may have timed out, which is told as another reason to wait.
    const before = running.linesOf(DECIDED, { csr: 'join', decision: 'leave' }).length;
    await untilTrue('it is left', () => {
      stage.clock.advance(1_000);
      return running.linesOf(DECIDED, { csr: 'join', decision: 'leave' }).length === 1;
    });

    expect(before).toBe(0);
    expect(stateOf(await stage.csr('join'))).toBe('pending');
  }, 30_000);

  it('for a Node ends when the Node comes, with the clock standing still', async () => {
    const stage = await setStage();
    const signer = 'kubernetes.io/kubelet-serving';
    await stage.putPolicy('rules:\n  kubelet-serving: { preset: kubelet-serving }', [signer]);
    const running = stage.run();
    await running.line('policy loaded');
    const pem = await makeCsr({
      cn: 'system:node:worker-1',
      o: ['system:nodes'],
      ip: ['10.1.0.7'],
    });
    const asking = { pem, signerName: signer, usages: ['server auth', 'digital signature'] };
    await stage.ask('serve', { user: 'system:node:worker-1', groups: ['system:nodes'] }, asking);
    await running.line(DECIDED, { csr: 'serve', reason: 'NodeNotFound' });

    await stage.api.create('/api/v1/nodes', {
      metadata: { name: 'worker-1' },
      status: { addresses: [{ type: 'InternalIP', address: '10.1.0.7' }] },
    });
    await stage.api.patch('/api/v1/nodes/worker-1/status', {
      status: { addresses: [{ type: 'InternalIP', address: '10.1.0.7' }] },
    });

    await untilIssued(stage, 1);
    const told = running.linesOf(DECIDED, { csr: 'serve' }).map((line) => line['decision']);
    expect(told[0]).toBe('wait');
    expect(told.at(-1)).toBe('approve');
  });
});

it('goes on after a restart with what was left undone, and does nothing twice', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  const first = stage.run();
  await stage.ask('one', dev('jane'));
  await first.line('certificate issued', { csr: 'one' });
  await first.stop();
  await stage.ask('two', dev('john'));
  const before = (await stage.csr('one')).metadata.resourceVersion;

  const second = stage.run();
  await second.line('certificate issued', { csr: 'two' });

  expect(second.linesOf(DECIDED)).toHaveLength(1);
  expect((await stage.csr('one')).metadata.resourceVersion).toBe(before);
});
