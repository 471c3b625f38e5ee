// SPDX-License-Identifier: Apache-2.0
// Requests that a person approves: those that are signed, and those that are not, each of which differs in one thing.

import { objectIdentifier, tlv, utf8String } from '../../../src/x509/der-writer.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  altNames,
  attribute,
  commonName,
  curveKey,
  dns,
  email,
  extensionRequest,
  ip,
  name,
  organization,
  uri,
} from '../../support/forge.js';
import { BARE, type Change, CLIENT, KUBELET, SERVING, SHOP, type Signer } from './stage.js';

/** Whose signer is asked, and in what the request differs from the usual one. */
export type Row = readonly [Signer, Change];
/** With the code by which it is refused. */
export type Refused = readonly [ReasonCode, Signer, Change];

/** Another subject, of these RDNs. */
export const subject = (...rdns: readonly (readonly Uint8Array[])[]): Change => ({
  parts: { subject: name(...rdns) },
});
/** Other names. */
export const names = (...values: readonly Uint8Array[]): Change => ({
  parts: { attributes: [extensionRequest(altNames(...values))] },
});
export const usages = (...values: readonly string[]): Change => ({ usages: values });

/** The organization of the usual client. */
export const DEV = organization('dev');
const SHOPS = organization('shop');
/** The group of kubelets. */
export const KUBELETS = organization('system:nodes');
const WORKER = commonName('system:node:worker-1');
const UID = attribute('1.3.6.1.4.1.57683.2', utf8String('0'));

/** Signed, whoever asks. */
export const given: Readonly<Record<string, Row>> = {
  'a client of the API server': [CLIENT, {}],
  'a client of the API server with names': [CLIENT, names(dns('jane.example'))],
  'a kubelet': [KUBELET, {}],
  'a kubelet that serves': [SERVING, {}],
  'a shop': [SHOP, {}],
  'a shop with all that the signer gives': [
    SHOP,
    {
      parts: {
        subject: name([attribute('2.5.4.11', utf8String('lab'))], SHOPS, commonName('web')),
        attributes: [
          extensionRequest(
            altNames(
              dns('web.example'),
              ip(192, 0, 2, 7),
              uri('spiffe://shop/web'),
              email('web@shop.example'),
            ),
          ),
        ],
      },
      usages: ['server auth', 'client auth', 'digital signature'],
    },
  ],
  'nobody in particular': [BARE, {}],
};

/** Against the contract of a built-in signer. */
export const brokenContracts: Readonly<Record<string, Refused>> = {
  'a client that also serves': ['UsageNotAllowed', CLIENT, usages('client auth', 'server auth')],
  'a client that only signs': ['UsageMissing', CLIENT, usages('digital signature')],
  'a kubelet of no group': ['KubeletOrganization', KUBELET, subject(WORKER)],
  'a kubelet of two groups': ['KubeletOrganization', KUBELET, subject(KUBELETS, DEV, WORKER)],
  'a kubelet of no node': ['KubeletCommonName', KUBELET, subject(KUBELETS, commonName('jane'))],
  'a kubelet with a DNS name': ['KubeletDnsName', KUBELET, names(dns('worker-1'))],
  'a kubelet with an address': ['KubeletAddress', KUBELET, names(ip(10, 1, 0, 1))],
  'a kubelet with an e-mail address': ['KubeletEmail', KUBELET, names(email('a@b.example'))],
  'a kubelet with a URI': ['KubeletUri', KUBELET, names(uri('spiffe://a/b'))],
  'a kubelet that also serves': [
    'KubeletUsages',
    KUBELET,
    usages('client auth', 'digital signature', 'server auth'),
  ],
  'a serving kubelet of no group': ['KubeletOrganization', SERVING, subject(WORKER)],
  'a serving kubelet of no node': [
    'KubeletCommonName',
    SERVING,
    subject(KUBELETS, commonName('jane')),
  ],
  'a serving kubelet without names': [
    'KubeletNamesMissing',
    SERVING,
    { parts: { attributes: [] } },
  ],
  'a serving kubelet with an e-mail address': [
    'KubeletEmail',
    SERVING,
    names(dns('worker-1'), email('a@b.example')),
  ],
  'a serving kubelet with a URI': [
    'KubeletUri',
    SERVING,
    names(dns('worker-1'), uri('spiffe://a/b')),
  ],
  'a serving kubelet that is also a client': [
    'KubeletUsages',
    SERVING,
    usages('server auth', 'digital signature', 'client auth'),
  ],
};

/** Against a guard that needs no evidence. */
export const guardedFacts: Readonly<Record<string, Refused>> = {
  'the group above all rights that allow would give': [
    'SystemMasters',
    SHOP,
    subject(organization('system:masters'), commonName('web')),
  ],
  'a UID that somebody chose': ['UidAttribute', CLIENT, subject([UID], DEV, commonName('jane'))],
  'a loopback address that allow would give': ['UnusableAddress', SHOP, names(ip(127, 0, 0, 1))],
  'a wildcard that allow would give': ['WildcardName', SHOP, names(dns('*.web.example'))],
  'no purpose': ['ExtendedKeyUsageMissing', SHOP, usages('digital signature')],
  'a power of a CA': ['CeilingUsage', SHOP, usages('server auth', 'cert sign')],
  'a hidden name': [
    'SanKind',
    CLIENT,
    names(tlv(0xa0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8String('root')))),
  ],
  'a weak key': ['KeyCurve', CLIENT, { parts: { key: curveKey('secp224r1') } }],
};

/** Beyond what `allow` names. */
export const beyondCeilings: Readonly<Record<string, Refused>> = {
  'another user': ['CeilingCommonName', SHOP, subject(SHOPS, commonName('root'))],
  'another group': ['CeilingOrganization', SHOP, subject(SHOPS, DEV, commonName('web'))],
  'another unit': [
    'CeilingAttribute',
    SHOP,
    subject([attribute('2.5.4.11', utf8String('attic'))], SHOPS, commonName('web')),
  ],
  'another DNS name': ['CeilingDnsName', SHOP, names(dns('web.example'), dns('web.test'))],
  'another address': ['CeilingAddress', SHOP, names(ip(198, 51, 100, 7))],
  'another URI': ['CeilingUri', SHOP, names(uri('spiffe://bank/web'))],
  'another e-mail address': ['CeilingEmail', SHOP, names(email('web@bank.example'))],
  'another usage': ['CeilingUsage', SHOP, usages('server auth', 'code signing')],
  'a user, where allow names none': ['CeilingCommonName', BARE, subject(commonName('web'))],
  'a group, where allow names none': ['CeilingOrganization', BARE, subject(SHOPS)],
  'a DNS name, where allow names none': ['CeilingDnsName', BARE, names(dns('web.example'))],
  'an address, where allow names none': ['CeilingAddress', BARE, names(ip(192, 0, 2, 7))],
  'a URI, where allow names none': ['CeilingUri', BARE, names(uri('spiffe://shop/web'))],
  'an e-mail address, where allow names none': [
    'CeilingEmail',
    BARE,
    names(email('web@shop.example')),
  ],
  'a usage, where allow names another': ['CeilingUsage', BARE, usages('server auth')],
};

/** Against a guard that needs evidence. */
export const waiting: Readonly<Record<string, Refused>> = {
  'the name of the API server in the cluster': [
    'ApiServerName',
    CLIENT,
    names(dns('kubernetes.default.svc')),
  ],
  'the name of the API server that allow would give': [
    'ApiServerName',
    SHOP,
    names(dns('kubernetes.default')),
  ],
  "a name in the API server's certificate": ['ApiServerName', SERVING, names(dns('localhost'))],
  'the address that the API server publishes': ['ApiServerName', SERVING, names(ip(192, 0, 2, 77))],
  'the address of a Service that allow would give': ['ApiServerName', SHOP, names(ip(10, 0, 0, 9))],
  'the name of a Service': ['ServiceName', SERVING, names(dns('web.shop.svc'))],
};
