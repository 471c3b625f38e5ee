// SPDX-License-Identifier: Apache-2.0
// The writers of decisions and certificates on the real server: what they come to when others are faster.

import { describe, expect, it } from '@jest/globals';
import { createCsrWriter } from '../../src/kube/csr-writer.js';
import type { WriteTarget } from '../../src/kube/csr-writer.js';
import type { ApiObject } from '../support/api-client.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const { server, api, pending } = serverUnderTest();
const transport = transportTo(configOf(server));
const { signal } = new AbortController();
const writer = createCsrWriter({ transport, fence: { isHeld: () => true }, signal });

const targetOf = ({ metadata }: ApiObject): WriteTarget => ({
  name: metadata.name,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});
const approved = { ...condition('Approved') };
const denied = { ...condition('Denied') };
const certificate = Buffer.from(server.clientCa.certPem).toString('base64');
const otherCertificate = Buffer.from(server.caPem).toString('base64');
const read = async (csr: ApiObject): Promise<ApiObject> => (await api.get(csrPath(csr))).body;

describe('an approval', () => {
  it('is stored as it was written, and answered with the new object', async () => {
    const csr = await pending('approval');

    const outcome = await writer.writeApproval({ ...targetOf(csr), conditions: [approved] });

    const stored = await read(csr);
    expect(outcome).toEqual({ kind: 'written', object: expect.anything() });
    expect(stored.status.conditions).toEqual([expect.objectContaining(approved)]);
    expect(outcome).toMatchObject({
      object: { metadata: { resourceVersion: stored.metadata.resourceVersion } },
    });
  });

  it('of a state that somebody else has changed is a conflict, and changes nothing', async () => {
    const csr = await pending('stale');
    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [denied] } });

    const outcome = await writer.writeApproval({ ...targetOf(csr), conditions: [approved] });

    expect(outcome).toEqual({ kind: 'conflict' });
    expect((await read(csr)).status.conditions).toEqual([expect.objectContaining(denied)]);
  });

  it('of an object that was made anew under the same name is a conflict', async () => {
    const csr = await pending('anew');
    await api.delete(csrPath(csr));
    const again = await pending('anew');

    const outcome = await writer.writeApproval({ ...targetOf(csr), conditions: [approved] });
    const lockedOnUidAlone = await writer.writeApproval({
      ...targetOf(again),
      uid: csr.metadata.uid,
      conditions: [approved],
    });

    expect([outcome.kind, lockedOnUidAlone.kind]).toEqual(['conflict', 'conflict']);
    expect((await read(again)).status.conditions).toBeUndefined();
  });

  it('of an object that is deleted says that it is gone', async () => {
    const csr = await pending('gone');
    await api.delete(csrPath(csr));

    const outcome = await writer.writeApproval({ ...targetOf(csr), conditions: [approved] });

    expect(outcome).toEqual({ kind: 'gone' });
  });

  it('beside a denial is a conflict, whoever wrote the denial', async () => {
    const csr = await pending('both');
    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [denied] } });
    const target = targetOf(await read(csr));

    const beside = await writer.writeApproval({ ...target, conditions: [denied, approved] });
    const instead = await writer.writeApproval({ ...target, conditions: [approved] });

    expect([beside, instead]).toEqual([{ kind: 'conflict' }, { kind: 'conflict' }]);
  });

  it('that the server refuses for its content fails with the reason, and is no conflict', async () => {
    const csr = await pending('content');

    const outcome = await writer.writeApproval({
      ...targetOf(csr),
      conditions: [{ ...approved, status: 'False' }],
    });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'Invalid' });
  });

  it('by somebody who may not approve is forbidden, with the reason of the server', async () => {
    const csr = await pending('forbidden');
    const nobody = await server.requestClientCert('nobody');
    const weak = transportTo({
      ...configOf(server),
      clientCertPem: nobody.certPem,
      clientKeyPem: nobody.keyPem,
    });
    const theirs = createCsrWriter({ transport: weak, fence: { isHeld: () => true }, signal });

    const outcome = await theirs.writeApproval({ ...targetOf(csr), conditions: [approved] });

    expect(outcome).toEqual({
      kind: 'forbidden',
      message: expect.stringContaining('cannot patch resource'),
    });
  });

  it('is not sent when the lease is lost', async () => {
    const csr = await pending('fenced');
    const fenced = createCsrWriter({ transport, fence: { isHeld: () => false }, signal });

    const outcome = await fenced.writeApproval({ ...targetOf(csr), conditions: [approved] });

    expect(outcome).toEqual({ kind: 'fenced' });
    expect((await read(csr)).metadata.resourceVersion).toBe(csr.metadata.resourceVersion);
  });
});

describe('a certificate', () => {
  it('is stored, and the conditions stay as they are', async () => {
    const csr = await pending('certificate');
    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [approved] } });

    const outcome = await writer.writeStatus({ ...targetOf(await read(csr)), certificate });

    const { status } = await read(csr);
    expect(outcome.kind).toBe('written');
    expect(status.certificate).toBe(certificate);
    expect(status.conditions).toEqual([expect.objectContaining(approved)]);
  });

  it('where another one is already is a conflict', async () => {
    const csr = await pending('second');
    await api.patch(csrPath(csr, 'status'), { status: { certificate: otherCertificate } });

    const outcome = await writer.writeStatus({ ...targetOf(await read(csr)), certificate });

    expect(outcome).toEqual({ kind: 'conflict' });
    expect((await read(csr)).status.certificate).toBe(otherCertificate);
  });

  it('that is none fails with the reason, and is no conflict', async () => {
    const csr = await pending('no-pem');

    const outcome = await writer.writeStatus({
      ...targetOf(csr),
      certificate: Buffer.from('no certificate').toString('base64'),
    });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'Invalid' });
  });
});

describe('a Failed condition', () => {
  it('stands beside the approval', async () => {
    const csr = await pending('failed');
    const failed = { ...condition('Failed') };
    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [approved] } });

    const outcome = await writer.writeStatus({
      ...targetOf(await read(csr)),
      conditions: [approved, failed],
    });

    expect(outcome.kind).toBe('written');
    expect((await read(csr)).status.conditions).toEqual([
      expect.objectContaining(approved),
      expect.objectContaining(failed),
    ]);
  });
});
