// SPDX-License-Identifier: Apache-2.0
// What lint says for certain is held against decide: for no request is it otherwise.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matches } from '../../../src/decide/match.js';
import type { Rule } from '../../../src/decide/rule.js';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { lintPolicy } from '../../../src/review/lint.js';
import type { Case } from '../../../src/request/case.js';
import { decideFully, makeCase, makePolicy } from '../../support/decide.js';
import { NOW_MS } from './lint-quiet-policy.js';

/** Of 1,500 runs, some 350 have something to say, and each is right. */
const RUNS = 25;

const yaml = (value: unknown): string => JSON.stringify(value);

const some = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const requester = fc.oneof(
  fc.constant('anyone'),
  fc.record({ groups: some('dev', 'ops', '/d.*/', '/.+/', '/[a-z]+/') }),
  fc.record({ usernames: some('jane', 'system:serviceaccount:a:b', '/j.*/', '/system:.*/') }),
  fc.record({ serviceAccounts: some('a/b', 'c/d', '/a.*/', '/a\\/.*/') }),
  fc.record({
    serviceAccounts: some('a/b', '/a\\/.*/'),
    groups: some('dev', 'system:serviceaccounts:a', '/system:.*/'),
  }),
  fc.record({
    serviceAccounts: some('a/b', '/a\\/.*/'),
    usernames: some('jane', '/system:serviceaccount:.*/', 'system:serviceaccount:a:b'),
  }),
);

const rule = fc.record(
  {
    requester,
    commonName: maybe(
      some(
        'jane',
        'system:kube-x',
        '/j.*/',
        '/system:.*/',
        '{requester.username}',
        'x:{requester.serviceAccount.namespace}',
        'system:{requester.groups}',
      ),
    ),
    organizations: maybe(some('dev', 'qa', 'system:x', '/[a-z]+/', '/d.*/', '{requester.groups}')),
    dns: maybe(some('a.example', '.example', '.svc', 'kubernetes', '/[a-c][.]example/', '/.*/')),
    ip: maybe(some('10.0.0.0/8', '10.1.0.0/16', '127.0.0.0/8', '10.1.2.3')),
    min: fc.constantFrom(0, 0, 1),
    usages: maybe(some('client auth', 'digital signature', 'key encipherment')),
    keys: maybe(some('ecdsa', 'ed25519', 'ecdsa >= 384')),
    max: maybe(fc.constantFrom('1h', '8h', '24h')),
    validUntil: maybe(fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')),
    default: fc.constantFrom('deny', 'leave'),
  },
  { noNullPrototype: true },
);

type Written = typeof rule extends fc.Arbitrary<infer T> ? T : never;

const ruleOf = (written: Written) => {
  const algorithms = (written.keys ?? []).map((key) => key.split(' ')[0]);
  const hasNames = written.dns !== undefined || written.ip !== undefined;
  return {
    match: {
      signerName: 'kubernetes.io/kube-apiserver-client',
      requester: written.requester,
    },
    subject: { commonName: written.commonName, organizations: written.organizations },
    sans: { dns: written.dns, ip: written.ip, min: hasNames ? written.min : 0 },
    usages: written.usages,
    keys: new Set(algorithms).size === algorithms.length ? written.keys : undefined,
    lifetime: written.max === undefined ? undefined : { max: written.max },
    validUntil: written.validUntil,
    onViolation: { default: written.default },
  };
};

const policyText = (rules: Readonly<Record<string, Written>>): string =>
  yaml({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    rules: Object.fromEntries(
      Object.entries(rules).map(([name, written]) => [name, ruleOf(written)] as const),
    ),
  });

const user = fc.oneof(
  fc.constantFrom('jane', 'jim', 'system:anonymous').map((username) => ({
    username,
    groups: ['dev', 'system:authenticated'],
  })),
  fc.constantFrom('a:b', 'a:c', 'c:d').map((account) => ({
    username: `system:serviceaccount:${account}`,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${account.split(':')[0]}`,
      'system:authenticated',
    ],
  })),
);

const request: fc.Arbitrary<Case> = fc
  .record({
    user,
    commonName: maybe(
      fc.constantFrom('jane', 'jim', 'system:kube-x', 'system:serviceaccount:a:b', 'x:a'),
    ),
    organizations: fc.subarray(['dev', 'qa', 'system:x', 'ops', 'd1']),
    sans: fc.subarray([
      { kind: 'dns' as const, value: 'a.example' },
      { kind: 'dns' as const, value: 'B.example.' },
      { kind: 'dns' as const, value: 'web.svc' },
      { kind: 'dns' as const, value: 'kubernetes' },
      { kind: 'ip' as const, value: '10.1.2.3' },
      { kind: 'ip' as const, value: '127.0.0.1' },
    ]),
    usages: fc.subarray(['client auth', 'digital signature', 'key encipherment'], {
      minLength: 1,
    }),
    expirationSeconds: maybe(fc.constantFrom(600, 3600, 28_800, 86_400)),
    bits: fc.constantFrom(256, 384),
  })
  .map((asked) => {
    const base = makeCase();
    const key = base.reading.ok ? base.reading.value.key : undefined;
    return makeCase({
      csr: {
        requester: { ...asked.user, uid: 'u', extra: {} },
        usages: asked.usages,
        expirationSeconds: asked.expirationSeconds,
      },
      facts: {
        commonName: asked.commonName,
        organizations: asked.organizations,
        sans: asked.sans,
        ...(key === undefined ? {} : { key: { ...key, bits: asked.bits } }),
      },
    });
  });

function loaded(text: string): { rules: readonly Rule[]; said: readonly string[] } {
  const policy = loadPolicy(text, 'p');
  if (!policy.ok) throw new RangeError(JSON.stringify(policy.error));
  const { problems } = lintPolicy([{ name: 'p', source: 'p', text }], { nowMs: NOW_MS });
  return {
    rules: policy.value.rules,
    said: problems.map(({ code, path, message }) => `${code} ${path}: ${message}`),
  };
}

const outcomeOf = (rules: readonly Rule[], subject: Case): string =>
  decideFully(subject, makePolicy(rules), {}, NOW_MS).decision.outcome.kind;

const areEqual = (one: string, other: string): boolean => one === other;

const approveBoth = (one: string, other: string): boolean =>
  (one === 'approve') === (other === 'approve');

describe('lint is right for every request when it says that', () => {
  const requests = fc.array(request, { minLength: 20, maxLength: 20 });

  it('a rule never matches, or never approves', () => {
    let seen = 0;
    fc.assert(
      fc.property(rule, requests, (written, subjects) => {
        const { rules, said } = loaded(policyText({ one: written }));
        const isSaid = (what: string): boolean => said.some((each) => each.startsWith(what));
        const approved = subjects.filter((each) => outcomeOf(rules, each) === 'approve');
        const matched = subjects.filter((each) => rules.some((one) => matches(one, each)));
        seen += [isSaid('RuleNeverApproves'), isSaid('RuleNeverMatches rules.one.match')].filter(
          Boolean,
        ).length;
        expect([
          isSaid('RuleNeverApproves') ? approved : [],
          isSaid('RuleNeverMatches rules.one.match') ? matched : [],
        ]).toEqual([[], []]);
      }),
      { numRuns: RUNS },
    );

    expect(seen).toBeGreaterThan(0);
  });

  it('a broader rule approves all that another approves', () => {
    let seen = 0;
    fc.assert(
      fc.property(rule, rule, requests, fc.boolean(), (one, other, subjects, isNarrowed) => {
        // Two rules that have nothing to do with each other are seldom compared to the end.
        const narrow = isNarrowed ? { ...one, ...narrower(other) } : one;
        const { rules, said } = loaded(policyText({ broad: one, narrow }));
        const wrong = ['broad', 'narrow'].flatMap((name) => {
          const shadowed = said.find((each) => each.startsWith(`RuleShadowed rules.${name}:`));
          if (shadowed === undefined) return [];
          seen += 1;
          const rest = rules.filter((each) => each.name !== name);
          const isSame = shadowed.endsWith('nothing changes') ? areEqual : approveBoth;
          return subjects.filter(
            (subject) => !isSame(outcomeOf(rules, subject), outcomeOf(rest, subject)),
          );
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: RUNS },
    );

    expect(seen).toBeGreaterThan(0);
  });
});

/** Fields of `other` that make a rule differ without making all of it different. */
const narrower = (other: Written): Partial<Written> => ({
  usages: other.usages,
  keys: other.keys,
  max: other.max,
  organizations: other.organizations,
});
