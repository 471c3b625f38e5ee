// SPDX-License-Identifier: Apache-2.0
// Exhibits whose subject alternative names hide something or are not names.

import {
  context,
  contextPrimitive,
  objectIdentifier,
  sequence,
  utf8String,
} from '../../../../src/x509/der-writer.js';
import {
  commonName,
  dns,
  email,
  extension,
  forgeWithExtensions,
  forgeWithNames,
  ip,
  name,
  uri,
} from '../../../support/forge.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

export const nameExhibits: Exhibits = {
  'an otherName (a Windows login), which Kubernetes drops without a word': stricter(
    'SanKind',
    forgeWithNames(
      context(0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), context(0, utf8String('admin@corp'))),
    ),
  ),
  'a directoryName': stricter('SanKind', forgeWithNames(context(4, name(commonName('admin'))))),
  'an x400Address': stricter('SanKind', forgeWithNames(context(3, sequence()))),
  'an ediPartyName': stricter('SanKind', forgeWithNames(context(5, context(1, utf8String('x'))))),
  'a registeredID': stricter(
    'SanKind',
    forgeWithNames(contextPrimitive(8, Buffer.from('2a0304', 'hex'))),
  ),
  'a hidden otherName behind an honest name': stricter(
    'SanKind',
    forgeWithNames(
      dns('good.example'),
      context(0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), context(0, utf8String('admin@corp'))),
    ),
  ),
  'a name of a kind that does not exist': stricter(
    'SanUnreadable',
    forgeWithNames(contextPrimitive(9, Buffer.from('x'))),
  ),
  'a dNSName that is marked as constructed': stricter(
    'SanUnreadable',
    forgeWithNames(context(2, utf8String('a'))),
  ),
  'an empty list of names': stricter('SanUnreadable', forgeWithNames()),
  'names that are a text': refused(
    'SanUnreadable',
    forgeWithExtensions(extension('2.5.29.17', utf8String('a.example'))),
  ),
  'a hundred and one names': stricter(
    'SanTooMany',
    forgeWithNames(...Array.from({ length: 101 }, (_, index) => dns(`n${index}.example`))),
  ),
  'a URI of 513 characters': stricter('SanTooLong', forgeWithNames(uri(`urn:${'a'.repeat(509)}`))),
  'a NUL in a DNS name': stricter(
    'SanCharacter',
    forgeWithNames(dns('good.example\0.evil.example')),
  ),
  'a blank in a DNS name': stricter('SanCharacter', forgeWithNames(dns('bad host'))),
  'a DNS name in UTF-8': refused('SanCharacter', forgeWithNames(dns('b\xc3\xbcro.example'))),
  'a line end in a URI': refused('SanCharacter', forgeWithNames(uri('https://a.example/\nx'))),
  'an e-mail address beyond ASCII': refused(
    'SanCharacter',
    forgeWithNames(email('z\xc3\xb6@a.example')),
  ),
  'a DNS name with an exclamation mark': stricter('SanDnsName', forgeWithNames(dns('bad!host'))),
  'an empty DNS name': stricter('SanDnsName', forgeWithNames(dns(''))),
  'a DNS name with an empty label': stricter('SanDnsName', forgeWithNames(dns('a..example'))),
  'a DNS name that begins with a dot': stricter('SanDnsName', forgeWithNames(dns('.example'))),
  'a DNS name that begins with a hyphen': stricter('SanDnsName', forgeWithNames(dns('-a.example'))),
  'a DNS name with an underscore': stricter('SanDnsName', forgeWithNames(dns('a_b.example'))),
  'a label of 64 characters': stricter(
    'SanDnsName',
    forgeWithNames(dns(`${'a'.repeat(64)}.example`)),
  ),
  'a DNS name of 254 characters': stricter(
    'SanDnsName',
    forgeWithNames(dns(`${'a.'.repeat(126)}aa`)),
  ),
  'an xn-- label that is not valid IDNA': stricter(
    'SanDnsName',
    forgeWithNames(dns('xn--a.example')),
  ),
  'a wildcard in the middle of a label': stricter('SanDnsName', forgeWithNames(dns('a*.example'))),
  'a wildcard alone': stricter('SanDnsName', forgeWithNames(dns('*'))),
  'a URL in a dNSName, as an old cfssl writes it': stricter(
    'SanDnsName',
    forgeWithNames(dns('https://a.example/x')),
  ),
  'an IP address of 3 octets': refused('SanAddress', forgeWithNames(ip(1, 2, 3))),
  'an IP range of 8 octets': refused('SanAddress', forgeWithNames(ip(10, 0, 0, 0, 255, 0, 0, 0))),
  'an IP address of no octets': refused('SanAddress', forgeWithNames(ip())),
  'a URI without scheme': stricter('SanUri', forgeWithNames(uri('//a.example/x'))),
  'a URI with a blank escape that is not complete': refused(
    'SanUri',
    forgeWithNames(uri('https://a.example/%2')),
  ),
  'a URI with a raw quotation mark': stricter(
    'SanUri',
    forgeWithNames(uri('https://a.example/"x"')),
  ),
  'a URI with a user name that looks like the host': stricter(
    'SanUri',
    forgeWithNames(uri('https://good.example@evil.example/')),
  ),
  'a URI with an empty host label': refused('SanUri', forgeWithNames(uri('https://a..example/'))),
  'a URI with a port that is not a number': refused(
    'SanUri',
    forgeWithNames(uri('https://a.example:x/')),
  ),
  'a URI with a port that does not exist': stricter(
    'SanUri',
    forgeWithNames(uri('https://a.example:99999/')),
  ),
  'an empty URI': stricter('SanUri', forgeWithNames(uri(''))),
  'an e-mail address without @': stricter('SanEmail', forgeWithNames(email('alice'))),
  'an e-mail address with two @': stricter(
    'SanEmail',
    forgeWithNames(email('alice@a.example@b.example')),
  ),
  'an e-mail address with a display name': stricter(
    'SanEmail',
    forgeWithNames(email('<alice@a.example>')),
  ),
  'an e-mail address at a host that is none': stricter(
    'SanEmail',
    forgeWithNames(email('alice@a!b')),
  ),
  'an e-mail address at a wildcard': stricter('SanEmail', forgeWithNames(email('alice@*.example'))),
};
