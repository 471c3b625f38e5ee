// SPDX-License-Identifier: Apache-2.0
// Exhibits that ask for extensions where only some readers look, or for powers that no request gets.

import {
  boolean,
  context,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  tlv,
  utf8String,
} from '../../../../src/x509/der-writer.js';
import {
  altNames,
  challengePassword,
  dns,
  extension,
  extensionRequest,
  forge,
  forgeWithExtensions,
  requestAttribute,
} from '../../../support/forge.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const good = altNames(dns('good.example'));
const evil = altNames(dns('evil.example'));
const withAttributes = (...attributes: readonly Uint8Array[]): string => forge({ attributes });
const opaque = (index: number): Uint8Array =>
  extension(`1.3.6.1.4.1.99999.${index}`, utf8String('x'));

export const extensionExhibits: Exhibits = {
  'two extensionRequest attributes, of which many read the first': refused(
    'ExtensionRequestRepeated',
    withAttributes(extensionRequest(good), extensionRequest(evil)),
  ),
  'an extensionRequest with two values, of which many read the first': stricter(
    'ExtensionRequestValues',
    withAttributes(requestAttribute(EXTENSION_REQUEST, sequence(good), sequence(evil))),
  ),
  'an extensionRequest without a value': stricter(
    'ExtensionRequestValues',
    withAttributes(sequence(objectIdentifier(EXTENSION_REQUEST), setOf())),
  ),
  'an extensionRequest whose value is a text': refused(
    'ExtensionUnreadable',
    withAttributes(requestAttribute(EXTENSION_REQUEST, utf8String('x'))),
  ),
  "names in Microsoft's extensionRequest": stricter(
    'MicrosoftExtensionRequest',
    withAttributes(requestAttribute('1.3.6.1.4.1.311.2.1.14', sequence(evil))),
  ),
  'two challengePasswords': stricter(
    'AttributeRepeated',
    withAttributes(challengePassword('a'), challengePassword('b')),
  ),
  'a challengePassword that is a structure': stricter(
    'AttributeUnreadable',
    withAttributes(requestAttribute('1.2.840.113549.1.9.7', sequence())),
  ),
  'a challengePassword of two values': stricter(
    'AttributeUnreadable',
    withAttributes(requestAttribute('1.2.840.113549.1.9.7', utf8String('a'), utf8String('b'))),
  ),
  'an unstructuredName without a value': stricter(
    'AttributeUnreadable',
    withAttributes(requestAttribute('1.2.840.113549.1.9.2')),
  ),
  'an attribute with a third field': stricter(
    'DerUnexpected',
    withAttributes(
      sequence(objectIdentifier('1.3.6.1.4.1.99999.1'), setOf(utf8String('x')), utf8String('y')),
    ),
  ),
  'two subjectAltName extensions': refused('ExtensionRepeated', forgeWithExtensions(good, evil)),
  'two unknown extensions of one type': refused(
    'ExtensionRepeated',
    forgeWithExtensions(opaque(1), opaque(1)),
  ),
  'thirty-three extensions': stricter(
    'ExtensionsTooMany',
    forgeWithExtensions(...Array.from({ length: 33 }, (_, index) => opaque(index))),
  ),
  'an unknown critical extension': stricter(
    'ExtensionCritical',
    forgeWithExtensions(extension('1.3.6.1.4.1.99999.1', utf8String('x'), true)),
  ),
  'a critical subjectKeyIdentifier': stricter(
    'ExtensionCritical',
    forgeWithExtensions(extension('2.5.29.14', octetString(Buffer.alloc(20)), true)),
  ),
  'CA:TRUE': stricter(
    'CaRequested',
    forgeWithExtensions(extension('2.5.29.19', sequence(boolean(true)), true)),
  ),
  'CA:FALSE with a path length': stricter(
    'DerUnexpected',
    forgeWithExtensions(extension('2.5.29.19', sequence(smallInteger(0)))),
  ),
  'basicConstraints that are a text': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.19', utf8String('x'))),
  ),
  'the key usage keyCertSign': stricter(
    'KeyUsageOfCa',
    forgeWithExtensions(extension('2.5.29.15', namedBits([0, 5]))),
  ),
  'the key usage cRLSign': stricter(
    'KeyUsageOfCa',
    forgeWithExtensions(extension('2.5.29.15', namedBits([0, 6]))),
  ),
  'key usages that are a text': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.15', utf8String('x'))),
  ),
  'key usages with zero bits at the end': stricter(
    'DerValue',
    forgeWithExtensions(extension('2.5.29.15', Buffer.from('03020080', 'hex'))),
  ),
  'key usages of which none is set': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.15', namedBits([]))),
  ),
  'extended key usages that are a text': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.37', utf8String('x'))),
  ),
  'an empty list of extended key usages': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.37', sequence())),
  ),
  'an extended key usage that is a text': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.37', sequence(utf8String('x')))),
  ),
  'a subjectKeyIdentifier that is a text': stricter(
    'ExtensionUnreadable',
    forgeWithExtensions(extension('2.5.29.14', utf8String('x'))),
  ),
  'name constraints': stricter(
    'NameConstraintsRequested',
    forgeWithExtensions(
      extension('2.5.29.30', sequence(context(0, sequence(dns('example.com')))), true),
    ),
  ),
  'bytes after the list of names': stricter(
    'DerTrailingBytes',
    forgeWithExtensions(
      extension('2.5.29.17', Buffer.concat([sequence(dns('good.example')), Buffer.of(0)])),
    ),
  ),
  'an extension whose value is not an OCTET STRING': refused(
    'DerUnexpected',
    forgeWithExtensions(sequence(objectIdentifier('2.5.29.17'), sequence(dns('good.example')))),
  ),
  'an extension with a field after its value': stricter(
    'DerUnexpected',
    forgeWithExtensions(
      sequence(
        objectIdentifier('2.5.29.17'),
        octetString(sequence(dns('good.example'))),
        tlv(0x04, Buffer.of(1)),
      ),
    ),
  ),
};
