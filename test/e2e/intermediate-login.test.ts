// SPDX-License-Identifier: Apache-2.0
// A CA below the API server's client CA signs logins: the API server believes them with the chain that our signer
// appends, and not without. Nobody else may sign with such a CA.

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import type { RunningController } from '../support/running-controller.js';
import { CA_KEYS } from '../support/signing.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import {
  issued,
  lowerCa,
  type Order,
  policyOf,
  privateKeyPem,
  split,
  type SubjectKind,
  SUBJECT_KINDS,
} from './verified-by-others/stage.js';

const WHO_AM_I = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const SHOP = 'example.com/shop';

const cluster = await startCluster();
const { certPem, keyPem } = cluster.plane.clientCa;
const clientCa = {
  certificate: certPem,
  key: keyPem,
  pair: {
    privateKey: createPrivateKey(keyPem),
    publicKey: createPublicKey(keyPem),
    algorithm: CA_KEYS['ECDSA P-256'].algorithm,
  },
};
const lower = await lowerCa(clientCa, 'ECDSA P-384', { name: [{ CN: ['lower'] }], pathLength: 0 });
const files = { certificates: lower.certificate, key: lower.key, root: certPem };

let controller: RunningController;

beforeAll(async () => {
  const policy = await policyOf(cluster, [
    { signerName: USER_SIGNER, ...files },
    { signerName: SHOP, ...files },
  ]);
  const policyFile = await cluster.file('policy.yaml', policy);
  controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

describe('a user certificate of a CA below the client CA of the API server', () => {
  const chains = new Map<SubjectKind, string>();
  const presenting = (certificate: string, kind: SubjectKind) =>
    cluster.client({ certPem: certificate, keyPem: privateKeyPem(kind) });
  const chainOf = (kind: SubjectKind): string => chains.get(kind) ?? '';

  beforeAll(async () => {
    const order = { signerName: USER_SIGNER, usages: ['client auth'], user: 'jane' };
    const all = await issued(
      cluster,
      SUBJECT_KINDS.map((kind): Order => ({ ...order, kind })),
    );
    for (const [index, kind] of SUBJECT_KINDS.entries()) chains.set(kind, all[index] ?? '');
  });

  it('comes with that CA', () => {
    const chain = chainOf('P-256');

    expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(split(chain)[1]).toBe(lower.certificate);
  });

  it.each(SUBJECT_KINDS)('is its user to the API server, with a key of kind %s', async (kind) => {
    const { status, body } = await presenting(chainOf(kind), kind).create(WHO_AM_I, {});

    expect(status).toBe(201);
    expect((body satisfies ApiObject).status.userInfo).toMatchObject({
      username: 'jane',
      groups: ['shop', 'system:authenticated'],
    });
  });

  it('is nobody to the API server without the chain', async () => {
    const [leaf] = split(chainOf('P-256'));

    const { status } = await presenting(leaf, 'P-256').create(WHO_AM_I, {});

    expect(status).toBe(401);
  });
});

it('a signer of another name does not sign with that CA, which would log in whoever it signs', async () => {
  await cluster.ask('shop-login', { signerName: SHOP });
  await cluster.kubectl(['certificate', 'approve', 'shop-login']);

  const line = await controller.line('certificate waits to be signed', { csr: 'shop-login' });

  expect(line).toMatchObject({ reason: 'CaLogsIn' });
  expect((await cluster.csr('shop-login')).status.certificate).toBeUndefined();
});
