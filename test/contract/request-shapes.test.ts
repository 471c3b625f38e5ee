// SPDX-License-Identifier: Apache-2.0
// Which keys, signatures and PKCS#10 shapes the API server takes for a request; it takes more than a signer should.

import { describe, expect, it } from '@jest/globals';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import type { KeyChoice, RequestContents } from '../support/control-plane-requests.js';
import { serverUnderTest } from './server-under-test.js';

const { api, name } = serverUnderTest();

const ecdsa = (namedCurve: string, hash: string): KeyChoice => ({
  key: { name: 'ECDSA', namedCurve },
  signature: { hash },
});

const rsa = (scheme: string, hash: string, signature: KeyChoice['signature'] = {}): KeyChoice => ({
  key: { name: scheme, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  signature,
});

interface Case {
  readonly contents: RequestContents;
  readonly status: number;
  readonly says?: string;
}

describe('keys and signatures (API-14)', () => {
  const cases: Record<string, Case> = {
    'RSA with SHA-256 is accepted': {
      contents: { keyChoice: rsa('RSASSA-PKCS1-v1_5', 'SHA-256') },
      status: 201,
    },
    'RSA with SHA-1 is accepted': {
      contents: { keyChoice: rsa('RSASSA-PKCS1-v1_5', 'SHA-1') },
      status: 201,
    },
    'RSA-PSS with a salt as long as the hash is accepted': {
      contents: { keyChoice: rsa('RSA-PSS', 'SHA-256', { saltLength: 32 }) },
      status: 201,
    },
    'RSA-PSS with another salt length is refused': {
      contents: { keyChoice: rsa('RSA-PSS', 'SHA-256', { saltLength: 20 }) },
      status: 422,
      says: 'x509: cannot verify signature: algorithm unimplemented',
    },
    'ECDSA with SHA-1 is accepted': {
      contents: { keyChoice: ecdsa('P-256', 'SHA-1') },
      status: 201,
    },
    'ECDSA P-384 is accepted': { contents: { keyChoice: ecdsa('P-384', 'SHA-384') }, status: 201 },
    'ECDSA P-521 is accepted': { contents: { keyChoice: ecdsa('P-521', 'SHA-512') }, status: 201 },
    'Ed25519 is accepted': { contents: { keyChoice: { key: { name: 'Ed25519' } } }, status: 201 },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { contents, status, says = '' }) => {
    const pem = await makeCsr({ cn: 'contract', ...contents });
    const label = `key-${Object.keys(cases).indexOf(sentence)}`;

    const response = await api.create(CSR_PATH, csrObject(pem, { name: name(label) }));

    expect(response.failure?.message ?? '').toContain(says);
    expect(response.status).toBe(status);
  });
});

describe('attributes and names (API-13)', () => {
  const cases: Record<string, Case> = {
    'a challenge password is ignored': { contents: { challengePassword: 'secret' }, status: 201 },
    'one subject alternative name extension is accepted': {
      contents: { dns: ['a.example'] },
      status: 201,
    },
    'two subject alternative name extensions are refused': {
      contents: { dns: ['a.example'], moreNames: [[{ type: 'dns', value: 'b.example' }]] },
      status: 422,
      says: 'x509: certificate request contains duplicate requested extensions',
    },
    'a dNSName that is no host name is accepted': {
      contents: { dns: ['bad host!'] },
      status: 201,
    },
    'a directoryName, which the server does not see, is accepted': {
      contents: { moreNames: [[{ type: 'dn', value: 'CN=hidden' }]] },
      status: 201,
    },
    'addresses, URIs and e-mail addresses are accepted': {
      contents: { ip: ['192.0.2.1', '2001:db8::1'], uri: ['spiffe://a/b'], email: ['a@b.example'] },
      status: 201,
    },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { contents, status, says = '' }) => {
    const pem = await makeCsr({ cn: 'contract', ...contents });
    const label = `shape-${Object.keys(cases).indexOf(sentence)}`;

    const response = await api.create(CSR_PATH, csrObject(pem, { name: name(label) }));

    expect(response.failure?.message ?? '').toContain(says);
    expect(response.status).toBe(status);
  });
});
