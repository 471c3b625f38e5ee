// SPDX-License-Identifier: Apache-2.0
// What is written in a rule: each check tells the value that it looked at, as `explain` prints it.

import { describe, expect, it } from '@jest/globals';
import type { CheckSource } from '../../../src/decide/check.js';
import type { Decision } from '../../../src/decide/decision.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  decideFully,
  dns,
  down,
  ip,
  makeCase,
  makeFacts,
  makePolicy,
  makeRule,
  makeServingCase,
  matcher,
  no,
  ranges,
  yes,
} from '../../support/decide.js';
import { ALL_KINDS, client, sans, serving, tells, user } from './told-by-checks.js';

describe('what a rule bounds is told:', () => {
  const bounded = user(sans(...ALL_KINDS), {
    sans: {
      dns: [matcher('a.example'), matcher('b.example')],
      ip: ranges('10.1.0.0/16'),
      uri: [matcher('spiffe://a/b')],
      email: [matcher('a@b.example')],
      min: 2,
      max: 4,
    },
  });
  const SELF = '{requester.username} ("jane")';
  const WITHIN = 'at most 28800 seconds (8h)';
  const unit = { oid: '2.5.4.11', type: 'OU', value: 'lab', stringType: 'UTF8String' };
  const ofLab = user(
    { facts: { subject: [...makeFacts().subject, unit] } },
    { attributes: { OU: [matcher('lab')] } },
  );
  const strong = user(
    {},
    { keys: [{ algorithm: 'rsa', minBits: 3072, source: 'RSA at least 3072' }] },
  );
  const ours = { defaultLifetimeSeconds: 60, usages: [] };
  const byDefault = decideFully(
    makeCase({ csr: { expirationSeconds: undefined } }),
    makePolicy([makeRule()], { signers: { 'kubernetes.io/kube-apiserver-client': ours } }),
  ).decision;
  const endless = user({ csr: { expirationSeconds: undefined } });

  tells({
    'the common name': [user(), 'CommonNameNotAllowed', SELF, '"jane"', 'request'],
    'that there is no common name': [
      user({ facts: { commonName: undefined } }),
      'CommonNameMissing',
      SELF,
      'nothing',
      'request',
    ],
    'the organizations': [user(), 'OrganizationNotAllowed', 'dev, qa', '"dev"', 'request'],
    'a subject attribute': [ofLab, 'SubjectAttributeNotAllowed', 'OU lab', '"lab"', 'request'],
    'DNS names': [bounded, 'DnsNameNotAllowed', 'a.example, b.example', '"a.example"', 'request'],
    'DNS names where none is allowed': [
      user(sans(dns('a.example'))),
      'DnsNameNotAllowed',
      'none',
      '"a.example"',
      'request',
    ],
    'IP addresses': [bounded, 'AddressNotAllowed', '10.1.0.0/16', '"10.1.0.7"', 'request'],
    'IP addresses where none is allowed': [
      user(sans(ip('10.1.0.7'))),
      'AddressNotAllowed',
      'none',
      '"10.1.0.7"',
      'request',
    ],
    URIs: [bounded, 'UriNotAllowed', 'spiffe://a/b', '"spiffe://a/b"', 'request'],
    'e-mail addresses': [bounded, 'EmailNotAllowed', 'a@b.example', '"a@b.example"', 'request'],
    'how many names at least': [bounded, 'TooFewNames', 'at least 2', '4', 'request'],
    'how many names at most': [bounded, 'TooManyNames', 'at most 4', '4', 'request'],
    'the usages': [
      user({ csr: { usages: ['client auth'] } }),
      'UsageNotAllowed',
      'client auth, digital signature, key encipherment',
      '"client auth"',
      'spec',
    ],
    'the usages that a signer cannot do without': [
      user({ csr: { usages: ['digital signature'] } }),
      'UsageMissing',
      'client auth, digital signature, key encipherment',
      '"digital signature"',
      'spec',
    ],
    'the key': [strong, 'KeyNotAllowed', 'RSA at least 3072', 'ECDSA P-256', 'request'],
    'the key where the rule names none': [
      user(),
      'KeyNotAllowed',
      'any strong key',
      'ECDSA P-256',
      'request',
    ],
    'the lifetime': [user(), 'LifetimeTooLong', WITHIN, '3600 seconds (1h)', 'spec'],
    'the lifetime where the rule names none': [
      client({ csr: { expirationSeconds: 60 } }),
      'LifetimeTooLong',
      'any lifetime',
      '60 seconds (1m)',
      'spec',
    ],
    'the lifetime that the signer gives': [
      byDefault,
      'LifetimeTooLong',
      WITHIN,
      '60 seconds (1m) (signer default)',
      'spec',
    ],
    'that there is no lifetime': [endless, 'LifetimeMissing', WITHIN, 'nothing', 'spec'],
  });
});

describe('who asks is told:', () => {
  const node = makeServingCase().csr.requester;
  const SELF = '"system:node:worker-1"';

  tells({
    'a kubelet that asks for itself': [
      serving(),
      'CommonNameNotRequester',
      SELF,
      SELF,
      'requester',
    ],
    'a kubelet that asks for another': [
      serving({ facts: { commonName: 'system:node:worker-2' } }),
      'CommonNameNotRequester',
      SELF,
      '"system:node:worker-2"',
      'requester',
    ],
    'a kubelet that names nobody': [
      serving({ facts: { commonName: undefined } }),
      'CommonNameNotRequester',
      SELF,
      'nothing',
      'requester',
    ],
    'no client certificate': [
      user(),
      'CertificateRequester',
      'no client certificate',
      'no client certificate',
      'requester',
    ],
    'a client certificate': [
      user({ csr: { requester: { ...makeCase().csr.requester, extra: node.extra } } }),
      'CertificateRequester',
      'no client certificate',
      'a client certificate',
      'requester',
    ],
    'a client certificate that the rule allows': [
      serving(),
      'CertificateRequester',
      'any credential',
      'a client certificate',
      'requester',
    ],
    'the right to a new node': [
      client(),
      'AccessNotGranted',
      'create certificatesigningrequests/nodeclient',
      'nodeclient allowed',
      'access review',
    ],
    'the right of a node to its own name': [
      client({ csr: { requester: node } }, {}, { selfnodeclient: yes }),
      'AccessNotGranted',
      'create certificatesigningrequests/selfnodeclient or /nodeclient',
      'selfnodeclient allowed',
      'access review',
    ],
    'that there is no such right': [
      client({}, {}, { nodeclient: no }),
      'AccessNotGranted',
      'create certificatesigningrequests/nodeclient',
      'not allowed',
      'access review',
    ],
    'that nobody could say whether there is': [
      client({}, {}, { nodeclient: down }),
      'EvidenceUnavailable',
      'create certificatesigningrequests/nodeclient',
      'connect ECONNREFUSED',
      'access review',
    ],
  });
});

describe('where a check would have looked is told of a request that cannot be read:', () => {
  const reading = {
    ok: false,
    error: { code: 'PemLabel', at: 'pem line 1', detail: 'the label is another' },
  } as const;
  const GUARDS: Readonly<Partial<Record<ReasonCode, CheckSource>>> = {
    KeyNotAllowed: 'request',
    LifetimeTooLong: 'spec',
    CertificateRequester: 'requester',
    SystemMasters: 'request',
    SystemName: 'request',
    UidAttribute: 'request',
    UnusableAddress: 'request',
    WildcardName: 'request',
    ExtendedKeyUsageMissing: 'spec',
    DangerousUsage: 'spec',
    KubeletSignerNeedsPreset: 'policy',
    NotJudged: 'request',
    ApiServerName: 'api server',
    ServiceName: 'api server',
    IdentityHasEveryRight: 'access review',
  };

  it.each<[string, Decision, Readonly<Partial<Record<ReasonCode, CheckSource>>>]>([
    [
      'by a written rule',
      user({ reading }),
      {
        CommonNameNotAllowed: 'request',
        OrganizationNotAllowed: 'request',
        SubjectAttributeNotAllowed: 'request',
        DnsNameNotAllowed: 'request',
        AddressNotAllowed: 'request',
        UriNotAllowed: 'request',
        EmailNotAllowed: 'request',
        TooFewNames: 'request',
        UsageNotAllowed: 'spec',
      },
    ],
    [
      'by the preset of client certificates',
      client({ reading }),
      {
        KubeletOrganization: 'request',
        NodeAlreadyReady: 'node',
        AccessNotGranted: 'access review',
      },
    ],
    [
      'by the preset of serving certificates',
      serving({ reading }),
      {
        KubeletOrganization: 'request',
        CommonNameNotRequester: 'requester',
        DnsNameNotAllowed: 'request',
        AddressNotAllowed: 'request',
        TooFewNames: 'request',
        NodeNotFound: 'node',
      },
    ],
  ])('%s', (_, { verdicts }, own) => {
    const skipped = verdicts
      .flatMap(({ checks }) => checks)
      .filter(({ state }) => state === 'skipped')
      .map(({ code, source }) => [code, source]);

    expect(Object.fromEntries(skipped)).toEqual({ ...own, ...GUARDS });
  });
});
