// SPDX-License-Identifier: Apache-2.0
// A rule in mode shadow beside people who decide: the log tells whether it would have done the same.

import { expect, it } from '@jest/globals';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { setStage, type Stage, stateOf } from './stage.js';

const DECIDED = 'certificate request decided';

const rule = (mode: string): string => `    mode: ${mode}
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }`;

const dev = (user: string) => ({ user, groups: ['oidc:dev-team'] });

/** What a person does with kubectl. */
async function decide(stage: Stage, name: string, type: 'Approved' | 'Denied'): Promise<void> {
  const conditions = [{ type, status: 'True', reason: `Kubectl${type}`, message: 'by hand' }];
  const { status } = await stage.api.patch(`${CSR_PATH}/${name}/approval`, {
    status: { conditions },
  });
  expect(status).toBe(200);
}

it('is compared with what people decide, each request once, with totals', async () => {
  const stage = await setStage();
  await stage.putPolicy(`rules:\n  candidate:\n${rule('shadow')}`);
  await stage.ask('long-ago', dev('jane'));
  await decide(stage, 'long-ago', 'Approved');
  const running = stage.run();
  await stage.ask('good', dev('jane'));
  await stage.ask('bad', dev('jane'), { pem: await makeCsr({ cn: 'admin' }) });
  await stage.ask('odd', dev('jane'), { pem: await makeCsr({ cn: 'admin' }) });
  await stage.ask('foreign', { user: 'eve' });
  for (const csr of ['good', 'bad', 'odd', 'foreign']) await running.line(DECIDED, { csr });

  await decide(stage, 'good', 'Approved');
  await decide(stage, 'bad', 'Denied');
  const bad = await running.line('shadow rule agrees', { csr: 'bad' });
  await decide(stage, 'foreign', 'Denied');
  await decide(stage, 'odd', 'Approved');
  const odd = await running.line('shadow rule disagrees', { csr: 'odd' });

  expect(bad).toMatchObject({ rule: 'candidate', would: 'deny', decided: 'deny', agrees: 2 });
  expect(odd).toMatchObject({
    level: 'warn',
    would: 'deny',
    decided: 'approve',
    reason: 'KubectlApproved',
    agrees: 2,
    disagrees: 1,
  });
  expect(
    running.lines().filter(({ message }) => String(message).startsWith('shadow')),
  ).toHaveLength(3);
  expect(stateOf(await stage.csr('foreign'))).toBe('Denied');
});

it('is compared with the enforced rule beside it, too', async () => {
  const stage = await setStage();
  await stage.putPolicy(`rules:\n  now:\n${rule('enforce')}\n  later:\n${rule('shadow')}`);
  const running = stage.run();

  await stage.ask('good', dev('jane'));

  const line = await running.line('shadow rule agrees', { csr: 'good' });
  expect(line).toMatchObject({ rule: 'later', reason: 'PolicyApproved', agrees: 1 });
});
