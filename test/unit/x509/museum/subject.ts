// SPDX-License-Identifier: Apache-2.0
// Exhibits whose subject can be read as somebody else.

import {
  ia5String,
  integer,
  printableString,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../../../src/x509/der-writer.js';
import { attribute, commonName, forge, name, organization } from '../../../support/forge.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

const commonNameOf = (value: Uint8Array): string =>
  forge({ subject: name([attribute('2.5.4.3', value)]) });
const called = (text: string): string => commonNameOf(utf8String(text));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

export const subjectExhibits: Exhibits = {
  'two common names, of which Kubernetes takes the last': stricter(
    'SubjectAttributeRepeated',
    forge({ subject: name(commonName('alice'), commonName('system:admin')) }),
  ),
  'two common names in one RDN': stricter(
    'SubjectAttributeRepeated',
    forge({ subject: sequence(setOf(...commonName('alice'), ...commonName('bob'))) }),
  ),
  'two serial numbers': stricter(
    'SubjectAttributeRepeated',
    forge({
      subject: name(
        [attribute('2.5.4.5', utf8String('1'))],
        [attribute('2.5.4.5', utf8String('2'))],
      ),
    }),
  ),
  'O and CN in one RDN': stricter(
    'SubjectMixedRdn',
    forge({ subject: sequence(setOf(...commonName('alice'), ...organization('system:masters'))) }),
  ),
  'a common name as BMPString': stricter(
    'SubjectStringType',
    commonNameOf(tlv(0x1e, utf16('alice'))),
  ),
  'a common name as T61String': stricter(
    'SubjectStringType',
    commonNameOf(tlv(0x14, Buffer.from('alice'))),
  ),
  'a common name as UniversalString': stricter(
    'SubjectStringType',
    commonNameOf(tlv(0x1c, Buffer.from('0000006100000062', 'hex'))),
  ),
  'a common name as VisibleString': stricter(
    'SubjectStringType',
    commonNameOf(tlv(0x1a, Buffer.from('alice'))),
  ),
  'a common name as NumericString': stricter(
    'SubjectStringType',
    commonNameOf(tlv(0x12, Buffer.from('12'))),
  ),
  'a common name as INTEGER': stricter('SubjectStringType', commonNameOf(integer(Buffer.of(5)))),
  'a common name as OCTET STRING': stricter(
    'SubjectStringType',
    commonNameOf(tlv(4, Buffer.from('alice'))),
  ),
  'a common name that is not UTF-8': refused(
    'SubjectEncoding',
    commonNameOf(tlv(0x0c, Buffer.from('61fffe', 'hex'))),
  ),
  'an overlong UTF-8 form of a slash': refused(
    'SubjectEncoding',
    commonNameOf(tlv(0x0c, Buffer.from('61c0af', 'hex'))),
  ),
  'half of a surrogate pair in UTF-8': refused(
    'SubjectEncoding',
    commonNameOf(tlv(0x0c, Buffer.from('eda080', 'hex'))),
  ),
  'a PrintableString with an underscore': refused(
    'SubjectEncoding',
    commonNameOf(printableString('a_b')),
  ),
  'a PrintableString with an asterisk': stricter(
    'SubjectEncoding',
    commonNameOf(printableString('a*b')),
  ),
  'an IA5String beyond ASCII': refused('SubjectEncoding', commonNameOf(ia5String('a\xe9'))),
  'a NUL in the common name': stricter('SubjectCharacter', called('system:node:a\0.evil')),
  'a line end in the common name': stricter(
    'SubjectCharacter',
    called('alice\nlevel=info approved'),
  ),
  'an escape of terminals in the common name': stricter('SubjectCharacter', called('\x1b[2Jalice')),
  'a C1 control character in the common name': stricter('SubjectCharacter', called('a\x9bb')),
  'a right-to-left override in the common name': stricter('SubjectCharacter', called('a\u202egpj')),
  'a zero-width space in the common name': stricter('SubjectCharacter', called('ali\u200bce')),
  'a line separator in the common name': stricter('SubjectCharacter', called('a\u2028b')),
  'a byte-order mark before the common name': stricter('SubjectCharacter', called('\ufeffalice')),
  'an empty common name': stricter('SubjectValueEmpty', called('')),
  'an empty organization': stricter(
    'SubjectValueEmpty',
    forge({ subject: name(organization(''), commonName('alice')) }),
  ),
  'a common name of 513 characters': stricter('SubjectTooLarge', called('a'.repeat(513))),
  'thirty-three attributes': stricter(
    'SubjectTooLarge',
    forge({
      subject: name(...Array.from({ length: 33 }, (_, index) => organization(`o${index}`))),
    }),
  ),
};
