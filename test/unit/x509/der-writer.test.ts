// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { contentOf, DerReader } from '../../../src/x509/der-reader.js';
import { namedBitsOf, objectIdentifierOf } from '../../../src/x509/der-primitives.js';
import {
  bitString,
  boolean,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  setOf,
  smallInteger,
  time,
} from '../../../src/x509/der-writer.js';
import { encodeSubject } from '../../../src/x509/subject-writer.js';
import { encodeSubjectAltNames } from '../../../src/x509/subject-alt-names.js';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

describe('the DER writer', () => {
  it.each<readonly [string, Uint8Array, string]>([
    ['TRUE', boolean(true), '0101ff'],
    ['zero', smallInteger(0), '020100'],
    ['a number with its highest bit set', smallInteger(128), '02020080'],
    ['a number with leading zeros', integer(Buffer.of(0, 0, 1)), '020101'],
    ['a number of no octets', integer(Buffer.alloc(0)), '020100'],
    ['the largest small number', smallInteger(0x7fff_ffff), '02047fffffff'],
    ['a BIT STRING of octets', bitString(Buffer.of(1)), '03020001'],
    ['digitalSignature (USG-3)', namedBits([0]), '03020780'],
    ['digitalSignature and keyEncipherment (USG-3)', namedBits([0, 2]), '030205a0'],
    ['decipherOnly (USG-3)', namedBits([8]), '0303070080'],
    ['no bits', namedBits([]), '030100'],
    ['an OBJECT IDENTIFIER', objectIdentifier('1.2.840.113549'), '06062a864886f70d'],
    ['an OBJECT IDENTIFIER under 2.999', objectIdentifier('2.999.3'), '0603883703'],
    [
      'a SET, sorted',
      setOf(Buffer.from('0402', 'hex'), Buffer.from('0401', 'hex')),
      '310404010402',
    ],
    ['a length of 127', octetString(Buffer.alloc(127)).subarray(0, 2), '047f'],
    ['a length of 128', octetString(Buffer.alloc(128)).subarray(0, 3), '048180'],
    ['a length of 256', octetString(Buffer.alloc(256)).subarray(0, 4), '04820100'],
    ['a length of 65536', octetString(Buffer.alloc(65_536)).subarray(0, 5), '0483010000'],
    [
      'a time in 2049',
      time(Date.UTC(2049, 11, 31, 23, 59, 59, 999)),
      `170d${Buffer.from('491231235959Z').toString('hex')}`,
    ],
    [
      'a time in 2050',
      time(Date.UTC(2050, 0, 1)),
      `180f${Buffer.from('20500101000000Z').toString('hex')}`,
    ],
  ])('writes %s', (_name, written, expected) => {
    expect(hex(written)).toBe(expected);
  });

  it('writes OBJECT IDENTIFIERs that the reader reads back', () => {
    const arc = fc.integer({ min: 0, max: 2 ** 31 - 81 });
    const oid = fc
      .oneof(
        fc.tuple(fc.constantFrom('0', '1'), fc.integer({ min: 0, max: 39 }).map(String)),
        fc.tuple(fc.constant('2'), arc.map(String)),
      )
      .chain((root) =>
        fc.array(arc.map(String), { maxLength: 2 }).map((rest) => [...root, ...rest].join('.')),
      );

    fc.assert(
      fc.property(oid, (text) => {
        expect(objectIdentifierOf(new DerReader(objectIdentifier(text)).readAll())).toBe(text);
      }),
    );
  });

  it('writes octets, numbers and bits that the reader reads back', () => {
    const bits = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1 });

    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bits, (octets, set) => {
        const string = new DerReader(octetString(octets)).readAll();
        const number = new DerReader(integer(octets)).readAll();
        const named = new DerReader(namedBits(set)).readAll();

        expect(hex(contentOf(string))).toBe(hex(octets));
        expect(BigInt(`0x0${hex(contentOf(number))}`)).toBe(BigInt(`0x0${hex(octets)}`));
        expect(namedBitsOf(named)).toEqual(set.toSorted((a, b) => a - b));
      }),
    );
  });
});

const CN = '2.5.4.3';
const O = '2.5.4.10';

describe('the subject of a certificate is written as Go writes it (CRT-3)', () => {
  // The hex is what encoding/asn1 gives for pkix.Name{…}.ToRDNSequence() in Go 1.26.8.
  it.each<readonly [string, Parameters<typeof encodeSubject>[0], string]>([
    [
      'a kubelet: O, then CN, whatever the order of the request',
      [
        { oid: CN, value: 'system:node:worker-1' },
        { oid: O, value: 'system:nodes' },
      ],
      '303631153013060355040a130c73797374656d3a6e6f646573311d301b0603550403131473797374656d3a6e6f64653a776f726b65722d31',
    ],
    [
      'several organizations: one RDN, sorted, the shorter first',
      [
        { oid: O, value: 'system:nodes' },
        { oid: O, value: 'zeta' },
        { oid: O, value: 'alpha' },
        { oid: CN, value: 'alice' },
      ],
      '30423130300b060355040a13047a657461300c060355040a1305616c7068613013060355040a130c73797374656d3a6e6f646573310e300c06035504031305616c696365',
    ],
    [
      'UTF8String for _ and @',
      [{ oid: CN, value: 'al_ice@example.com' }],
      '301d311b301906035504030c12616c5f696365406578616d706c652e636f6d',
    ],
    ['UTF8String beyond ASCII', [{ oid: CN, value: 'Zoë' }], '300f310d300b06035504030c045a6fc3ab'],
    [
      'UTF8String for * and &',
      [{ oid: CN, value: 'a*b&c' }],
      '3010310e300c06035504030c05612a622663',
    ],
    [
      'every type that stays, in its place',
      [
        { oid: '2.5.4.5', value: '7' },
        { oid: CN, value: 'c' },
        { oid: '2.5.4.11', value: 'ou' },
        { oid: O, value: 'o' },
        { oid: '2.5.4.17', value: 'p' },
        { oid: '2.5.4.9', value: 's' },
        { oid: '2.5.4.7', value: 'l' },
        { oid: '2.5.4.8', value: 'st' },
        { oid: '2.5.4.6', value: 'DE' },
      ],
      '306f310b3009060355040613024445310b3009060355040813027374310a3008060355040713016c310a30080603550409130173310a30080603550411130170310a3008060355040a13016f310b3009060355040b13026f75310a30080603550403130163310a30080603550405130137',
    ],
    [
      'of several common names the last',
      [
        { oid: CN, value: 'first' },
        { oid: CN, value: 'Zoë' },
      ],
      '300f310d300b06035504030c045a6fc3ab',
    ],
    ['no e-mail address', [{ oid: '1.2.840.113549.1.9.1', value: 'a@b.c' }], '3000'],
    ['nothing', [], '3000'],
  ])('%s', (_name, values, expected) => {
    expect(hex(encodeSubject(values))).toBe(expected);
  });
});

describe('the names of a certificate', () => {
  it('are written as dns, email, ip, uri, each in the order of the request (CRT-4)', () => {
    const written = encodeSubjectAltNames([
      { kind: 'uri', value: 'urn:a' },
      { kind: 'ip', value: '10.0.0.1' },
      { kind: 'ip', value: 'fd00::1' },
      { kind: 'email', value: 'a@b.c' },
      { kind: 'dns', value: 'z' },
      { kind: 'dns', value: 'a' },
    ]);

    const names = new DerReader(written)
      .readAll()
      .children.map((child) => `${child.tag & 0x1f}:${hex(contentOf(child))}`);
    expect(names).toEqual([
      `2:${hex(Buffer.from('z'))}`,
      `2:${hex(Buffer.from('a'))}`,
      `1:${hex(Buffer.from('a@b.c'))}`,
      '7:0a000001',
      '7:fd000000000000000000000000000001',
      `6:${hex(Buffer.from('urn:a'))}`,
    ]);
  });
});
