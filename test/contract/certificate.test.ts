// SPDX-License-Identifier: Apache-2.0
// What the API server does with writes of issued certificates and failures, through /status.

import { beforeAll, describe, expect, it } from '@jest/globals';
import { APPLY_PATCH } from '../support/api-client.js';
import type { ApiObject, ApiResponse } from '../support/api-client.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, server, pending } = serverUnderTest();

let certificatePem = '';
let otherPem = '';
let keyPem = '';

beforeAll(async () => {
  ({ certPem: certificatePem, keyPem } = await server.requestClientCert('contract'));
  ({ certPem: otherPem } = await server.requestClientCert('contract-other'));
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const publish = (csr: ApiObject, pem: string): Promise<ApiResponse> =>
  api.patch(csrPath(csr, 'status'), { status: { certificate: base64(pem) } });

const setConditions = (csr: ApiObject, where: 'approval' | 'status', ...types: string[]) =>
  api.patch(csrPath(csr, where), { status: { conditions: types.map((type) => condition(type)) } });

const types = (csr: ApiObject): string[] =>
  (csr.status.conditions ?? []).map(({ type }) => type).sort();

describe('a certificate written to /status', () => {
  it('is stored before any approval: only the signer prevents signing the unapproved (API-28)', async () => {
    const csr = await pending('unapproved');

    const response = await publish(csr, certificatePem);

    expect(response.status).toBe(200);
    expect(response.body.status.certificate).toBe(base64(certificatePem));
    expect(types(response.body)).toEqual([]);
  });

  it('is stored in a denied and in a failed request too (API-28)', async () => {
    const denied = await pending('denied');
    const failed = await pending('failed');
    await setConditions(denied, 'approval', 'Denied');
    await setConditions(failed, 'status', 'Failed');

    const responses = [
      await publish(denied, certificatePem),
      await publish(failed, certificatePem),
    ];

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('cannot be replaced by another one, while the same one again is accepted (API-24)', async () => {
    const csr = await pending('second');
    await publish(csr, certificatePem);

    const other = await publish(csr, otherPem);
    const same = await publish(csr, certificatePem);

    expect(other.status).toBe(422);
    expect(other.failure?.message).toContain('updates may not modify existing certificate content');
    expect(same.status).toBe(200);
  });

  it('cannot be removed (API-24)', async () => {
    const csr = await pending('removed');
    await publish(csr, certificatePem);

    const response = await api.patch(csrPath(csr, 'status'), { status: { certificate: null } });

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'updates may not modify existing certificate content',
    );
  });

  it('is a conflict when the resourceVersion is stale (API-6)', async () => {
    const csr = await pending('stale');
    await setConditions(csr, 'approval', 'Approved');

    const response = await api.patch(csrPath(csr, 'status'), {
      metadata: { uid: csr.metadata.uid, resourceVersion: csr.metadata.resourceVersion },
      status: { certificate: base64(certificatePem) },
    });

    expect(response.status).toBe(409);
  });

  it('keeps the conditions when the patch names none', async () => {
    const csr = await pending('keeps');
    await setConditions(csr, 'approval', 'Approved');

    const response = await publish(csr, certificatePem);

    expect(types(response.body)).toEqual(['Approved']);
  });
});

describe('the text of a certificate (API-25, API-26)', () => {
  const cases: Record<string, { text: () => string; status: number; says?: string }> = {
    'one block is accepted': { text: () => certificatePem, status: 200 },
    'a chain of two blocks is accepted': {
      text: () => certificatePem + server.clientCa.certPem,
      status: 200,
    },
    'text around the block is accepted': {
      text: () => `before\n${certificatePem}after\n`,
      status: 200,
    },
    'text without a block is refused': {
      text: () => 'hello',
      status: 422,
      says: 'must contain at least one CERTIFICATE PEM block',
    },
    'a block of another type beside the certificate is refused': {
      text: () => certificatePem + keyPem,
      status: 422,
      says: 'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"',
    },
    'a PEM header is refused': {
      text: () => certificatePem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n'),
      status: 422,
      says: 'no PEM block headers are permitted',
    },
    'a block that holds no certificate is refused': {
      text: () => '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n',
      status: 422,
      says: 'x509: malformed certificate',
    },
    'a block of zero bytes is refused': {
      text: () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
      status: 422,
      says: 'found CERTIFICATE PEM block containing 0 certificates',
    },
    'a truncated block after a good one is taken for text': {
      text: () => certificatePem + certificatePem.slice(0, 200),
      status: 200,
    },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { text, status, says = '' }) => {
    const csr = await pending(`text-${Object.keys(cases).indexOf(sentence)}`);

    const response = await publish(csr, text());

    expect(response.status).toBe(status);
    expect(response.failure?.message ?? '').toContain(says);
  });
});

describe('conditions written to /status', () => {
  it('Failed is stored, and the server stamps it (API-19)', async () => {
    const csr = await pending('add-failed');

    const response = await setConditions(csr, 'status', 'Failed');

    expect(response.status).toBe(200);
    const [failed] = response.body.status.conditions ?? [];
    expect(failed?.type).toBe('Failed');
    expect(failed?.lastUpdateTime).toBeDefined();
  });

  it('Failed is stored through server-side apply as well (against API-7)', async () => {
    const csr = await pending('apply-failed');
    await setConditions(csr, 'approval', 'Approved');

    const response = await api.patch(
      csrPath(csr, 'status'),
      {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: csr.metadata.name },
        status: { conditions: [condition('Failed')] },
      },
      { contentType: APPLY_PATCH, query: { fieldManager: 'contract-signer' } },
    );

    expect(response.status).toBe(200);
    expect(types(response.body)).toEqual(['Approved', 'Failed']);
  });

  it('Failed cannot be removed again (API-20)', async () => {
    const csr = await pending('remove-failed');
    await setConditions(csr, 'status', 'Failed');

    const response = await setConditions(csr, 'status');

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'updates may not remove a condition of type "Failed"',
    );
  });

  it.each(['Approved', 'Denied'])('%s cannot be added (API-21)', async (type) => {
    const csr = await pending(`add-${type.toLowerCase()}`);

    const response = await setConditions(csr, 'status', type);

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      `updates may not add a condition of type "${type}"`,
    );
  });

  it('a changed approval is silently put back (API-21)', async () => {
    const csr = await pending('change-approved');
    await setConditions(csr, 'approval', 'Approved');

    const response = await api.patch(csrPath(csr, 'status'), {
      status: { conditions: [condition('Approved', 'Rewritten')] },
    });

    expect(response.status).toBe(200);
    expect(response.body.status.conditions?.[0]?.reason).toBe('Contract');
  });
});
