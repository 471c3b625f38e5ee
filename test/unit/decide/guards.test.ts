import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../src/decide/rule.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  type Answers,
  decideFully,
  dns,
  down,
  ip,
  KUBELET_SIGNER,
  makeCase,
  makePolicy,
  makeRule,
  matcher,
  no,
  ranges,
  yes,
} from '../../support/decide.js';

type Change = NonNullable<Parameters<typeof makeCase>[0]>;

const MESH = 'example.com/mesh';

/** A rule as wide as a policy can make it: only a guard can stop what it matches. */
const wide = (changes: Partial<Rule> = {}): Rule =>
  makeRule({
    match: { signerName: MESH as SignerName, requester: 'anyone', nodes: undefined },
    subject: { commonName: [anything], organizations: [anything] },
    sans: {
      dns: [anything],
      ip: ranges('0.0.0.0/0', '::/0'),
      uri: [anything],
      email: [anything],
      min: 0,
      max: 100,
    },
    usages: ['any', 'cert sign', 'crl sign', 'client auth', 'server auth', 'digital signature'],
    lifetime: { maxSeconds: undefined },
    ...changes,
  });

const anything = {
  kind: 'pattern',
  source: '/.*/',
  matches: () => true,
  shown: () => '/.*/',
} as const;

const decideWide = (
  change: Change,
  rule: Partial<Rule> = {},
  answers: Answers = {},
  signers = {},
) =>
  decideFully(
    makeCase({ ...change, csr: { signerName: MESH, ...change.csr } }),
    makePolicy([wide(rule)], { signers, names: ['lb.example.com'], addresses: ['203.0.113.0/24'] }),
    answers,
  ).decision;

describe('guards let through', () => {
  const fine: Record<string, [Change, Partial<Rule>?, Answers?]> = {
    'an ordinary request': [{}],
    'a system: name that the rule spells': [
      { facts: { commonName: 'system:kube-proxy' } },
      { subject: { commonName: [matcher('system:kube-proxy')], organizations: [anything] } },
    ],
    'a host name and a host address': [
      { facts: { sans: [dns('db.example.com'), ip('192.0.2.77')] } },
    ],
    'a Service name from a custom signer': [
      { facts: { sans: [dns('web.shop.svc.cluster.local')] } },
    ],
    'a name that only contains svc': [{ facts: { sans: [dns('svc.example.com')] } }],
    'a server certificate without a common name, whose identity is nobody': [
      {
        csr: { usages: ['server auth'] },
        facts: { commonName: undefined, sans: [dns('a.example')] },
      },
      {},
      { everything: down },
    ],
    'an identity with every right, in a rule for review': [
      {},
      { mode: 'review' },
      { everything: yes },
    ],
  };

  it.each(Object.entries(fine))('%s', (_, [change, rule, answers]) => {
    const { outcome } = decideWide(
      change,
      {
        subject: {
          commonName:
            change.facts && 'commonName' in change.facts && change.facts.commonName === undefined
              ? undefined
              : [anything],
          organizations: [anything],
        },
        ...rule,
      },
      answers,
    );

    expect(['approve', 'review']).toContain(outcome.kind);
  });
});

describe('guards stop what differs from that in one thing', () => {
  const stopped: Record<string, [ReasonCode, Change, Partial<Rule>?, Answers?]> = {
    'organization system:masters': [
      'SystemMasters',
      { facts: { organizations: ['dev', 'system:masters'] } },
    ],
    'common name system:masters': [
      'SystemMasters',
      { facts: { commonName: 'system:masters' } },
      { subject: { commonName: [matcher('system:masters')], organizations: [anything] } },
    ],
    'a system: common name through a pattern': [
      'SystemName',
      { facts: { commonName: 'system:kube-proxy' } },
    ],
    'a system: group through a pattern': [
      'SystemName',
      { facts: { organizations: ['system:nodes'] } },
    ],
    'a system: name through a template': [
      'SystemName',
      {
        csr: {
          requester: {
            username: 'system:serviceaccount:ci:runner',
            uid: '',
            groups: [],
            extra: {},
          },
        },
        facts: { commonName: 'system:serviceaccount:ci:runner' },
      },
      { subject: { commonName: [matcher('{requester.username}')], organizations: [anything] } },
    ],
    'the attribute that sets the UID of a user': [
      'UidAttribute',
      {
        facts: {
          subject: [
            {
              oid: '1.3.6.1.4.1.57683.2',
              type: '1.3.6.1.4.1.57683.2',
              value: 'root',
              stringType: 'UTF8String',
            },
          ],
        },
      },
    ],
    'a loopback address': ['UnusableAddress', { facts: { sans: [ip('127.0.0.1')] } }],
    'an IPv6 loopback address': ['UnusableAddress', { facts: { sans: [ip('::1')] } }],
    'a link-local address (cloud metadata)': [
      'UnusableAddress',
      { facts: { sans: [ip('169.254.169.254')] } },
    ],
    'an IPv6 link-local address': ['UnusableAddress', { facts: { sans: [ip('fe80::1')] } }],
    'a multicast address': ['UnusableAddress', { facts: { sans: [ip('224.0.0.1')] } }],
    'an unspecified address': ['UnusableAddress', { facts: { sans: [ip('0.0.0.0')] } }],
    'a broadcast address': ['UnusableAddress', { facts: { sans: [ip('255.255.255.255')] } }],
    'a wildcard name': ['WildcardName', { facts: { sans: [dns('*.example.com')] } }],
    'no extended key usage': [
      'ExtendedKeyUsageMissing',
      { csr: { usages: ['digital signature'] } },
    ],
    'usage any': ['DangerousUsage', { csr: { usages: ['any', 'digital signature'] } }],
    'usage cert sign': ['DangerousUsage', { csr: { usages: ['client auth', 'cert sign'] } }],
    'usage crl sign': ['DangerousUsage', { csr: { usages: ['client auth', 'crl sign'] } }],
    'something unjudged that a foreign signer may copy': [
      'NotJudged',
      { facts: { ignored: ['subject OU'] } },
    ],
    'the name kubernetes': ['ApiServerName', { facts: { sans: [dns('kubernetes')] } }],
    'a name that begins with kubernetes.': [
      'ApiServerName',
      { facts: { sans: [dns('kubernetes.default')] } },
    ],
    'the same in capitals with a trailing dot': [
      'ApiServerName',
      { facts: { sans: [dns('KUBERNETES.DEFAULT.SVC.')] } },
    ],
    'a name in the certificate of the API server': [
      'ApiServerName',
      { facts: { sans: [dns('API.example.com')] } },
    ],
    'a wildcard over such a name': [
      'WildcardName',
      { facts: { sans: [dns('*.api.example.com')] } },
    ],
    'an address of the API server': ['ApiServerName', { facts: { sans: [ip('192.0.2.10')] } }],
    'an address of a Service range': ['ApiServerName', { facts: { sans: [ip('10.0.0.77')] } }],
    'a name that the policy lists': ['ApiServerName', { facts: { sans: [dns('lb.example.com')] } }],
    'an address in a range that the policy lists': [
      'ApiServerName',
      { facts: { sans: [ip('203.0.113.9')] } },
    ],
    'an identity that may do everything': ['IdentityHasEveryRight', {}, {}, { everything: yes }],
    'the same for usage any, which authenticates clients too': [
      'DangerousUsage',
      { csr: { usages: ['any'] } },
      {},
      { everything: yes },
    ],
  };

  it.each(Object.entries(stopped))('%s', (_, [code, change, rule, answers]) => {
    const decision = decideWide(change, rule, answers);

    expect(decision.outcome.kind).toBe('deny');
    expect(decision.violations.map((violation) => violation.code)).toEqual([code]);
  });
});

describe('where we sign the name ourselves', () => {
  const terms = (...usages: string[]) => ({ [MESH]: { defaultLifetimeSeconds: 3600, usages } });

  it('dangerous usages that the ceiling spells pass, others do not', () => {
    const change = { csr: { usages: ['client auth', 'cert sign'] } };

    expect(decideWide(change, {}, {}, terms('client auth', 'cert sign')).outcome.kind).toBe(
      'approve',
    );
    expect(
      decideWide(change, {}, {}, terms('client auth')).violations.map(({ code }) => code),
    ).toEqual(['DangerousUsage']);
  });

  it('unjudged parts pass, since nothing unjudged is copied', () => {
    const change = { facts: { ignored: ['subject OU'] } };

    expect(decideWide(change, {}, {}, terms('client auth')).outcome.kind).toBe('approve');
  });

  it('usage any asks for the rights of the identity too', () => {
    const decision = decideWide(
      { csr: { usages: ['any'] } },
      {},
      { everything: yes },
      terms('any'),
    );

    expect(decision.violations.map(({ code }) => code)).toEqual(['IdentityHasEveryRight']);
  });
});

describe('kubernetes.io signers', () => {
  const SERVING = 'kubernetes.io/example-serving';
  const serving = (name: string) =>
    decideFully(
      makeCase({ csr: { signerName: SERVING }, facts: { sans: [dns(name)] } }),
      makePolicy([wide({ match: { ...wide().match, signerName: SERVING as SignerName } })]),
    ).decision;

  it.each(['web.shop.svc', 'web.shop.svc.cluster.local', 'WEB.shop.SVC.'])(
    'give no Service name: %s',
    (name) => {
      expect(serving(name).violations.map(({ code }) => code)).toEqual(['ServiceName']);
    },
  );

  it('give a host name', () => {
    expect(serving('web.shop.example').outcome.kind).toBe('approve');
  });

  it('for kubelets are approved by presets only', () => {
    const signerName = KUBELET_SIGNER as SignerName;
    const subject = makeCase({
      csr: { signerName },
      facts: { commonName: 'system:node:a', organizations: ['system:nodes'] },
    });
    const rule = wide({
      match: { signerName, requester: 'anyone', nodes: undefined },
      subject: { commonName: [matcher('system:node:a')], organizations: [matcher('system:nodes')] },
    });

    const { decision } = decideFully(subject, makePolicy([rule]));

    expect(decision.violations.map(({ code }) => code)).toEqual(['KubeletSignerNeedsPreset']);
  });
});

describe('what cannot be learned', () => {
  it.each([
    ['the access review', { everything: down }, {}],
    [
      'the names of the API server',
      { apiServer: down },
      { facts: { sans: [dns('db.example.com')] } },
    ],
  ] as const)('makes the request wait: %s', (_, answers, change) => {
    const decision = decideWide(change, {}, answers);

    expect(decision.outcome.kind).toBe('wait');
    expect(decision.violations.every(({ code }) => code === 'EvidenceUnavailable')).toBe(true);
    expect(decision.wakeOn).toHaveLength(1);
  });

  it('is not asked when a cheap check is violated', () => {
    const subject = makeCase({ csr: { signerName: MESH, usages: ['any'] } });

    const { decision, asked } = decideFully(subject, makePolicy([wide()]));

    expect(asked).toEqual([]);
    expect(
      decision.verdicts[0]?.checks
        .filter(({ state }) => state === 'skipped')
        .map(({ code }) => code),
    ).toEqual(['ApiServerName', 'ServiceName', 'IdentityHasEveryRight']);
  });

  it('is asked as the identity to be issued, never as the requester', () => {
    const { asked } = decideFully(makeCase({ csr: { signerName: MESH } }), makePolicy([wide()]), {
      everything: no,
    });

    expect(asked).toEqual([
      {
        kind: 'access-review',
        assumption: 'everything',
        subject: { user: 'jane', uid: '', groups: ['dev', 'system:authenticated'], extra: {} },
        attributes: { verb: '*', group: '*', resource: '*' },
      },
    ]);
  });
});

it('an unreadable request is a violation of every rule that matches, with the code of the reader', () => {
  const reading = {
    ok: false,
    error: { code: 'RequestTooLarge', at: 'spec.request', detail: '20000 bytes' },
  } as const;

  const { decision, asked } = decideFully(
    makeCase({ csr: { signerName: MESH }, reading }),
    makePolicy([wide()]),
  );

  expect(decision.outcome.kind).toBe('deny');
  expect(decision.violations.map(({ code }) => code)).toEqual(['RequestTooLarge']);
  expect(asked).toEqual([]);
});
