import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../src/decide/rule.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  decideFully,
  dns,
  ip,
  makeCase,
  makePolicy,
  makeRule,
  matcher,
  ranges,
} from '../../support/decide.js';

type Change = Parameters<typeof makeCase>[0];

const widened: Partial<Rule> = {
  sans: {
    dns: [matcher('{requester.username}.dev.example')],
    ip: ranges('10.1.0.0/16', 'fd00::/8'),
    uri: [matcher('spiffe://cluster.local/jane')],
    email: [matcher('jane@example.com')],
    min: 1,
    max: 2,
  },
};

const decideOne = (change: Change, rule: Partial<Rule> = {}) =>
  decideFully(makeCase(change), makePolicy([makeRule(rule)])).decision;

describe('a request that keeps to every bound of the rule is approved', () => {
  const approved: Record<string, [Change, Partial<Rule>?]> = {
    'the requester asks for its own name and an allowed group': [{}],
    'no group is asked for': [{ facts: { organizations: [] } }],
    'both allowed groups are asked for': [{ facts: { organizations: ['dev', 'qa'] } }],
    'the lifetime is exactly the longest': [{ csr: { expirationSeconds: 28_800 } }],
    'names of every kind lie within their bounds': [
      { facts: { sans: [dns('jane.dev.example'), ip('10.1.2.3')] } },
      widened,
    ],
    'an IPv6 address lies in its range': [{ facts: { sans: [ip('fd00::1')] } }, widened],
    'a URI and an e-mail address are spelled': [
      {
        facts: {
          sans: [
            { kind: 'uri', value: 'spiffe://cluster.local/jane' },
            { kind: 'email', value: 'jane@example.com' },
          ],
        },
      },
      widened,
    ],
    'the key is of an allowed kind': [
      {},
      { keys: [{ algorithm: 'ecdsa', minBits: 256, source: 'ecdsa' }] },
    ],
    'certificate requesters are allowed and one asks': [
      { csr: { requester: certificateUser() } },
      { certificateRequesters: 'allow' },
    ],
    'a rule without a lifetime takes any': [
      { csr: { expirationSeconds: undefined } },
      { lifetime: { maxSeconds: undefined } },
    ],
    'the requester is matched by its service account': [
      {
        csr: { requester: user('system:serviceaccount:ci:runner') },
        facts: { commonName: 'system:serviceaccount:ci:runner' },
      },
      {
        match: {
          ...makeRule().match,
          requester: {
            usernames: undefined,
            groups: undefined,
            serviceAccounts: [matcher('ci/runner')],
          },
        },
        subject: {
          commonName: [matcher('system:serviceaccount:ci:runner')],
          organizations: [matcher('dev')],
        },
      },
    ],
  };

  it.each(Object.entries(approved))('%s', (_, [change, rule]) => {
    expect(decideOne(change, rule)).toMatchObject({
      outcome: { kind: 'approve' },
      violations: [],
      rule: 'developers',
    });
  });
});

describe('a request that differs from an approved one in one thing is denied with the code of that thing', () => {
  const denied: Record<string, [ReasonCode, Change, Partial<Rule>?]> = {
    'the common name is another user': ['CommonNameNotAllowed', { facts: { commonName: 'john' } }],
    'the common name differs in case': ['CommonNameNotAllowed', { facts: { commonName: 'Jane' } }],
    'the common name is missing': ['CommonNameMissing', { facts: { commonName: undefined } }],
    'the rule mentions no common name and there is one': [
      'CommonNameNotAllowed',
      {},
      { subject: { commonName: undefined, organizations: [matcher('dev')] } },
    ],
    'one group of two is not allowed': [
      'OrganizationNotAllowed',
      { facts: { organizations: ['dev', 'admins'] } },
    ],
    'the rule mentions no organizations and there is one': [
      'OrganizationNotAllowed',
      {},
      { subject: { commonName: [matcher('jane')], organizations: undefined } },
    ],
    'a DNS name is asked for and the rule mentions none': [
      'DnsNameNotAllowed',
      { facts: { sans: [dns('jane.dev.example')] } },
    ],
    'a DNS name is outside the bounds': [
      'DnsNameNotAllowed',
      { facts: { sans: [dns('john.dev.example')] } },
      widened,
    ],
    'an address is outside its range': [
      'AddressNotAllowed',
      { facts: { sans: [ip('10.2.0.1')] } },
      widened,
    ],
    'an address is asked for and the rule mentions none': [
      'AddressNotAllowed',
      { facts: { sans: [ip('10.1.0.1')] } },
    ],
    'a URI is not the one that is spelled': [
      'UriNotAllowed',
      { facts: { sans: [{ kind: 'uri', value: 'spiffe://cluster.local/john' }] } },
      widened,
    ],
    'an e-mail address is not the one that is spelled': [
      'EmailNotAllowed',
      { facts: { sans: [{ kind: 'email', value: 'john@example.com' }] } },
      widened,
    ],
    'there are fewer names than the least': ['TooFewNames', {}, widened],
    'there are more names than the most': [
      'TooManyNames',
      { facts: { sans: [ip('10.1.0.1'), ip('10.1.0.2'), ip('10.1.0.3')] } },
      widened,
    ],
    'a usage is not in the contract of the signer': [
      'UsageNotAllowed',
      { csr: { usages: ['client auth', 'server auth'] } },
    ],
    'a usage is in the contract and not in the rule': [
      'UsageNotAllowed',
      { csr: { usages: ['client auth', 'key encipherment'] } },
      { usages: ['client auth', 'digital signature'] },
    ],
    'a usage is in the rule and not in the contract': [
      'UsageNotAllowed',
      { csr: { usages: ['client auth', 'server auth'] } },
      { usages: ['client auth', 'server auth'] },
    ],
    'the key is of another kind': [
      'KeyNotAllowed',
      {},
      { keys: [{ algorithm: 'rsa', minBits: 3072, source: 'rsa >= 3072' }] },
    ],
    'the key is of the right kind and too small': [
      'KeyNotAllowed',
      {},
      { keys: [{ algorithm: 'ecdsa', minBits: 384, source: 'ecdsa >= 384' }] },
    ],
    'the lifetime is a second too long': [
      'LifetimeTooLong',
      { csr: { expirationSeconds: 28_801 } },
    ],
    'no lifetime is asked for from a signer that is not ours': [
      'LifetimeMissing',
      { csr: { expirationSeconds: undefined } },
    ],
    'the requester authenticated with a client certificate': [
      'CertificateRequester',
      { csr: { requester: certificateUser() } },
    ],
  };

  it.each(Object.entries(denied))('%s', (_, [code, change, rule]) => {
    const decision = decideOne(change, rule);

    expect(decision.outcome).toEqual({ kind: 'deny' });
    expect(decision.violations.map((violation) => violation.code)).toEqual([code]);
    expect(decision.violations[0]?.message).toBeTruthy();
  });
});

describe('a rule speaks only of requests that it matches', () => {
  const unmatched: Record<string, [Change, Partial<Rule>?]> = {
    'another signer name': [{ csr: { signerName: 'example.com/mesh' } }],
    'a requester outside the group': [
      { csr: { requester: { ...user('jane'), groups: ['system:authenticated'] } } },
    ],
    'a group whose name only begins alike': [
      { csr: { requester: { ...user('jane'), groups: ['oidc:dev-team-lead'] } } },
    ],
    'a user where the rule wants a service account': [
      {},
      {
        match: {
          ...makeRule().match,
          requester: {
            usernames: undefined,
            groups: undefined,
            serviceAccounts: [matcher('ci/runner')],
          },
        },
      },
    ],
    'the right group and another user name': [
      {},
      {
        match: {
          ...makeRule().match,
          requester: {
            usernames: [matcher('john')],
            groups: [matcher('oidc:dev-team')],
            serviceAccounts: undefined,
          },
        },
      },
    ],
  };

  it.each(Object.entries(unmatched))('%s', (_, [change, rule]) => {
    expect(decideOne(change, rule)).toMatchObject({
      outcome: { kind: 'leave' },
      rule: undefined,
      verdicts: [],
    });
  });
});

describe('templates', () => {
  it('insert literally: a requester cannot be a pattern', () => {
    const change = { csr: { requester: user('.*') }, facts: { commonName: 'john' } };

    expect(decideOne(change).violations.map(({ code }) => code)).toEqual(['CommonNameNotAllowed']);
  });

  it('with a list mean any of its values', () => {
    const rule = {
      subject: { commonName: [matcher('jane')], organizations: [matcher('{requester.groups}')] },
    };

    expect(decideOne({ facts: { organizations: ['oidc:dev-team'] } }, rule).outcome.kind).toBe(
      'approve',
    );
    expect(decideOne({ facts: { organizations: ['oidc:other'] } }, rule).outcome.kind).toBe('deny');
  });
});

it('the lifetime counts as our own default where we sign that name', () => {
  const subject = makeCase({ csr: { expirationSeconds: undefined } });
  const signer = (defaultLifetimeSeconds: number) => ({
    signers: { 'kubernetes.io/kube-apiserver-client': { defaultLifetimeSeconds, usages: [] } },
  });

  const short = decideFully(subject, makePolicy([makeRule()], signer(28_800)));
  const long = decideFully(subject, makePolicy([makeRule()], signer(28_801)));

  expect(short.decision.outcome.kind).toBe('approve');
  expect(long.decision.violations.map(({ code }) => code)).toEqual(['LifetimeTooLong']);
});

it('reports every violation, in stable order', () => {
  const decision = decideOne({
    csr: { usages: ['server auth'], expirationSeconds: 999_999 },
    facts: { commonName: 'john', organizations: ['admins'], sans: [dns('x.example')] },
  });

  expect(decision.violations.map(({ code }) => code)).toEqual([
    'CommonNameNotAllowed',
    'OrganizationNotAllowed',
    'DnsNameNotAllowed',
    'UsageNotAllowed',
    'UsageMissing',
    'LifetimeTooLong',
  ]);
});

function user(username: string) {
  return { username, uid: 'u1', groups: ['oidc:dev-team'], extra: {} };
}

function certificateUser() {
  return {
    ...user('jane'),
    extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=0011'] },
  };
}
