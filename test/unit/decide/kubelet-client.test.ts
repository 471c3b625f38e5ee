import { describe, expect, it } from '@jest/globals';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  type Answers,
  decideFully,
  dns,
  down,
  ip,
  makeKubeletCase,
  makeKubeletRule,
  makePolicy,
  matcher,
  no,
  NOW_MS,
  yes,
} from '../../support/decide.js';

type Change = Parameters<typeof makeKubeletCase>[0];

const node = (name: string) => ({
  username: `system:node:${name}`,
  uid: '',
  groups: ['system:nodes', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=00ff'] },
});

const decideOne = (change: Change, answers: Answers = {}, nowMs = NOW_MS) =>
  decideFully(makeKubeletCase(change), makePolicy([makeKubeletRule()]), answers, nowMs);

describe('kubelet client certificates are approved', () => {
  const approved: Record<string, [Change, Answers?]> = {
    'at bootstrap, with nodeclient granted': [{}, { nodeclient: yes, selfnodeclient: no }],
    'at renewal, with selfnodeclient granted': [
      { csr: { requester: node('worker-1') } },
      { nodeclient: no, selfnodeclient: yes },
    ],
    'at renewal, when only nodeclient is granted (APR: both are tried)': [
      { csr: { requester: node('worker-1') } },
      { nodeclient: yes, selfnodeclient: no },
    ],
    'for another node, when nodeclient is granted (as upstream)': [
      { csr: { requester: node('worker-2') } },
      { nodeclient: yes },
    ],
    'with key encipherment, as RSA kubelets ask': [
      { csr: { usages: ['digital signature', 'key encipherment', 'client auth'] } },
    ],
    'with the usages in any order': [{ csr: { usages: ['client auth', 'digital signature'] } }],
  };

  it.each(Object.entries(approved))('%s', (_, [change, answers]) => {
    expect(decideOne(change, answers).decision).toMatchObject({
      outcome: { kind: 'approve' },
      rule: 'kubelet-client',
    });
  });
});

describe('kubelet client certificates are left alone, never denied', () => {
  const left: Record<string, [ReasonCode, Change]> = {
    'another organization': ['KubeletOrganization', { facts: { organizations: ['system:node'] } }],
    'a second organization': [
      'KubeletOrganization',
      { facts: { organizations: ['system:nodes', 'dev'] } },
    ],
    'no organization': ['KubeletOrganization', { facts: { organizations: [] } }],
    'a common name without the prefix': [
      'KubeletCommonName',
      { facts: { commonName: 'worker-1' } },
    ],
    'no common name': ['KubeletCommonName', { facts: { commonName: undefined } }],
    'a DNS name': ['KubeletDnsName', { facts: { sans: [dns('worker-1')] } }],
    'an address': ['KubeletAddress', { facts: { sans: [ip('192.0.2.77')] } }],
    'an e-mail address': [
      'KubeletEmail',
      { facts: { sans: [{ kind: 'email', value: 'a@b.example' }] } },
    ],
    'a URI': ['KubeletUri', { facts: { sans: [{ kind: 'uri', value: 'spiffe://a/b' }] } }],
    'server auth beside client auth': [
      'KubeletUsages',
      { csr: { usages: ['client auth', 'digital signature', 'server auth'] } },
    ],
    'no digital signature': ['KubeletUsages', { csr: { usages: ['client auth'] } }],
    'the attribute that sets a UID': [
      'UidAttribute',
      {
        facts: {
          subject: [{ oid: '1.3.6.1.4.1.57683.2', type: '', value: 'x', stringType: 'UTF8String' }],
        },
      },
    ],
  };

  it.each(Object.entries(left))('%s', (_, [code, change]) => {
    const { decision, asked } = decideOne(change);

    expect(decision.outcome).toEqual({ kind: 'leave' });
    expect(decision.violations.map((violation) => violation.code)).toEqual([code]);
    expect(asked).toEqual([]);
  });
});

describe('the access reviews', () => {
  it('ask for selfnodeclient first and for nodeclient when that is not granted', () => {
    const { asked } = decideOne({ csr: { requester: node('worker-1') } }, { selfnodeclient: no });

    const reviews = asked.map((need) =>
      need.kind === 'access-review' ? need.assumption : need.kind,
    );

    expect(reviews).toEqual(['selfnodeclient', 'everything', 'nodeclient']);
  });

  it('name the requester with uid, groups and extra, and neither namespace nor name nor version', () => {
    const requester = node('worker-1');

    const { asked } = decideOne({ csr: { requester } });

    expect(asked[0]).toEqual({
      kind: 'access-review',
      assumption: 'selfnodeclient',
      subject: {
        user: requester.username,
        uid: '',
        groups: requester.groups,
        extra: requester.extra,
      },
      attributes: {
        verb: 'create',
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        subresource: 'selfnodeclient',
      },
    });
  });

  it('that are refused make the request wait ten minutes, then leave it, and are asked again all the while', () => {
    const refused = { nodeclient: no };

    const early = decideOne({}, refused).decision;
    const late = decideOne({}, refused, NOW_MS + 600_000).decision;

    expect(early).toMatchObject({
      outcome: { kind: 'wait', untilMs: NOW_MS + 599_000 },
      wakeOn: [{ kind: 'time' }],
    });
    expect(late).toMatchObject({ outcome: { kind: 'leave' }, wakeOn: [{ kind: 'time' }] });
    expect(late.violations.map(({ code }) => code)).toEqual(['AccessNotGranted']);
  });

  it('that cannot be had never deny, whatever the rule says', () => {
    const rule = makeKubeletRule({
      onViolation: { permanent: 'deny', transient: { waitMs: 1000, then: 'deny' } },
    });

    const late = decideFully(
      makeKubeletCase(),
      makePolicy([rule]),
      { nodeclient: down },
      NOW_MS + 600_000,
    );
    const refused = decideFully(
      makeKubeletCase(),
      makePolicy([rule]),
      { nodeclient: no },
      NOW_MS + 600_000,
    );

    expect(late.decision.outcome).toEqual({ kind: 'leave' });
    expect(refused.decision.outcome).toEqual({ kind: 'deny' });
  });
});

describe('node names narrow the rule', () => {
  const rule = makeKubeletRule({
    match: { ...makeKubeletRule().match, nodes: [matcher('worker-1')] },
  });
  const outcome = (change: Change) =>
    decideFully(makeKubeletCase(change), makePolicy([rule])).decision;

  it('by the common name at bootstrap', () => {
    expect(outcome({}).rule).toBe('kubelet-client');
    expect(outcome({ facts: { commonName: 'system:node:worker-2' } }).rule).toBeUndefined();
  });

  it('by the user name at renewal, which the requester cannot choose', () => {
    const change = {
      csr: { requester: node('worker-2') },
      facts: { commonName: 'system:node:worker-1' },
    };

    expect(outcome(change).rule).toBeUndefined();
  });
});
