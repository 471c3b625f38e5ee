// SPDX-License-Identifier: Apache-2.0
// A new CA, read by OpenSSL and by the reader of the signer, and used by it.

import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CA_KEY_KINDS, createCa, isCaKeyKind } from '../../../src/signer/create-ca.js';
import { ATTRIBUTE_TYPE } from '../../../src/x509/object-identifiers.js';

const NOT_BEFORE_MS = Date.parse('2026-01-01T00:00:00Z');
const NOT_AFTER_MS = Date.parse('2056-01-01T00:00:00Z');
const subject = [
  { oid: ATTRIBUTE_TYPE.commonName, value: 'mesh CA' },
  { oid: ATTRIBUTE_TYPE.organization, value: 'Example' },
];

async function made(key: string) {
  if (!isCaKeyKind(key)) throw new Error(key);
  const times = { notBeforeMs: NOT_BEFORE_MS, notAfterMs: NOT_AFTER_MS };
  const ca = await createCa({ subject, key, ...times });
  if (!ca.ok) throw new Error(ca.error);
  return ca.value;
}

describe.each(CA_KEY_KINDS)('a new CA with a key of kind %s', (kind) => {
  let ca: Awaited<ReturnType<typeof made>>;
  beforeAll(async () => {
    ca = await made(kind);
  });

  it('is a root that OpenSSL believes, for leaves only', () => {
    const { certificate, authority } = ca;

    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkIssued(read)).toBe(true);
    expect(read.subject).toBe('O=Example\nCN=mesh CA');
    expect([read.ca, read.validFrom, read.validTo]).toEqual([
      true,
      'Jan  1 00:00:00 2026 GMT',
      'Jan  1 00:00:00 2056 GMT',
    ]);
    expect(authority.certificate.pathLength).toBe(0);
    expect(authority.anchors).toHaveLength(1);
  });

  it('signs with the key that it gives', async () => {
    const { authority, key } = ca;

    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect((await authority.key.sign(Buffer.from('bytes'))).length).toBeGreaterThan(60);
  });
});

it('two CAs have nothing in common but their name', async () => {
  const [one, other] = [await made('ecdsa-p256'), await made('ecdsa-p256')];

  expect(one.authority.certificate.keyId).not.toBe(other.authority.certificate.keyId);
  expect(new X509Certificate(one.certificate).serialNumber).not.toBe(
    new X509Certificate(other.certificate).serialNumber,
  );
});
