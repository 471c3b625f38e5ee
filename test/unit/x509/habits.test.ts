// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';

import {
  integer,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  ia5String,
  printableString,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../../src/x509/der-writer.js';
import { peekCommonName } from '../../../src/x509/peek-common-name.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { readRequest } from '../../../src/request/read-request.js';
import {
  attribute,
  challengePassword,
  commonName,
  dns,
  email,
  extension,
  forge,
  forgeWithExtensions,
  forgeWithNames,
  ip,
  name,
  organization,
  requestAttribute,
  uri,
} from '../../support/forge.js';
import { handmadeRsaKey } from '../../support/forge-rsa.js';

/** Reads with both readers: what is taken here must not be a quarrel between them either. */
function read(pem: string) {
  const csr = parseCsrObject({
    metadata: { name: 'a' },
    spec: {
      signerName: 'a.example/b',
      usages: [],
      request: Buffer.from(pem, 'latin1').toString('base64'),
    },
  });
  return csr.ok ? readRequest(csr.value) : csr;
}

const nested = (depth: number): Uint8Array =>
  depth === 0 ? nullValue() : sequence(nested(depth - 1));
const opaque = (value: Uint8Array): string =>
  forge({ attributes: [requestAttribute('1.3.6.1.4.1.99999.1', value)] });
const called = (value: Uint8Array): string =>
  forge({ subject: name([attribute('2.5.4.3', value)]) });

const taken: Readonly<Record<string, string>> = {
  'no attributes at all': forge({ attributes: [] }),
  'an empty subject': forge({ subject: name() }),
  'an empty list of extensions, as openssl writes for an empty section': forgeWithExtensions(),
  'the key usages of a client': forgeWithExtensions(
    extension('2.5.29.15', namedBits([0, 2]), true),
  ),
  'extended key usages of any kind': forgeWithExtensions(
    extension(
      '2.5.29.37',
      sequence(objectIdentifier('2.5.29.37.0'), objectIdentifier('1.3.6.1.5.5.7.3.2')),
    ),
  ),
  'CA:FALSE': forgeWithExtensions(extension('2.5.29.19', sequence(), true)),
  'a subjectKeyIdentifier': forgeWithExtensions(
    extension('2.5.29.14', octetString(Buffer.alloc(20, 7))),
  ),
  'an unknown extension that is not critical': forgeWithExtensions(
    extension('1.3.6.1.4.1.99999.1', utf8String('x')),
  ),
  'an arc of an OBJECT IDENTIFIER of 2^31 - 1': forgeWithExtensions(
    extension('1.3.2147483647', utf8String('x')),
  ),
  'an unknown attribute': forge({
    attributes: [requestAttribute('1.3.6.1.4.1.99999.1', sequence())],
  }),
  'a challengePassword': forge({ attributes: [challengePassword('secret')] }),
  'an unstructuredName': forge({
    attributes: [requestAttribute('1.2.840.113549.1.9.2', utf8String('Acme'))],
  }),
  'several organizations in one RDN, as Go writes them': forge({
    subject: sequence(setOf(...organization('a'), ...organization('b')), setOf(...commonName('c'))),
  }),
  'several units': forge({
    subject: name(
      [attribute('2.5.4.11', utf8String('x'))],
      [attribute('2.5.4.11', utf8String('y'))],
    ),
  }),
  'attributes of the subject that nobody knows': forge({
    subject: name([attribute('1.3.6.1.4.1.57683.2', utf8String('1000'))], commonName('alice')),
  }),
  'a common name as PrintableString': called(printableString("a-b/c:d (e)+'f',.=?")),
  'a common name as IA5String': called(ia5String('a_b@c')),
  'a common name beyond ASCII': called(utf8String('Zoë 東京 😀')),
  'a common name that looks like a whole subject': called(utf8String('a,O=system:masters')),
  'a common name that looks like an encoded value': called(utf8String('#0c0161')),
  'a common name of 512 characters': called(utf8String('a'.repeat(512))),
  'thirty-two attributes': forge({
    subject: name(...Array.from({ length: 32 }, (_, index) => organization(`o${index}`))),
  }),
  'a critical subjectAltName, as an empty subject needs': forge({
    subject: name(),
    attributes: [
      requestAttribute(
        '1.2.840.113549.1.9.14',
        sequence(extension('2.5.29.17', sequence(dns('a.example')), true)),
      ),
    ],
  }),
  'a hundred names': forgeWithNames(
    ...Array.from({ length: 100 }, (_, index) => dns(`n${index}.example`)),
  ),
  'the same name twice': forgeWithNames(dns('a.example'), dns('a.example')),
  'thirty-two extensions': forgeWithExtensions(
    ...Array.from({ length: 32 }, (_, index) =>
      extension(`1.3.6.1.4.1.99999.${index}`, nullValue()),
    ),
  ),
  'elements in 12 levels within an attribute': opaque(nested(10)),
  'an OBJECT IDENTIFIER of 64 octets': opaque(tlv(6, Buffer.alloc(64, 1))),
  'a negative INTEGER in an attribute that nobody reads': opaque(tlv(2, Buffer.of(0x80))),
  'an RSA key of 2048 bits with exponent 2^31 - 1': forge({
    key: handmadeRsaKey({ primeBits: [1024, 1024], exponent: 0x7fff_ffffn }),
  }),
  'an RSA key of several primes': forge({ key: handmadeRsaKey({ primeBits: [768, 768, 768] }) }),
  'an INTEGER with its sign octet': opaque(integer(Buffer.of(0x80))),
};

describe('the reader is kind about habit and takes', () => {
  it.each(Object.entries(taken))('%s', (_name, pem) => {
    expect(read(pem)).toMatchObject({ ok: true });
  });
});

describe('subject alternative names are taken', () => {
  it.each<readonly [string, Uint8Array, string]>([
    ['a DNS name in capitals, as it was asked for', dns('A.Example'), 'dns:A.Example'],
    ['a DNS name with a final dot', dns('a.example.'), 'dns:a.example.'],
    ['a name of one label', dns('worker-1'), 'dns:worker-1'],
    ['a wildcard, which a guard judges', dns('*.a.example'), 'dns:*.a.example'],
    ['an international name as xn-- label', dns('xn--bro-hoa.example'), 'dns:xn--bro-hoa.example'],
    ['an IPv4 address', ip(10, 0, 0, 1), 'ip:10.0.0.1'],
    [
      'an IPv6 address in its shortest form',
      ip(0xfd, ...Array.from({ length: 14 }, () => 0), 1),
      'ip:fd00::1',
    ],
    [
      'an IPv4 address mapped into IPv6, as the IPv4 address',
      ip(...Array.from({ length: 10 }, () => 0), 255, 255, 10, 0, 0, 1),
      'ip:10.0.0.1',
    ],
    [
      'a SPIFFE identity',
      uri('spiffe://cluster.local/ns/a/sa/b'),
      'uri:spiffe://cluster.local/ns/a/sa/b',
    ],
    ['a SPIFFE trust domain with an underscore', uri('spiffe://a_b/c'), 'uri:spiffe://a_b/c'],
    [
      'a URI with port, query and fragment',
      uri('https://a.example:8443/x?y=%20z#f'),
      'uri:https://a.example:8443/x?y=%20z#f',
    ],
    ['a URI at an IPv6 address', uri('https://[fd00::1]/'), 'uri:https://[fd00::1]/'],
    [
      'a URI without authority',
      uri('urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'),
      'uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    ],
    ['a URI with an empty authority', uri('file:///x'), 'uri:file:///x'],
    ['an e-mail address with a tag', email("o'neil+x@a.example"), "email:o'neil+x@a.example"],
  ])('%s', (_name, encoded, expected) => {
    const facts = read(forgeWithNames(encoded));

    expect(
      facts.ok ? facts.value.sans.map(({ kind, value }) => `${kind}:${value}`) : facts.error,
    ).toEqual([expected]);
  });
});

describe('what is ignored', () => {
  it('is told: subject attributes, extensions and attributes, each once', () => {
    const facts = read(
      forge({
        subject: name(
          [attribute('2.5.4.11', utf8String('x'))],
          [attribute('2.5.4.11', utf8String('y'))],
          [attribute('1.3.6.1.4.1.57683.2', utf8String('1000'))],
          organization('dev'),
          commonName('alice'),
        ),
        attributes: [
          challengePassword('secret'),
          requestAttribute('1.3.6.1.4.1.99999.1', sequence()),
          requestAttribute(
            '1.2.840.113549.1.9.14',
            sequence(
              extension('2.5.29.17', sequence(dns('a.example'))),
              extension('2.5.29.15', namedBits([0])),
              extension('1.3.6.1.4.1.99999.2', nullValue()),
            ),
          ),
        ],
      }),
    );

    expect(facts.ok ? facts.value.ignored.toSorted() : facts.error).toEqual([
      'attribute 1.3.6.1.4.1.99999.1',
      'attribute challengePassword',
      'extension 1.3.6.1.4.1.99999.2',
      'extension keyUsage',
      'subject 1.3.6.1.4.1.57683.2',
      'subject OU',
    ]);
  });

  it('never hides an organization: two in one RDN are both told', () => {
    const facts = read(
      forge({
        subject: sequence(
          setOf(...organization('system:nodes'), ...organization('system:masters')),
          setOf(...commonName('system:node:a')),
        ),
      }),
    );

    expect(facts).toMatchObject({
      value: { organizations: ['system:nodes', 'system:masters'], ignored: [] },
    });
  });
});

describe('peekCommonName', () => {
  it.each<readonly [string, string, string | undefined]>([
    ['finds the common name', forge(), 'alice'],
    ['finds none in an empty subject', forge({ subject: name() }), undefined],
    ['finds none in what the reader refuses', `x\n${forge()}`, undefined],
    [
      'finds none in two common names',
      forge({ subject: name(commonName('a'), commonName('b')) }),
      undefined,
    ],
    [
      'does not look at more bytes than a request may have',
      forge() + '\n'.repeat(16 * 1024),
      undefined,
    ],
  ])('%s', (_name, pem, expected) => {
    expect(peekCommonName(Buffer.from(pem, 'latin1'))).toBe(expected);
  });
});
