// SPDX-License-Identifier: Apache-2.0
// Published weaknesses of programs of this kind that no single decision shows, on the whole controller. Those that one
// decision shows: test/unit/decide/advisories.test.ts.

import { describe, expect, it } from '@jest/globals';
import { untilTrue } from '../support/eventually.js';
import { setStage, type Stage, stateOf, USER_SIGNER } from './stage.js';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const DECIDED = 'certificate request decided';
const ISSUED = 'certificate issued';

const developers = `rules:
  developers:
    match:
      signerName: ${USER_SIGNER}
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }`;
const noRules = 'mode: enforce';
const jane = { user: 'jane', groups: ['oidc:dev-team'] };

/** Reasons of all Events about requests. */
const eventsOf = async ({ api }: Stage): Promise<readonly string[]> => {
  const { body } = await api.get(EVENTS);
  return (body.items as unknown as readonly { readonly reason: string }[]).map(
    ({ reason }) => reason,
  );
};

/** Approves as `kubectl certificate approve` does. */
const approve = async ({ api }: Stage, name: string): Promise<void> => {
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove' }];
  const { status } = await api.patch(`${REQUESTS}/${name}/approval`, { status: { conditions } });
  expect(status).toBe(200);
};

describe('HyperShift, inverted event condition: success is told when the write failed', () => {
  it.each([
    ['a certificate', 'status', ISSUED, 'Issued'],
    ['an approval', 'approval', DECIDED, 'PolicyApproved'],
  ])(
    '%s that could not be written is not told',
    async (_, subresource, told, event) => {
      const stage = await setStage();
      await stage.putPolicy(developers);
      const running = stage.run([], 'all');
      await running.line('policy loaded');
      let isDown = true;
      let failed = 0;
      stage.server.failNext(500, 1_000_000, (method, path) => {
        const isMeant = isDown && method === 'PATCH' && path.endsWith(`/one/${subresource}`);
        failed += isMeant ? 1 : 0;
        return isMeant;
      });

      await stage.ask('one', jane);
      await untilTrue('it failed three times', () => {
        stage.clock.advance(1_000);
        return failed >= 3;
      });
      const meanwhile = { lines: running.linesOf(told), events: await eventsOf(stage) };
      isDown = false;
      await untilTrue('it is issued', async () => {
        stage.clock.advance(1_000);
        return stateOf(await stage.csr('one')) === 'issued';
      });
      await running.line(ISSUED);
      await running.stop();

      expect(meanwhile.lines).toEqual([]);
      expect(meanwhile.events).not.toContain(event);
      expect(running.linesOf(told)).toHaveLength(1);
      expect((await eventsOf(stage)).filter((reason) => reason === event)).toEqual([event]);
    },
    30_000,
  );
});

describe('Keyfactor, edge-trigger loss: an approval that nobody saw happen is never signed', () => {
  it('good: an approval that it sees happen is signed', async () => {
    const stage = await setStage();
    await stage.putPolicy(noRules);
    const running = stage.run();
    await stage.ask('seen', jane);
    await running.line(DECIDED, { csr: 'seen', decision: 'leave' });

    await approve(stage, 'seen');

    expect(await running.line(ISSUED)).toMatchObject({ csr: 'seen' });
  });

  it('one that was given while the program was away is signed when it is back', async () => {
    const stage = await setStage();
    await stage.putPolicy(noRules);
    const first = stage.run();
    await stage.ask('away', jane);
    await first.line(DECIDED, { csr: 'away', decision: 'leave' });
    await first.stop();

    await approve(stage, 'away');
    const second = stage.run();

    expect(await second.line(ISSUED)).toMatchObject({ csr: 'away' });
  });

  it('a request that was made and approved while the program was away is signed', async () => {
    const stage = await setStage();
    await stage.putPolicy(noRules);
    await stage.ask('never-pending', jane);
    await approve(stage, 'never-pending');

    const running = stage.run();

    expect(await running.line(ISSUED)).toMatchObject({ csr: 'never-pending' });
  });

  it('one that was given while the watch was broken, and its history forgotten, is signed', async () => {
    const stage = await setStage();
    await stage.putPolicy(noRules);
    const running = stage.run();
    await stage.ask('unwatched', jane);
    await running.line(DECIDED, { csr: 'unwatched', decision: 'leave' });
    let isDown = true;
    stage.server.failNext(
      503,
      1_000_000,
      (method, path) => isDown && method === 'GET' && path.startsWith(REQUESTS),
    );
    stage.server.cutWatches();
    await untilTrue('a list or watch was refused', () => {
      stage.clock.advance(1_000);
      return running.linesOf('watch ended', { reason: 'refused' }).length > 0;
    });

    await approve(stage, 'unwatched');
    stage.server.expireWatches();
    isDown = false;
    await untilTrue('it is issued', () => {
      stage.clock.advance(1_000);
      return running.linesOf(ISSUED).length > 0;
    });

    expect(running.linesOf(ISSUED)).toMatchObject([{ csr: 'unwatched' }]);
  }, 30_000);
});
