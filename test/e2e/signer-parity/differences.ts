// SPDX-License-Identifier: Apache-2.0
// Requests that kube-controller-manager and our signer do not sign alike, each with the reason why.

import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { commonName, dns, email, ip, organization, uri } from '../../support/forge.js';
import { approvedThereOnly } from '../kubelet-parity/differences.js';
import {
  ATTRIBUTE,
  type Change,
  changeOf,
  each,
  names,
  NODE,
  rdn,
  type SignerKind,
  subject,
  usages,
  type Wanted,
  wanted,
} from './wanted.js';

/** What our signer makes of a request that kube-controller-manager signs. */
export type Otherwise =
  | { readonly fields: readonly string[] }
  | { readonly failed: ReasonCode }
  | { readonly waits: ReasonCode };

/** One row of the table. */
export interface Difference {
  readonly wanted: Wanted;
  readonly otherwise: Otherwise;
  /** Why, in words for docs/signing.md. */
  readonly why: string;
}

const rows = (
  signers: readonly SignerKind[],
  otherwise: Otherwise,
  why: string,
  changes: Readonly<Record<string, Change>>,
): Readonly<Record<string, Difference>> =>
  Object.fromEntries(
    Object.entries(each(signers, changes)).map(([what, asked]) => [
      what,
      { wanted: asked, otherwise, why },
    ]),
  );

const UNJUDGED = 'no policy judges it unless `allow` names it; what was not judged is not given';
const PRINTED = 'a name is issued as it was judged, not printed anew';
const LOCAL = 'every machine is, or thinks it is, at this address';
const MISLEADS = 'it reads differently to different people and programs';

const attributesOf = (
  ...others: readonly (readonly Uint8Array[])[]
): Readonly<Record<string, Change>> =>
  Object.fromEntries(
    Object.entries(ATTRIBUTE).map(([type, oid]) => [
      `the attribute ${type} in the subject`,
      subject(rdn(oid, 'x'), ...others),
    ]),
  );

const issuedOtherwise: Readonly<Record<string, Difference>> = {
  ...rows(
    ['client'],
    { fields: ['subject'] },
    UNJUDGED,
    attributesOf(organization('dev'), commonName('jane')),
  ),
  ...rows(
    ['kubelet', 'serving'],
    { fields: ['subject'] },
    UNJUDGED,
    attributesOf(organization('system:nodes'), commonName(NODE)),
  ),
  ...rows(['any', 'client'], { fields: ['names'] }, PRINTED, {
    'a URI with its scheme in capitals': names(uri('HTTPS://a.example/x')),
    'a URI with an empty fragment': names(uri('https://a.example/x#')),
  }),
};

const refusedForNames: Readonly<Record<string, Difference>> = {
  ...rows(['client', 'serving', 'any'], { failed: 'WildcardName' }, 'it is good for every host', {
    'a wildcard': names(dns('*.web.example')),
  }),
  ...rows(['client', 'serving', 'any'], { failed: 'UnusableAddress' }, LOCAL, {
    'an IPv4 loopback address': names(ip(127, 0, 0, 1)),
  }),
  ...rows(['any'], { failed: 'UnusableAddress' }, LOCAL, {
    'an IPv6 loopback address': names(ip(...Buffer.from([...Buffer.alloc(15), 1]))),
    'a link-local address': names(ip(169, 254, 169, 254)),
    'a multicast address': names(ip(224, 0, 0, 1)),
    'the unspecified address': names(ip(0, 0, 0, 0)),
  }),
  ...rows(['any'], { failed: 'SanDnsName' }, 'it is not the name of a host (RFC 1123)', {
    'a DNS name with an exclamation mark': names(dns('bad-host!')),
    'a DNS name with an underscore': names(dns('_web.example')),
    'a wildcard in the middle': names(dns('a.*.example')),
    'an empty DNS name': names(dns('')),
    'an IPv4 address as DNS name': names(dns('192.0.2.7')),
  }),
  ...rows(['any'], { failed: 'SanCharacter' }, MISLEADS, {
    'a DNS name with a blank': names(dns('bad host')),
    'a DNS name that goes on behind a NUL': names(dns('good.example\0.evil.example')),
  }),
  ...rows(['any'], { failed: 'SanEmail' }, MISLEADS, {
    'an e-mail address without a host': names(email('jane')),
    'an e-mail address with two at signs': names(email('jane@good.example@evil.example')),
  }),
  ...rows(['any'], { failed: 'SanUri' }, MISLEADS, {
    'a URI with user information': names(uri('https://good.example@evil.example/')),
    'a URI without a scheme': names(uri('/cluster/shop')),
  }),
  ...rows(['any'], { failed: 'SanTooMany' }, 'the work that a request may cause is bounded', {
    'a hundred and one names': names(
      ...Array.from({ length: 101 }, (_, index) => dns(`n${index}.example`)),
    ),
  }),
};

const refusedForPower: Readonly<Record<string, Difference>> = {
  ...rows(
    ['any'],
    { failed: 'SystemMasters' },
    'the group is above all authorization, and nobody can take it away again',
    { 'the group system:masters': subject(organization('system:masters'), commonName('jane')) },
  ),
  ...rows(
    ['any', 'client'],
    { failed: 'UidAttribute' },
    'a signer that copies it lets the requester choose the UID',
    {
      'the subject attribute that sets the UID of a user': subject(
        rdn('1.3.6.1.4.1.57683.2', '0'),
        commonName('jane'),
      ),
    },
  ),
  ...rows(
    ['any'],
    { failed: 'ExtendedKeyUsageMissing' },
    'a certificate without a purpose is taken for every purpose',
    {
      'no purpose, only digital signature': usages('digital signature'),
      'no purpose, only cert sign': usages('cert sign'),
    },
  ),
};

const CONTROL_PLANE = 'whoever has it can pose as the API server or a Service; see below';

const waiting: Readonly<Record<string, Difference>> = {
  ...rows(['client', 'serving', 'any'], { waits: 'ApiServerName' }, CONTROL_PLANE, {
    'the name of the API server in the cluster': names(dns('kubernetes.default.svc')),
    "a name in the API server's certificate": names(dns('localhost')),
    'the address of a Service': names(ip(10, 0, 0, 200)),
  }),
  ...rows(['client', 'serving'], { waits: 'ServiceName' }, CONTROL_PLANE, {
    'the name of a Service': names(dns('web.shop.svc')),
  }),
};

/** Not about the request, but about its approval. */
const ONLY_AT_APPROVAL = [
  'the node name of a user that may do everything',
  'it is marked as failed already',
];

/** A request that is read strictly is read so at signing, too. */
const readStrictly: Readonly<Record<string, Difference>> = Object.fromEntries(
  Object.entries(approvedThereOnly).flatMap(([what, { code, why, asked }]) => {
    if (ONLY_AT_APPROVAL.includes(what) || code === undefined) return [];
    return [
      [
        `a kubelet client: ${what}`,
        { wanted: wanted('kubelet', changeOf(asked)), otherwise: { failed: code }, why },
      ],
    ];
  }),
);

/** Signed by kube-controller-manager. By sentence. */
export const signedOtherwise: Readonly<Record<string, Difference>> = {
  ...issuedOtherwise,
  ...waiting,
  ...refusedForNames,
  ...refusedForPower,
  ...readStrictly,
};
