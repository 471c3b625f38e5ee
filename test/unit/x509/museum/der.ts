// SPDX-License-Identifier: Apache-2.0
// Exhibits that are not DER, or not the structure of a request, although every parser of BER reads them.

import {
  bitString,
  boolean,
  context,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  tlv,
  utf8String,
} from '../../../../src/x509/der-writer.js';
import {
  altNames,
  attribute,
  challengePassword,
  commonName,
  dns,
  extension,
  extensionRequest,
  forge,
  forgeDer,
  forgeWithExtensions,
  name,
  replaceBytes,
  requestAttribute,
  toPem,
  usualKey,
} from '../../../support/forge.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** An opaque attribute with one value, which nobody reads but the walker. */
const opaque = (value: Uint8Array): string =>
  forge({ attributes: [requestAttribute('1.3.6.1.4.1.99999.1', value)] });

const nested = (depth: number): Uint8Array =>
  depth === 0 ? nullValue() : sequence(nested(depth - 1));

const der = forgeDer();

const named = (encoded: Uint8Array): string =>
  forge({ subject: name([attribute('2.5.4.3', encoded)]) });

export const derExhibits: Exhibits = {
  'a byte after the request': refused(
    'DerTrailingBytes',
    toPem(Buffer.concat([der, Buffer.of(0)])),
  ),
  'a second request after the first, in one block': refused(
    'DerTrailingBytes',
    toPem(Buffer.concat([der, der])),
  ),
  'the last byte cut off': refused('DerTruncated', toPem(der.subarray(0, -1))),
  'a length that claims four gigabytes': refused(
    'DerTruncated',
    toPem(bytes('3084ffffffff02010000')),
  ),
  'one octet of a tag and no length': refused('DerTruncated', toPem(bytes('30'))),
  'an inner element that is longer than what holds it': refused(
    'DerTruncated',
    named(bytes('0c0561')),
  ),
  'an indefinite length (BER) in the subject': refused(
    'DerIndefiniteLength',
    forge({ subject: bytes('30800000') }),
  ),
  'a long form length where the short form does': refused(
    'DerLengthNotMinimal',
    named(bytes('0c8103646576')),
  ),
  'a length with a leading zero octet': refused(
    'DerLengthNotMinimal',
    named(bytes(`0c820080${'61'.repeat(128)}`)),
  ),
  'a tag of several octets': stricter('DerTag', opaque(bytes('1f820100'))),
  'the tag of an end-of-contents': stricter('DerTag', opaque(bytes('0000'))),
  'a string in pieces (constructed, BER)': stricter('DerTag', named(bytes('2c050c03646576'))),
  'a SEQUENCE that is marked as primitive': stricter('DerTag', opaque(bytes('1000'))),
  'a BOOLEAN that is 01': refused(
    'DerValue',
    forge({
      attributes: [
        requestAttribute(
          '1.2.840.113549.1.9.14',
          sequence(
            sequence(objectIdentifier('2.5.29.19'), bytes('010101'), octetString(sequence())),
          ),
        ),
      ],
    }),
  ),
  'a BOOLEAN of two octets': stricter('DerValue', opaque(bytes('0102ffff'))),
  'an INTEGER with a leading zero octet': refused(
    'DerValue',
    forge({ version: bytes('02020000') }),
  ),
  'a negative INTEGER with a leading FF octet': stricter('DerValue', opaque(bytes('0202ff80'))),
  'an INTEGER without octets': refused('DerValue', forge({ version: bytes('0200') })),
  'a NULL with content': stricter('DerValue', opaque(bytes('050100'))),
  'a BIT STRING without octets': stricter('DerValue', opaque(bytes('0300'))),
  'a BIT STRING with nine unused bits': stricter('DerValue', opaque(bytes('03020900'))),
  'a BIT STRING with unused bits of nothing': stricter('DerValue', opaque(bytes('030101'))),
  'a BIT STRING whose unused bits are not zero': stricter('DerValue', opaque(bytes('030204ff'))),
  'a signature BIT STRING with unused bits': refused(
    'DerValue',
    forge({
      rewriteSignature: (signature) => tlv(3, Buffer.of(1), evenOctets(signature.subarray(3))),
    }),
  ),
  'a key BIT STRING with unused bits': refused(
    'DerValue',
    forge({ key: { ...usualKey, spki: replaceBytes(usualKey.spki, '034200', '034201') } }),
  ),
  'an OBJECT IDENTIFIER without octets': stricter('DerValue', opaque(bytes('0600'))),
  'an OBJECT IDENTIFIER that ends in the middle of an arc': stricter(
    'DerValue',
    opaque(bytes('06022a80')),
  ),
  'an arc of an OBJECT IDENTIFIER with leading zero bits': refused(
    'DerValue',
    forge({ subject: name([sequence(bytes('060455048003'), utf8String('alice'))]) }),
  ),
  'an OBJECT IDENTIFIER of 65 octets': stricter('DerTooLarge', opaque(tlv(6, Buffer.alloc(65, 1)))),
  'an arc of an OBJECT IDENTIFIER over 2^31, which readers cut off differently': refused(
    'DerTooLarge',
    forgeWithExtensions(extension('2.25.329800735698586629295641978511506172918', nullValue())),
  ),
  'elements in 17 levels': stricter('DerTooDeep', opaque(nested(17))),
  'two thousand elements': stricter(
    'DerTooLarge',
    opaque(sequence(...Array.from({ length: 2000 }, () => nullValue()))),
  ),
  'a SET whose elements are not sorted': stricter(
    'DerSetOrder',
    forge({
      subject: sequence(
        tlv(
          0x31,
          attribute('2.5.4.10', utf8String('zeta')),
          attribute('2.5.4.10', utf8String('dev')),
        ),
      ),
    }),
  ),
  'attributes that are not sorted': stricter(
    'DerSetOrder',
    forge({
      attributesElement: context(
        0,
        extensionRequest(altNames(dns('alice.example'), dns('bob.example'))),
        challengePassword('secret'),
      ),
    }),
  ),
  'critical FALSE written out': stricter(
    'DerDefault',
    forgeWithExtensions(
      sequence(
        objectIdentifier('2.5.29.17'),
        boolean(false),
        octetString(sequence(dns('alice.example'))),
      ),
    ),
  ),
  'CA:FALSE written out': stricter(
    'DerDefault',
    forgeWithExtensions(extension('2.5.29.19', sequence(boolean(false)))),
  ),
  'a certificate where a request should be': refused(
    'DerUnexpected',
    toPem(
      sequence(
        sequence(context(0, smallInteger(2)), smallInteger(1)),
        sequence(),
        bitString(Buffer.of(1)),
      ),
    ),
  ),
  'a tagged element where the request should be a SEQUENCE': refused(
    'DerUnexpected',
    toPem(replaceFirst(der, 0xa0)),
  ),
  'a field after the signature': stricter('DerUnexpected', toPem(withFurtherElement(der))),
  'a field after the attributes': stricter(
    'DerUnexpected',
    forge({ furtherFields: [nullValue()] }),
  ),
  'no attributes element': refused('DerUnexpected', forge({ attributesElement: Buffer.alloc(0) })),
  'attributes under tag 1 instead of 0': refused(
    'DerUnexpected',
    forge({ attributesElement: context(1) }),
  ),
  'a SEQUENCE as version': refused('DerUnexpected', forge({ version: sequence() })),
  'version 1 (which would be v2)': stricter('RequestVersion', forge({ version: smallInteger(1) })),
  'version 2': stricter('RequestVersion', forge({ version: smallInteger(2) })),
  'version -1': stricter('RequestVersion', forge({ version: bytes('0201ff') })),
  'version 256': stricter('RequestVersion', forge({ version: integer(bytes('0100')) })),
  'a subject whose RDN is empty': stricter(
    'DerUnexpected',
    forge({ subject: sequence(tlv(0x31)) }),
  ),
  'a subject whose RDN is a SEQUENCE': refused(
    'DerUnexpected',
    forge({ subject: sequence(sequence(...commonName('alice'))) }),
  ),
  'a subject attribute without value': refused(
    'DerUnexpected',
    forge({ subject: name([sequence(objectIdentifier('2.5.4.3'))]) }),
  ),
  'a subject attribute with a third field': stricter(
    'DerUnexpected',
    forge({
      subject: name([sequence(objectIdentifier('2.5.4.3'), utf8String('alice'), nullValue())]),
    }),
  ),
  'an attribute whose values are a SEQUENCE': stricter(
    'DerUnexpected',
    forge({
      attributes: [sequence(objectIdentifier('1.2.840.113549.1.9.7'), sequence(utf8String('x')))],
    }),
  ),
};

function evenOctets(octets: Uint8Array): Uint8Array {
  const even = Uint8Array.from(octets);
  const last = even.length - 1;
  even[last] = (even[last] ?? 0) & 0xfe;
  return even;
}

function replaceFirst(whole: Uint8Array, tag: number): Uint8Array {
  const changed = Uint8Array.from(whole);
  changed[0] = tag;
  return changed;
}

function withFurtherElement(whole: Uint8Array): Uint8Array {
  const headerOctets = (whole[1] ?? 0) === 0x81 ? 3 : 4;
  return sequence(whole.subarray(headerOctets), nullValue());
}
