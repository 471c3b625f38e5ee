// SPDX-License-Identifier: Apache-2.0
// What kube-controller-manager makes of an approved request, as the measure for our own signer.

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiClient } from '../support/api-client.js';
import type { ApiClient } from '../support/api-client.js';
import { startControlPlane, startControllerManager } from '../support/control-plane.js';
import type { ControlPlane } from '../support/control-plane.js';
import { sharedServer } from '../support/control-plane-handle.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import { condition } from './server-under-test.js';

const START_TIMEOUT_MS = 60_000;
const SIGNING_TIMEOUT_MS = 15_000;
const YEAR_MS = 365 * 24 * 3_600_000;

/** Envtest's folder has no kube-controller-manager. */
const { binDir = '' } = sharedServer();
const describeWhereItExists = existsSync(join(binDir, 'kube-controller-manager'))
  ? describe
  : describe.skip;

describeWhereItExists('kube-controller-manager', () => {
  // A plane of its own: on the shared one it would sign what other tests approve.
  let plane: ControlPlane;
  let api: ApiClient;

  beforeAll(async () => {
    plane = await startControlPlane({ binDir });
    api = createApiClient(plane);
    await startControllerManager(plane, ['--controllers=csrsigning']);
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await api.close();
    await plane.stop();
  });

  const issued = async (name: string, pem: string): Promise<X509Certificate> => {
    const path = `${CSR_PATH}/${name}`;
    const signerName = 'kubernetes.io/kube-apiserver-client';
    await api.create(CSR_PATH, csrObject(pem, { name, signerName }));
    await api.patch(`${path}/approval`, { status: { conditions: [condition('Approved')] } });
    const deadline = Date.now() + SIGNING_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const { body } = await api.get(path);
      const { certificate } = body.status;
      if (certificate !== undefined) return new X509Certificate(Buffer.from(certificate, 'base64'));
      await delay(50);
    }
    throw new Error(`${name} was not signed`);
  };

  it('signs for one year when no lifetime is asked for', async () => {
    const certificate = await issued('year', await makeCsr({ cn: 'jane', o: ['team'] }));

    const lifetimeMs = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    expect(Math.abs(lifetimeMs - YEAR_MS)).toBeLessThan(10 * 60_000);
    expect(certificate.subject).toBe('O=team\nCN=jane');
  });

  it('drops the subject attribute that would set the uid of the user', async () => {
    const subject = [{ '1.3.6.1.4.1.57683.2': ['chosen-uid'] }];

    const certificate = await issued('uid', await makeCsr({ cn: 'jane', subject }));

    expect(certificate.subject).toBe('CN=jane');
  });
});
