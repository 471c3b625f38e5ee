// SPDX-License-Identifier: Apache-2.0
// What the second reader sees in a request by itself, also where our own reader would not have let it look.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';

import { differencesBetween } from '../../../src/request/readers-agree.js';
import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import {
  bitString,
  context,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  utf8String,
} from '../../../src/x509/der-writer.js';
import { REQUEST_ATTRIBUTE } from '../../../src/x509/object-identifiers.js';
import { readRequestAgain, type SecondRequest } from '../../../src/x509/second-reader.js';
import {
  altNames,
  attribute,
  commonName,
  dns,
  extensionRequest,
  forge,
  forgeDer,
  forgeWithNames,
  name,
  organization,
  replaceBytes,
  requestAttribute,
  toPem,
  usualKey,
} from '../../support/forge.js';
import { rsaEncryption } from '../../support/forge-rsa.js';

/** What the second reader sees in a request, which it must be able to read. */
function seenIn(request: string): SecondRequest {
  const read = readRequestAgain(Buffer.from(request));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

describe('a request in the eyes of the second reader', () => {
  const folder = new URL('../../fixtures/requests/', import.meta.url);
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.csr.pem') && !/truncated|as-written/.test(file),
  );

  it.each(files)('is what the classes of its library see: %s', (file) => {
    const text = readFileSync(new URL(file, folder), 'latin1');
    const request = new Pkcs10CertificateRequest(text);
    const seen = seenIn(text);

    expect(seen.subject).toEqual(
      request.subjectName
        .toJSON()
        .flatMap((rdn) =>
          Object.entries(rdn).flatMap(([type, values]) => values.map((value) => ({ type, value }))),
        ),
    );
    expect(seen.sans).toEqual(
      request.extensions
        .filter((each) => each instanceof SubjectAlternativeNameExtension)
        .flatMap(({ names }) => names.items.map(({ type, value }) => ({ kind: type, value }))),
    );
    expect(seen.extensions).toEqual(
      request.extensions.map(({ type, critical }) => ({ oid: type, critical })),
    );
    expect(seen.attributeOids).toEqual(request.attributes.map(({ type }) => type));
    expect(Buffer.from(seen.spki).equals(Buffer.from(request.publicKey.rawData))).toBe(true);
  });

  it('has the attributes of one RDN in the order of the bytes', () => {
    const rdn = ['2.5.4.11', '2.5.4.3', '2.5.4.11'].map((oid, index) =>
      attribute(oid, utf8String('v'.repeat(index + 1))),
    );

    expect(seenIn(forge({ subject: name(rdn) })).subject).toEqual([
      { type: 'OU', value: 'v' },
      { type: 'CN', value: 'vv' },
      { type: 'OU', value: 'vvv' },
    ]);
  });

  it('has a value that is no string in hex', () => {
    const subject = name(organization('dev'), [attribute('2.5.4.3', octetString(Buffer.of(7)))]);

    expect(seenIn(forge({ subject })).subject[1]).toEqual({ type: 'CN', value: '#040107' });
  });

  it('has the names of every extensionRequest, and of every value of one', () => {
    const list = (text: string) => sequence(altNames(dns(text)));
    const attributes = [
      requestAttribute(REQUEST_ATTRIBUTE.extensionRequest, list('a.example'), list('b.example')),
      extensionRequest(altNames(dns('c.example'))),
    ];

    expect(
      seenIn(forge({ attributes }))
        .sans.map(({ value }) => value)
        .toSorted(),
    ).toEqual(['a.example', 'b.example', 'c.example']);
  });

  it.each<readonly [string, Uint8Array]>([
    [
      'a login name',
      context(0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), context(0, utf8String('admin@corp'))),
    ],
    [
      'an unknown otherName',
      context(0, objectIdentifier('1.3.6.1.4.1.99999.1'), context(0, utf8String('x'))),
    ],
    ['a directory name', context(4, name(commonName('root')))],
  ])('has a name of a kind that it cannot name, and does not drop it: %s', (_name, other) => {
    expect(seenIn(forgeWithNames(dns('a.example'), other)).sans).toEqual([
      { kind: 'dns', value: 'a.example' },
      { kind: 'other', value: '' },
    ]);
  });

  it('is no request when a tagged element stands in the place of the SEQUENCE', () => {
    const der = forgeDer();

    expect(readRequestAgain(Buffer.from(toPem(der))).ok).toBe(true);
    expect(readRequestAgain(Buffer.from(toPem(der.with(0, 0xa0)))).ok).toBe(false);
  });

  it('can be nested as deep as its bound, and no deeper', () => {
    const nested = (depth: number): Uint8Array =>
      depth === 0 ? sequence() : sequence(nested(depth - 1));
    const read = (depth: number) =>
      readRequestAgain(
        Buffer.from(
          forge({ attributes: [requestAttribute('1.3.6.1.4.1.99999.1', nested(depth))] }),
        ),
      ).ok;

    expect(read(20)).toBe(true);
    expect(read(40)).toBe(false);
  });

  it('can have as many elements as its bound, and no more', () => {
    const read = (elements: number) =>
      readRequestAgain(
        Buffer.from(
          forge({
            attributes: [
              requestAttribute(
                '1.3.6.1.4.1.99999.1',
                setOf(...Array.from({ length: elements }, () => smallInteger(1))),
              ),
            ],
          }),
        ),
      ).ok;

    expect(read(3900)).toBe(true);
    expect(read(4100)).toBe(false);
  });
});

/** Keys whose inside is wrong: our own reader refuses each, and the second reader has to see more than that. */
const wrongKeys: Readonly<Record<string, Uint8Array>> = {
  'a BIT STRING with unused bits': replaceBytes(usualKey.spki, '034200', '034201'),
  'a curve that is no name': replaceBytes(
    usualKey.spki,
    '06082a8648ce3d030107',
    '04082a8648ce3d030107',
  ),
  'an RSA key that is none': sequence(rsaEncryption, bitString(utf8String('no key'))),
  'an RSA key with text behind it': sequence(
    rsaEncryption,
    bitString(Buffer.concat([sequence(smallInteger(5), smallInteger(3)), utf8String('more')])),
  ),
};

describe('the key in the eyes of the second reader', () => {
  it.each(Object.entries(wrongKeys))('is what stands there, not what should: %s', (_name, spki) => {
    const pem = Buffer.from(forge({ key: { ...usualKey, spki } }));
    const usual = readCertificationRequest(Buffer.from(forge()));
    if (!usual.ok) throw new Error(usual.error.detail);

    const second = readRequestAgain(pem);

    expect(readCertificationRequest(pem).ok).toBe(false);
    expect(second.ok && Buffer.from(second.value.spki).equals(spki)).toBe(true);
    expect(differencesBetween(usual.value, second)).toContain('the public key');
  });

  it('is another when any bit of it is another', () => {
    const der = forgeDer();
    const { spki } = usualKey;
    const from = Buffer.from(der).indexOf(spki);
    const bits = Array.from({ length: spki.length * 8 }, (_, bit) => bit);

    const unnoticed = bits.filter((bit) => {
      const changed = Uint8Array.from(der);
      const at = from + (bit >> 3);
      changed[at] = (changed[at] ?? 0) ^ (0x80 >> (bit & 7));
      const read = readRequestAgain(Buffer.from(toPem(changed)));
      return read.ok && Buffer.from(read.value.spki).equals(spki);
    });

    expect(from).toBeGreaterThan(0);
    expect(unnoticed).toEqual([]);
  });
});
