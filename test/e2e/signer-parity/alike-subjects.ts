// SPDX-License-Identifier: Apache-2.0
// Subjects that kube-controller-manager and our signer issue alike.

import { ia5String, printableString, utf8String } from '../../../src/x509/der-writer.js';
import { attribute, commonName, organization } from '../../support/forge.js';
import { ATTRIBUTE, type Change, each, NODE, rdn, subject, type Wanted } from './wanted.js';

const CN = '2.5.4.3';
const O = '2.5.4.10';

const names: Readonly<Record<string, Change>> = {
  'no organization': subject(commonName('jane')),
  'no common name': subject(organization('dev')),
  'no subject and no names': subject(),
  'three organizations, not sorted': subject(
    organization('zeta'),
    organization('alpha'),
    organization('dev'),
    commonName('jane'),
  ),
  'organizations of different length, not sorted': subject(
    organization('aaaaaaaaaa'),
    organization('zz'),
    organization('m'),
    commonName('jane'),
  ),
  'an organization twice': subject(organization('dev'), organization('dev'), commonName('jane')),
  'two organizations in one RDN': subject(
    [...organization('dev'), ...organization('qa')],
    commonName('jane'),
  ),
  'organizations in different string types': subject(
    [attribute(O, printableString('zeta'))],
    [attribute(O, utf8String('alpha'))],
    [attribute(O, ia5String('m_n'))],
    commonName('jane'),
  ),
  'the common name before the organizations': subject(
    commonName('jane'),
    organization('zeta'),
    organization('alpha'),
  ),
  'a common name with a colon, as users of OIDC have it': subject(commonName('oidc:jane')),
  'a common name with an underscore': subject(commonName('jane_doe')),
  'an e-mail address as common name': subject(commonName('jane@corp.example')),
  'a common name with a star, an ampersand and a plus sign': subject(commonName('a*b&c+d')),
  'a common name with quotes, commas and a backslash': subject(commonName('"a", \\b; <c> #d =e')),
  'a common name with an umlaut': subject(commonName('Jürgen')),
  'a common name in Chinese and a face': subject(commonName('山田 😀')),
  'a common name in PrintableString': subject([attribute(CN, printableString('jane doe'))]),
  'a common name in IA5String': subject([attribute(CN, ia5String('jane'))]),
  'a common name in IA5String that PrintableString cannot hold': subject([
    attribute(CN, ia5String('jane@corp.example')),
  ]),
  'a common name of 64 characters': subject(commonName('x'.repeat(64))),
  'a common name of 300 characters': subject(commonName('x'.repeat(300))),
  'twenty organizations': subject(
    ...Array.from({ length: 20 }, (_, index) => organization(`team-${(index * 7) % 20}`)),
    commonName('jane'),
  ),
};

const full = [
  rdn(ATTRIBUTE.serialNumber, '4711'),
  commonName('jane'),
  rdn(ATTRIBUTE.OU, 'lab'),
  rdn(ATTRIBUTE.OU, 'attic'),
  organization('dev'),
  rdn(ATTRIBUTE.postalCode, '3011'),
  rdn(ATTRIBUTE.street, 'Hauptstraße 1'),
  rdn(ATTRIBUTE.L, 'Bern'),
  rdn(ATTRIBUTE.ST, 'BE'),
  rdn(ATTRIBUTE.C, 'CH'),
] as const;

/** Attributes that `allow` has to name before our signer gives them. */
const allowed: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(
    Object.entries(ATTRIBUTE).map(([type, oid]) => [
      `the attribute ${type}, which allow names`,
      subject(rdn(oid, 'x_1'), organization('dev'), commonName('jane')),
    ]),
  ),
  'all attributes that a certificate of Kubernetes can hold': subject(...full),
  'the same in the other order': subject(...full.toReversed()),
};

/** Attributes that neither gives. */
const dropped: Readonly<Record<string, Change>> = Object.fromEntries(
  Object.entries({
    emailAddress: '1.2.840.113549.1.9.1',
    title: '2.5.4.12',
    givenName: '2.5.4.42',
    UID: '0.9.2342.19200300.100.1.1',
    DC: '0.9.2342.19200300.100.1.25',
  }).map(([type, oid]) => [
    `the attribute ${type} in the subject`,
    subject(rdn(oid, 'x'), organization('dev'), commonName('jane')),
  ]),
);

/** By sentence. */
export const subjectsAlike: Readonly<Record<string, Wanted>> = {
  ...each(['client', 'any'], { ...names, ...dropped }),
  ...each(['any'], allowed),
  ...each(['kubelet', 'serving'], {
    'the common name is the prefix alone': subject(
      organization('system:nodes'),
      commonName('system:node:'),
    ),
    'the common name comes first': subject(commonName(NODE), organization('system:nodes')),
    'the subject in PrintableString': subject(
      [attribute(O, printableString('system:nodes'))],
      [attribute(CN, printableString(NODE))],
    ),
  }),
};
