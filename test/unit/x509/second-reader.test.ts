// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import {
  readCertificateAgain,
  readRequestAgain,
  type SecondRequest,
} from '../../../src/x509/second-reader.js';
import { utf8String } from '../../../src/x509/der-writer.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { readRequest } from '../../../src/request/read-request.js';
import { differencesBetween } from '../../../src/request/readers-agree.js';
import {
  altNames,
  challengePassword,
  dns,
  email,
  extension,
  extensionRequest,
  forge,
  forgeWithExtensions,
  ip,
  uri,
} from '../../support/forge.js';

const pem = Buffer.from(
  forge({
    attributes: [
      challengePassword('secret'),
      extensionRequest(
        altNames(dns('a.example'), ip(10, 0, 0, 1), uri('urn:a'), email('a@b.example')),
      ),
    ],
  }),
);

function bothViews() {
  const first = readCertificationRequest(pem);
  const second = readRequestAgain(pem);
  if (!first.ok || !second.ok) throw new Error('the request is not readable');
  return { first: first.value, second: second.value };
}

describe('two readers of one request', () => {
  it('agree', () => {
    const { first, second } = bothViews();

    expect(differencesBetween(first, { ok: true, value: second })).toEqual([]);
  });

  it.each<readonly [string, (view: SecondRequest) => Partial<SecondRequest>, string]>([
    ['another byte', ({ der }) => ({ der: Uint8Array.from(der).fill(0, -1) }), 'the bytes'],
    [
      'another common name',
      ({ subject }) => ({ subject: subject.map((each) => ({ ...each, value: `${each.value}x` })) }),
      'the subject (number 1)',
    ],
    [
      'an attribute less',
      ({ subject }) => ({ subject: subject.slice(1) }),
      'the subject (2 here, 1 there)',
    ],
    [
      'the same attributes in another order',
      ({ subject }) => ({ subject: subject.toReversed() }),
      'the subject (number 1)',
    ],
    [
      'another type with the same value',
      ({ subject }) => ({ subject: subject.map((each) => ({ ...each, type: 'OU' })) }),
      'the subject (number 1)',
    ],
    [
      'a further name',
      ({ sans }) => ({ sans: [...sans, { kind: 'dns', value: 'evil.example' }] }),
      'the names (4 here, 5 there)',
    ],
    [
      'another address',
      ({ sans }) => ({
        sans: sans.map((each) => (each.kind === 'ip' ? { ...each, value: '10.0.0.2' } : each)),
      }),
      'the names (number 2)',
    ],
    [
      'a name of another kind',
      ({ sans }) => ({ sans: sans.map((each) => ({ ...each, kind: 'dns' })) }),
      'the names (number 2)',
    ],
    ['another key', ({ spki }) => ({ spki: Uint8Array.from(spki).fill(0, -1) }), 'the public key'],
    [
      'a further extension',
      ({ extensions }) => ({ extensions: [...extensions, { oid: '2.5.29.19', critical: true }] }),
      'the extensions (1 here, 2 there)',
    ],
    [
      'an extension that is critical',
      ({ extensions }) => ({ extensions: extensions.map((each) => ({ ...each, critical: true })) }),
      'the extensions',
    ],
    [
      'an attribute of the request less',
      ({ attributeOids }) => ({ attributeOids: attributeOids.slice(1) }),
      'the attributes (2 here, 1 there)',
    ],
  ])('differ when the second sees %s', (_name, change, expected) => {
    const { first, second } = bothViews();

    const differences = differencesBetween(first, {
      ok: true,
      value: { ...second, ...change(second) },
    });

    expect(differences).toEqual([expected]);
  });

  it('differ when the second can read nothing, which the refusal says', () => {
    // The strict reader leaves unknown extensions closed; the second one knows this one and cannot read it.
    const request = forgeWithExtensions(extension('2.5.29.32', utf8String('no policies')));
    const csr = parseCsrObject({
      metadata: { name: 'a' },
      spec: {
        signerName: 'a.example/b',
        usages: [],
        request: Buffer.from(request).toString('base64'),
      },
    });

    expect(csr.ok ? readRequest(csr.value) : csr).toEqual({
      ok: false,
      error: {
        code: 'ReadersDisagree',
        at: 'spec.request',
        detail: 'a second parser differs: it cannot read them at all',
      },
    });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '-----BEGIN CERTIFICATE REQUEST-----\n!\n-----END CERTIFICATE REQUEST-----\n'],
    ['no DER', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'],
  ])('never throws: %s', (_name, text) => {
    expect(readRequestAgain(Buffer.from(text))).toMatchObject({ ok: false });
  });
});

describe('a certificate in the eyes of the second reader', () => {
  const certificate = new X509Certificate(
    readFileSync(new URL('../../fixtures/requests/seed-dev1.crt.pem', import.meta.url)),
  );
  const view = readCertificateAgain(certificate.raw);

  it('has the subject, names, dates and usages that a real cluster issued', () => {
    expect(view).toMatchObject({
      ok: true,
      value: {
        subject: [
          { type: 'C', value: 'AU' },
          { type: 'ST', value: 'Some-State' },
          { type: 'O', value: 'Internet Widgits Pty Ltd' },
          { type: 'CN', value: 'dev1' },
        ],
        issuer: [{ type: 'CN', value: 'kubernetes' }],
        sans: [],
        notBeforeMs: Date.UTC(2021, 3, 15, 13, 12, 18),
        notAfterMs: Date.UTC(2022, 3, 15, 13, 12, 18),
        extKeyUsageOids: ['1.3.6.1.5.5.7.3.2'],
        keyUsageBits: undefined,
      },
    });
  });

  it('has the serial number and the key that OpenSSL reads', () => {
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });

    expect(view.ok ? view.value.serialNumber.toUpperCase() : view.error).toBe(
      certificate.serialNumber,
    );
    expect(view.ok ? Buffer.from(view.value.spki).equals(spki) : view.error).toBe(true);
  });

  it('has another key, or none, when any octet of the key is another', () => {
    const der = certificate.raw;
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const from = der.indexOf(spki);

    const unnoticed = [...spki.keys()].filter((offset) => {
      const changed = Uint8Array.from(der);
      changed[from + offset] = (changed[from + offset] ?? 0) ^ 1;
      const read = readCertificateAgain(changed);
      return read.ok && Buffer.from(read.value.spki).equals(spki);
    });

    expect(from).toBeGreaterThan(0);
    expect(unnoticed).toEqual([]);
  });

  it('is a failure when a tagged element stands in the place of the SEQUENCE', () => {
    const changed = Uint8Array.from(certificate.raw).with(0, 0xa0);

    expect(readCertificateAgain(changed).ok).toBe(false);
  });

  it('is a failure, not an exception, when the bytes are none', () => {
    expect(readCertificateAgain(Buffer.from('3000', 'hex'))).toMatchObject({ ok: false });
  });
});
