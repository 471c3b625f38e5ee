// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { recordCsrHistory } from '../support/csr-history.js';
import type { CsrHistory } from '../support/csr-history.js';
import { untilTrue } from '../support/eventually.js';
import { startMeddlingProxy } from '../support/meddling-proxy.js';
import type { Meddling, ProxiedCall } from '../support/meddling-proxy.js';
import type { RunningController } from '../support/running-controller.js';
import { certificateOf, conditionOf, decisionsOf, startCluster } from './cluster.js';
import { developer, developersPolicy } from './policies.js';

const cluster = await startCluster();
const proxy = await startMeddlingProxy(cluster.plane, {
  certPem: cluster.plane.adminCertPem,
  keyPem: cluster.plane.adminKeyPem,
});

let controller: RunningController;
let history: CsrHistory;

beforeAll(async () => {
  history = await recordCsrHistory(cluster.api);
  controller = cluster.run(
    ['--policy-file', await cluster.file('policy.yaml', await developersPolicy(cluster))],
    await cluster.kubeconfig('through-proxy', 'none', proxy),
  );
  await controller.line('policy loaded');
});

afterAll(async () => {
  proxy.meddle(() => 'pass');
  await controller.stop();
  await proxy.stop();
});

const writesTo = (name: string, subresource: 'approval' | 'status'): readonly ProxiedCall[] =>
  proxy.calls.filter(
    ({ method, path }) =>
      method === 'PATCH' && path.startsWith(`${CSR_PATH}/${name}/${subresource}`),
  );

/** Does `what` when the controller's first such write is on its way, before the server has it. */
function beforeFirstWrite(
  name: string,
  subresource: 'approval' | 'status',
  what: () => Promise<Meddling | void>,
): void {
  let isFirst = true;
  proxy.meddle(async ({ method, path }) => {
    if (method !== 'PATCH' || !path.startsWith(`${CSR_PATH}/${name}/${subresource}`)) return 'pass';
    if (!isFirst) return 'pass';
    isFirst = false;
    return (await what()) ?? 'pass';
  });
}

/** The controller has worked on after everything before: it decides and signs these, one after the other. */
async function workGoesOn(label: string): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    const name = `${label}-${turn}`;
    // One after the other, so that time passes in which a loop would show.
    await cluster.ask(name, { as: developer('marker') });
    await cluster.issued(name);
  }
}

/** Each foreign change costs a conflict, or two where the watch is slower than our next try; one write is stored. */
async function expectOneAfterConflicts(
  name: string,
  subresource: 'approval' | 'status',
): Promise<void> {
  const statusesNow = () => writesTo(name, subresource).map(({ status }) => status);
  // The object shows the write before its answer has come back through the proxy.
  await untilTrue('every write is answered', () => !statusesNow().includes(undefined));
  const statuses = statusesNow();
  expect(statuses.length).toBeGreaterThan(1);
  expect(statuses.length).toBeLessThan(6);
  expect(statuses.at(-1)).toBe(200);
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([409]));
}

const everApproved = (name: string, uid: string): boolean =>
  history
    .statesOf(name)
    .some((object) => object.metadata.uid === uid && conditionOf(object, 'Approved') !== undefined);

const remake = async (name: string, asking: Parameters<typeof cluster.ask>[1]): Promise<string> => {
  await cluster.api.delete(`${CSR_PATH}/${name}`);
  return (await cluster.ask(name, asking)).metadata.uid;
};

describe('an object that is deleted and made anew under its name while its approval is on its way', () => {
  it('is decided by what it says itself', async () => {
    const foreign = await makeCsr({ cn: 'admin' });
    let uid = '';
    beforeFirstWrite('swapped', 'approval', async () => {
      uid = await remake('swapped', { pem: foreign, as: developer('jane') });
    });

    await cluster.ask('swapped', { as: developer('jane') });

    await untilTrue('it was made anew', () => uid !== '');
    const denied = await cluster.decided('swapped');
    expect(denied.metadata.uid).toBe(uid);
    expect(conditionOf(denied, 'Denied')?.reason).toBe('CommonNameNotAllowed');
    await expectOneAfterConflicts('swapped', 'approval');
    await history.caughtUp();
    expect(everApproved('swapped', uid)).toBe(false);
    // The line follows the write.
    await controller.line('certificate request decided', { csr: 'swapped' });
    const told = controller.linesOf('certificate request decided', { csr: 'swapped' });
    expect(told.map(({ decision, uid: of }) => [decision, of])).toEqual([['deny', uid]]);
  });

  it('is left alone when no rule speaks of it any more', async () => {
    let uid = '';
    beforeFirstWrite('swapped-away', 'approval', async () => {
      uid = await remake('swapped-away', { as: { user: 'eve' } });
    });

    await cluster.ask('swapped-away', { as: developer('jane') });

    await untilTrue('it was made anew', () => uid !== '');
    await controller.line('certificate request decided', { uid, decision: 'leave' });
    await workGoesOn('after-swap');
    expect((await cluster.csr('swapped-away')).status).toEqual({});
    expect(new Set(writesTo('swapped-away', 'approval').map(({ status }) => status))).toEqual(
      new Set([409]),
    );
  });

  it('gets no certificate that was made for the object before it', async () => {
    let uid = '';
    beforeFirstWrite('swapped-late', 'status', async () => {
      uid = await remake('swapped-late', { as: { user: 'eve' } });
    });

    await cluster.ask('swapped-late', { as: developer('jane') });

    await untilTrue('it was made anew', () => uid !== '');
    const lost = await controller.line('certificate signed and not published', {
      csr: 'swapped-late',
    });
    expect(lost).toMatchObject({ level: 'warn', reason: 'CertificateNotPublished' });
    await controller.line('certificate request decided', { uid, decision: 'leave' });
    expect((await cluster.csr('swapped-late')).status).toEqual({});
    expect(controller.linesOf('certificate issued', { csr: 'swapped-late' })).toEqual([]);
  });
});

describe('a decision of somebody else while ours is on its way', () => {
  it('stands when it denies, and we neither repeat ours nor tell it', async () => {
    beforeFirstWrite('denied-first', 'approval', async () => {
      await cluster.kubectl(['certificate', 'deny', 'denied-first']);
    });

    await cluster.ask('denied-first', { as: developer('jane') });

    await cluster.decided('denied-first');
    await workGoesOn('after-denial');
    expect(decisionsOf(await cluster.csr('denied-first'))).toMatchObject([
      { type: 'Denied', reason: 'KubectlDeny' },
    ]);
    expect(new Set(writesTo('denied-first', 'approval').map(({ status }) => status))).toEqual(
      new Set([409]),
    );
    expect(controller.linesOf('certificate request decided', { csr: 'denied-first' })).toEqual([]);
  });

  it('stands when it approves, and the certificate is issued once', async () => {
    beforeFirstWrite('approved-first', 'approval', async () => {
      await cluster.kubectl(['certificate', 'approve', 'approved-first']);
    });

    await cluster.ask('approved-first', { as: developer('jane') });

    await cluster.issued('approved-first');
    expect(decisionsOf(await cluster.csr('approved-first'))).toMatchObject([
      { type: 'Approved', reason: 'KubectlApprove' },
    ]);
    expect(controller.linesOf('certificate request decided', { csr: 'approved-first' })).toEqual(
      [],
    );
    await controller.line('certificate issued', { csr: 'approved-first' });
    expect(controller.linesOf('certificate issued', { csr: 'approved-first' })).toHaveLength(1);
  });

  it('also stands when it is no decision: a condition and a label of others survive ours', async () => {
    const other = { type: 'Reviewed', status: 'True', reason: 'Ticket', message: 'see there' };
    beforeFirstWrite('noted', 'approval', async () => {
      const path = `${CSR_PATH}/noted`;
      await cluster.api.patch(path, { metadata: { labels: { team: 'a' } } });
      await cluster.api.patch(`${path}/approval`, { status: { conditions: [other] } });
    });

    await cluster.ask('noted', { as: developer('jane') });

    const approved = await cluster.decided('noted');
    expect(approved.status.conditions).toMatchObject([other, { type: 'Approved' }]);
    expect(approved.metadata.labels).toEqual({ team: 'a' });
    await expectOneAfterConflicts('noted', 'approval');
  });
});

describe('a connection that breaks', () => {
  it('everywhere at once, watches too: what was asked for meanwhile is decided and signed', async () => {
    proxy.meddle(() => 'cut');
    proxy.cutAll();
    await cluster.ask('asked-while-cut', { as: developer('jane') });
    await controller.line('watch ended', { collection: 'certificatesigningrequests' });

    proxy.meddle(() => 'pass');

    expect(await cluster.issued('asked-while-cut')).toContain('BEGIN CERTIFICATE');
    await cluster.ask('asked-after-cut', { as: developer('jane') });
    expect(await cluster.issued('asked-after-cut')).toContain('BEGIN CERTIFICATE');
  });

  it('before the server has our approval: it is written again', async () => {
    beforeFirstWrite('cut-before', 'approval', async () => 'cut');

    await cluster.ask('cut-before', { as: developer('jane') });

    await cluster.issued('cut-before');
    expect(writesTo('cut-before', 'approval').map(({ status }) => status)).toEqual([
      undefined,
      200,
    ]);
    await controller.line('certificate request decided', { csr: 'cut-before' });
    expect(controller.linesOf('certificate request decided', { csr: 'cut-before' })).toHaveLength(
      1,
    );
  });

  it('before we have the answer: the decision stands and is told once', async () => {
    beforeFirstWrite('cut-after', 'approval', async () => 'lose');

    await cluster.ask('cut-after', { as: developer('jane') });

    await cluster.issued('cut-after');
    await controller.line('certificate request decided', { csr: 'cut-after' });
    await workGoesOn('after-lost-answer');
    expect(decisionsOf(await cluster.csr('cut-after'))).toHaveLength(1);
    expect(writesTo('cut-after', 'approval').map(({ status }) => status)).toEqual([200]);
    expect(controller.linesOf('certificate request decided', { csr: 'cut-after' })).toHaveLength(1);
  });

  it('before we have the answer to a denial: it stands and is told once', async () => {
    beforeFirstWrite('cut-denial', 'approval', async () => 'lose');

    await cluster.ask('cut-denial', {
      pem: await makeCsr({ cn: 'admin' }),
      as: developer('jane'),
    });

    await cluster.decided('cut-denial');
    await controller.line('certificate request decided', { csr: 'cut-denial' });
    await workGoesOn('after-lost-denial');
    expect(decisionsOf(await cluster.csr('cut-denial'))).toHaveLength(1);
    expect(controller.linesOf('certificate request decided', { csr: 'cut-denial' })).toHaveLength(
      1,
    );
  });

  it('before we have the answer to a certificate: there is one, and it is told as issued', async () => {
    beforeFirstWrite('cut-issue', 'status', async () => 'lose');

    await cluster.ask('cut-issue', { as: developer('jane') });

    await cluster.issued('cut-issue');
    await workGoesOn('after-lost-certificate');
    await history.caughtUp();
    const certificates = history
      .statesOf('cut-issue')
      .map((object: ApiObject) => certificateOf(object))
      .filter((pem) => pem !== '');
    expect(new Set(certificates).size).toBe(1);
    await controller.line('certificate issued', { csr: 'cut-issue' });
    const told = controller
      .lines()
      .filter((line) => line['csr'] === 'cut-issue' && 'serial' in line);
    expect(told).toHaveLength(1);
  });
});
