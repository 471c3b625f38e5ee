// SPDX-License-Identifier: Apache-2.0
// What requesters read at their requests, and what it costs the API server.

import { expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually } from '../support/eventually.js';
import { KUBELET_SIGNER, setStage, type Stage, USER_SIGNER } from './stage.js';

const DECIDED = 'certificate request decided';
const ISSUED = 'certificate issued';

const developers = `rules:
  developers:
    match:
      signerName: ${USER_SIGNER}
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }
  kubelet-client: { preset: kubelet-client }`;

const dev = (user: string) => ({ user, groups: ['oidc:dev-team'] });

interface Told {
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

const eventsOf = async ({ api }: Stage, name: string): Promise<readonly Told[]> => {
  const { body } = await api.get('/apis/events.k8s.io/v1/namespaces/default/events');
  return (body.items as unknown as readonly Told[]).filter(
    ({ regarding }) => regarding.name === name,
  );
};

const told = (stage: Stage, name: string): Promise<Told> =>
  eventually(`an Event about ${name}`, async () => (await eventsOf(stage, name)).at(0));

it('a requester reads why a request was denied, waits, or was left, and nothing about one that was issued', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  const running = stage.run();
  await running.line('policy loaded');

  await stage.ask('denied', dev('jane'), { usages: ['server auth'] });
  await stage.ask(
    'waits',
    { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] },
    {
      signerName: KUBELET_SIGNER,
      pem: await makeCsr({ cn: 'system:node:worker-1', o: ['system:nodes'] }),
    },
  );
  await stage.ask('issued', dev('jane'));
  await stage.ask('stranger', { user: 'eve' });

  expect(await told(stage, 'denied')).toMatchObject({
    type: 'Warning',
    action: 'Deny',
    note: expect.stringContaining('This request is final; correct it and create a new one.'),
  });
  expect(await told(stage, 'waits')).toMatchObject({
    type: 'Normal',
    action: 'Wait',
    reason: 'AccessNotGranted',
    note: expect.stringMatching(/^not decided yet: .+ Ask the operator for the right/),
  });
  await running.line(ISSUED, { csr: 'issued' });
  await running.line(DECIDED, { csr: 'stranger' });
  // Access reviews are asked again after 1, 2, 4 … s; the same reason is no other Event.
  stage.clock.advance(60_000);
  stage.clock.advance(600_000);
  const left = await eventually('it is left', async () =>
    (await eventsOf(stage, 'waits')).find(({ action }) => action === 'Leave'),
  );
  expect(left).toMatchObject({ type: 'Warning', reason: 'AccessNotGranted' });
  await running.stop();

  const again = stage.run();
  await again.line(DECIDED, { csr: 'waits' });
  await again.stop();
  expect((await eventsOf(stage, 'waits')).map(({ action }) => action).toSorted()).toEqual([
    'Leave',
    'Wait',
  ]);
  expect(await eventsOf(stage, 'denied')).toHaveLength(1);
  expect([await eventsOf(stage, 'issued'), await eventsOf(stage, 'stranger')]).toEqual([[], []]);
});

it('with all Events wanted, a requester reads of an approval and of the certificate', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  const running = stage.run([], 'all');

  await stage.ask('issued', dev('jane'));

  await running.line(ISSUED, { csr: 'issued' });
  await running.stop();
  const events = await eventsOf(stage, 'issued');
  expect(
    events.map(({ type, reason, action }) => `${type} ${reason} ${action}`).toSorted(),
  ).toEqual(['Normal Issued Sign', 'Normal PolicyApproved Approve']);
});

it('a request that a person approved and that fails tells so', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  const running = stage.run();
  await stage.ask('too-much', { user: 'eve' }, { usages: ['server auth'] });
  await running.line(DECIDED, { csr: 'too-much' });

  await stage.api.patch(
    '/apis/certificates.k8s.io/v1/certificatesigningrequests/too-much/approval',
    { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'KubectlApprove' }] } },
  );

  const failed = await running.line('certificate request failed', { csr: 'too-much' });
  expect(failed).toMatchObject({ approvedReason: 'KubectlApprove' });
  expect(failed).not.toHaveProperty('claimedRule');
  expect(await told(stage, 'too-much')).toMatchObject({ type: 'Warning', action: 'Fail' });
});

it('100 approvals and certificates leave no Event', async () => {
  const stage = await setStage();
  await stage.putPolicy(developers);
  const running = stage.run();
  await running.line('policy loaded');

  for (let number = 0; number < 100; number += 1) await stage.ask(`r-${number}`, dev('jane'));

  await eventually('all are issued', () =>
    running.linesOf(ISSUED).length === 100 ? true : undefined,
  );
  await running.stop();
  const { body } = await stage.api.get('/apis/events.k8s.io/v1/namespaces/default/events');
  expect(body.items).toEqual([]);
});
