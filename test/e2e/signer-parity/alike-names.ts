// SPDX-License-Identifier: Apache-2.0
// Names of all kinds, in all orders, that kube-controller-manager and our signer issue alike.

import { dns, email, ip, uri } from '../../support/forge.js';
import { type Change, criticalNames, each, names, subject, type Wanted } from './wanted.js';

const ADDRESS = [192, 0, 2, 7] as const;
const V6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] as const;
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...ADDRESS] as const;

const hosts: Readonly<Record<string, Change>> = {
  'a DNS name': names(dns('web.example')),
  'two DNS names': names(dns('web.example'), dns('a.example')),
  'a DNS name twice': names(dns('web.example'), dns('web.example')),
  'a DNS name in capitals': names(dns('Web.EXAMPLE')),
  'a DNS name of one label': names(dns('web')),
  'a DNS name with a dot at its end': names(dns('web.example.')),
  'a DNS name in punycode': names(dns('xn--bcher-kva.example')),
  'a DNS name of 253 characters': names(dns(`${'x'.repeat(61)}.`.repeat(4) + 'y'.repeat(5))),
  'an IPv4 address': names(ip(...ADDRESS)),
  'an IPv6 address': names(ip(...V6)),
  'an IPv4 address in the form of an IPv6 address': names(ip(...MAPPED)),
  'an IPv6 address, an IPv4 address, two DNS names': names(
    ip(...V6),
    ip(...ADDRESS),
    dns('web.example'),
    dns('a.example'),
  ),
  'a hundred names': names(
    ...Array.from({ length: 50 }, (_, index) => dns(`n${index}.example`)),
    ...Array.from({ length: 50 }, (_, index) => ip(192, 0, 2, index + 1)),
  ),
};

const others: Readonly<Record<string, Change>> = {
  'an e-mail address': names(email('jane@corp.example')),
  'an e-mail address with a plus sign and capitals': names(email('Jane+x@Corp.EXAMPLE')),
  'a SPIFFE ID': names(uri('spiffe://cluster.local/ns/shop/sa/web')),
  'a URL with a port, a query and a fragment': names(uri('https://a.example:8443/x?y=z&w#part')),
  'a URL with escapes': names(uri('https://a.example/a%2fb%20c/%7e?q=%41')),
  'a URL in capitals behind its scheme': names(uri('https://A.EXAMPLE/X')),
  'a URL without a path': names(uri('https://a.example')),
  'a URN': names(uri('urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66')),
  'a file URL': names(uri('file:///etc/hosts')),
  'one name of each kind, in the order in which they are written': names(
    dns('web.example'),
    email('jane@corp.example'),
    ip(...ADDRESS),
    uri('spiffe://cluster.local/a'),
  ),
  'one name of each kind, the other way round': names(
    uri('spiffe://cluster.local/a'),
    ip(...ADDRESS),
    email('jane@corp.example'),
    dns('web.example'),
  ),
  'names of all kinds in between each other': names(
    uri('spiffe://cluster.local/b'),
    dns('web.example'),
    ip(...V6),
    uri('spiffe://cluster.local/a'),
    email('jane@corp.example'),
    dns('a.example'),
    ip(...ADDRESS),
    email('a@corp.example'),
  ),
  'names that are asked for as critical': criticalNames(dns('web.example')),
};

/** By sentence. */
export const namesAlike: Readonly<Record<string, Wanted>> = {
  ...each(['any'], { ...hosts, ...others }),
  ...each(['serving'], hosts),
  ...each(['client'], {
    'a DNS name': names(dns('web.example')),
    'names of all kinds in between each other':
      others['names of all kinds in between each other'] ?? {},
  }),
  ...each(['any', 'client'], {
    'no subject, but a name': {
      parts: { ...subject().parts, ...names(dns('web.example')).parts },
    },
    'no subject, but a name of each kind': {
      parts: {
        ...subject().parts,
        ...others['one name of each kind, the other way round']?.parts,
      },
    },
  }),
};
