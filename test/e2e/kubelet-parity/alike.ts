// SPDX-License-Identifier: Apache-2.0
// Requests for kubelet client certificates of which kube-controller-manager and the preset `kubelet-client` say the same.

import {
  nullValue,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  utf8String,
} from '../../../src/x509/der-writer.js';
import { USAGES } from '../../../src/request/usages.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  attribute,
  challengePassword,
  commonName,
  dns,
  email,
  extension,
  ip,
  organization,
  requestAttribute,
  uri,
} from '../../support/forge.js';
import { HASH, pss, rsaKey, usualRsaKey } from '../../support/forge-keys.js';
import {
  alsoSubject,
  type Asked,
  attributes,
  BOOTSTRAPPERS,
  by,
  called,
  ecdsa,
  ed25519,
  extensions,
  joining,
  key,
  keyUsage,
  names,
  NODE,
  NODES,
  OPAQUE,
  opaque,
  organizations,
  renewing,
  rsa,
  subject,
  usages,
} from './asked.js';

/** Approved by both. */
export const approvedByBoth: Readonly<Record<string, Asked>> = {
  'a kubelet joins with a bootstrap token': {},
  'a kubelet renews': { by: renewing },
  'a kubelet renews with a client certificate, as Kubernetes ≥ 1.32 notes it': {
    by: {
      ...renewing,
      uid: 'uid-1',
      extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=00ff'] },
    },
  },
  'a kubelet renews, but only nodeclient is granted': by(NODE, BOOTSTRAPPERS),
  'both rights are granted': by(NODE, NODES, BOOTSTRAPPERS),
  'another node asks, and has nodeclient': by('system:node:worker-2', BOOTSTRAPPERS),
  'a user asks, who has nodeclient by name': by('jane'),
  'a service account asks, which has nodeclient': by('system:serviceaccount:default:joiner'),
  'nodeclient is granted on every resource': by('someone', 'may-any-resource'),
  'every right on the API group is granted': by('someone', 'may-everything-here'),
  'an administrator asks (system:masters)': by('someone', 'system:masters'),
  'nobody in particular asks, where RBAC lets everybody': by(
    'system:anonymous',
    'system:unauthenticated',
  ),
  'a user with the name of a node renews, who is not in system:nodes': {
    ...called('system:node:edge'),
    ...by('system:node:edge'),
  },
  'the common name in capitals': called('system:node:WORKER-1'),
  'the common name is the prefix alone': called('system:node:'),
  'the common name is no name of a node': called('system:node:a/b c'),
  'the common name comes first': subject(commonName(NODE), organization(NODES)),
  'the subject in PrintableString': subject(
    [attribute('2.5.4.10', printableString(NODES))],
    [attribute('2.5.4.3', printableString(NODE))],
  ),
  'a country (C)': alsoSubject('2.5.4.6', 'CH'),
  'a place (L)': alsoSubject('2.5.4.7', 'Bern'),
  'a unit (OU)': alsoSubject('2.5.4.11', 'ops'),
  'two units (OU)': alsoSubject('2.5.4.11', 'ops', 'edge'),
  'a serialNumber in the subject': alsoSubject('2.5.4.5', '7'),
  'an emailAddress in the subject': alsoSubject('1.2.840.113549.1.9.1', 'ops@example.com'),
  'with key encipherment, as RSA kubelets ask': usages(
    'digital signature',
    'key encipherment',
    'client auth',
  ),
  'the usages in another order': usages('client auth', 'digital signature'),
  'a lifetime of ten minutes': { expirationSeconds: 600 },
  'a lifetime of ten years': { expirationSeconds: 315_360_000 },
  'a P-384 key': key(ecdsa('P-384', 'sha384', '1.2.840.10045.4.3.3')),
  'a P-521 key': key(ecdsa('P-521', 'sha512', '1.2.840.10045.4.3.4')),
  'an Ed25519 key': key(ed25519()),
  'an RSA key of 2048 bits': key(usualRsaKey),
  'an RSA key of 3072 bits': key(rsa(3072)),
  'an RSA key that signs with PSS': key(rsaKey(pss(HASH.sha256, HASH.sha256, 32), 'sha256', 32)),
  'lines that end in CRLF': { text: (pem) => pem.replaceAll('\n', '\r\n') },
  'no line end at the end': { text: (pem) => pem.trimEnd() },
  'blanks after the dashes': { text: (pem) => pem.replaceAll('-----\n', '----- \t\n') },
  'the base64 on one line': {
    text: (pem) =>
      pem.replace(/-\n([^-]+)\n-/, (_all, body: string) => `-\n${body.replaceAll('\n', '')}\n-`),
  },
  'a key usage is asked for': extensions(keyUsage(0)),
  'an extended key usage is asked for, even another one': extensions(
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
  ),
  'CA:FALSE is asked for': extensions(extension('2.5.29.19', sequence(), true)),
  'a subjectKeyIdentifier is asked for, as keytool does': extensions(
    extension('2.5.29.14', octetString(Buffer.alloc(20, 7))),
  ),
  'an unknown extension that is not critical': extensions(opaque(false)),
  'a challengePassword': attributes(challengePassword('secret')),
  'an unstructuredName': attributes(
    requestAttribute('1.2.840.113549.1.9.2', utf8String('worker-1')),
  ),
  'an unknown attribute': attributes(requestAttribute(OPAQUE, nullValue())),
  'it is being deleted and a finalizer holds it': { state: 'being deleted' },
};

/** Approved by neither, with the code by which ours says why. */
export const approvedByNeither: Readonly<Record<string, readonly [ReasonCode, Asked]>> = {
  'no right is granted': ['AccessNotGranted', by('someone', 'some-group')],
  'only selfnodeclient is granted, and another name is asked for': [
    'AccessNotGranted',
    by('system:node:edge'),
  ],
  'only selfnodeclient is granted, and the name differs in case': [
    'AccessNotGranted',
    { ...called('system:node:EDGE'), ...by('system:node:edge') },
  ],
  'the right is granted for reading': ['AccessNotGranted', by('someone', 'may-get')],
  'the right is granted for one object name': [
    'AccessNotGranted',
    by('someone', 'may-for-one-name'),
  ],
  'the right is granted in one namespace': ['AccessNotGranted', by('someone', 'may-in-namespace')],
  'another subresource is granted': ['AccessNotGranted', by('someone', 'may-other-subresource')],
  'no organization': ['KubeletOrganization', organizations()],
  'organization system:node': ['KubeletOrganization', organizations('system:node')],
  'organization System:Nodes': ['KubeletOrganization', organizations('System:Nodes')],
  'organization system:masters': ['KubeletOrganization', organizations('system:masters')],
  'organization system:nodes twice': ['KubeletOrganization', organizations(NODES, NODES)],
  'organization system:nodes, then another': ['KubeletOrganization', organizations(NODES, 'dev')],
  'another organization, then system:nodes': ['KubeletOrganization', organizations('dev', NODES)],
  'organization system:nodes beside system:masters': [
    'KubeletOrganization',
    organizations(NODES, 'system:masters'),
  ],
  'two organizations in one RDN': [
    'KubeletOrganization',
    subject([...organization(NODES), ...organization('dev')], commonName(NODE)),
  ],
  'an empty organization': ['SubjectValueEmpty', organizations('')],
  'system:nodes as a unit (OU) instead': [
    'KubeletOrganization',
    subject([attribute('2.5.4.11', utf8String(NODES))], commonName(NODE)),
  ],
  'no common name': ['KubeletCommonName', subject(organization(NODES))],
  'the common name without the prefix': ['KubeletCommonName', called('worker-1')],
  'the prefix in capitals': ['KubeletCommonName', called('SYSTEM:NODE:worker-1')],
  'a blank before the prefix': ['KubeletCommonName', called(` ${NODE}`)],
  'the prefix without its last colon': ['KubeletCommonName', called('system:nodeworker-1')],
  'two common names, the last one of nobody': [
    'SubjectAttributeRepeated',
    subject(organization(NODES), commonName(NODE), commonName('jane')),
  ],
  'no subject at all': ['KubeletOrganization', subject()],
  'a DNS name': ['KubeletDnsName', names(dns('worker-1'))],
  'a critical DNS name': [
    'KubeletDnsName',
    extensions(extension('2.5.29.17', sequence(dns('worker-1')), true)),
  ],
  'an IP address': ['KubeletAddress', names(ip(192, 0, 2, 7))],
  'an IPv6 address': ['KubeletAddress', names(ip(...Buffer.alloc(16, 0x20)))],
  'an e-mail address': ['KubeletEmail', names(email('ops@example.com'))],
  'a URI': ['KubeletUri', names(uri('spiffe://cluster/node'))],
  'a DNS name that is none': ['SanDnsName', names(dns('bad-host!'))],
  'no client auth': ['KubeletUsages', usages('digital signature')],
  'no client auth, but key encipherment': [
    'KubeletUsages',
    usages('digital signature', 'key encipherment'),
  ],
  'no digital signature': ['KubeletUsages', usages('client auth')],
  'no digital signature, but key encipherment': [
    'KubeletUsages',
    usages('client auth', 'key encipherment'),
  ],
  'signing instead of digital signature': ['KubeletUsages', usages('client auth', 'signing')],
  'server auth instead of client auth': [
    'KubeletUsages',
    usages('digital signature', 'server auth'),
  ],
  ...Object.fromEntries(
    [...USAGES.keys()]
      .filter((usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage))
      .map((usage) => [
        `also ${usage}`,
        ['KubeletUsages', usages(...joining.usages, usage)] as const,
      ]),
  ),
  'the signer of serving certificates of kubelets': [
    'NoRuleMatches',
    { signerName: 'kubernetes.io/kubelet-serving' },
  ],
  'the signer of client certificates of users': [
    'NoRuleMatches',
    { signerName: 'kubernetes.io/kube-apiserver-client' },
  ],
  "somebody else's signer": ['NoRuleMatches', { signerName: 'example.com/kubelets' }],
};

/** Decided before, so that neither touches it. */
export const decidedBefore: Readonly<Record<string, Asked>> = {
  'it is approved already': { state: 'approved' },
  'it is denied already': { state: 'denied' },
  'it has a certificate already, without approval': { state: 'issued' },
};
