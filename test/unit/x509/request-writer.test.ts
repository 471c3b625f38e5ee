// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import { EMAIL_ADDRESS } from '../../../src/x509/object-identifiers.js';
import { writePem } from '../../../src/x509/pem.js';
import { type RequestContent, writeRequest } from '../../../src/x509/request-writer.js';
import { keyOf } from '../../support/policy-tests.js';

// Larger RSA keys take seconds to make and differ in nothing that is written here.
const KINDS = ['ecdsa', 'ecdsa-384', 'ecdsa-521', 'ed25519', 'rsa'] as const;

const CN = '2.5.4.3';
const O = '2.5.4.10';

const written = (content: RequestContent, key = keyOf('ecdsa')): string =>
  writePem('CERTIFICATE REQUEST', writeRequest(content, key));

function readBack(pem: string) {
  const read = readCertificationRequest(Buffer.from(pem));
  if (!read.ok) throw new Error(`${read.error.code}: ${read.error.detail}`);
  return read.value;
}

const everything: RequestContent = {
  subject: [
    { oid: EMAIL_ADDRESS, value: 'alice@example.com' },
    { oid: O, value: 'dev' },
    { oid: O, value: 'Büro' },
    { oid: CN, value: 'alice' },
  ],
  sans: [
    { kind: 'dns', value: 'a.example' },
    { kind: 'email', value: 'alice@example.com' },
    { kind: 'ip', value: '10.0.0.1' },
    { kind: 'ip', value: 'fd00::1' },
    { kind: 'uri', value: 'spiffe://a/b' },
  ],
};

describe('a written request', () => {
  it('is read as what was written, in its order', () => {
    const { subject, sans, extensions } = readBack(written(everything));

    expect(subject.map(({ oid, value, stringType }) => [oid, value, stringType])).toEqual([
      [EMAIL_ADDRESS, 'alice@example.com', 'UTF8String'],
      [O, 'dev', 'PrintableString'],
      [O, 'Büro', 'UTF8String'],
      [CN, 'alice', 'PrintableString'],
    ]);
    expect(sans).toEqual(everything.sans);
    expect(extensions.map(({ name, critical }) => [name, critical])).toEqual([
      ['subjectAltName', false],
    ]);
  });

  it('without names has no extension and no attribute', () => {
    const { subject, sans, attributeOids } = readBack(written({ subject: [], sans: [] }));

    expect([subject, sans, attributeOids]).toEqual([[], [], []]);
  });

  it.each(KINDS)('is one for openssl, too, with a key of kind %s', (kind) => {
    const pem = written(everything, keyOf(kind));
    const args = ['req', '-verify', '-noout', '-text', '-nameopt', 'RFC2253,-esc_msb,utf8'];

    const text = execFileSync('openssl', args, { input: pem, encoding: 'utf8', stdio: 'pipe' });

    expect(text).toContain('CN=alice,O=Büro,O=dev,emailAddress=alice@example.com');
    expect(text).toContain(
      'DNS:a.example, email:alice@example.com, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://a/b',
    );
  });

  it('whose signature is another one is refused by the strict reader', () => {
    const key = keyOf('ecdsa');
    const pem = written(everything, { ...key, sign: () => key.sign(Buffer.from('else')) });

    expect(readCertificationRequest(Buffer.from(pem))).toMatchObject({
      ok: false,
      error: { code: 'SignatureInvalid' },
    });
  });

  it('holds any text as it is, so that the strict reader has something to refuse', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });

    fc.assert(
      fc.property(text, text, (commonName, dns) => {
        const content: RequestContent = {
          subject: [{ oid: CN, value: commonName }],
          sans: [{ kind: 'dns', value: dns }],
        };
        const read = readCertificationRequest(Buffer.from(written(content)));

        expect([commonName, 'SubjectCharacter', 'SanCharacter', 'SanDnsName']).toContain(
          read.ok ? read.value.subject[0]?.value : read.error.code,
        );
      }),
      { numRuns: 300 },
    );
  });
});
