import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Case } from '../../../src/request/case.js';
import { decide } from '../../../src/decide/decide.js';
import { noEvidence, withEntries } from '../../../src/decide/evidence.js';
import type { Rule } from '../../../src/decide/rule.js';
import {
  type Answers,
  answerWith,
  decideFully,
  dns,
  down,
  ip,
  makeCase,
  makePolicy,
  makeRule,
  matcher,
  no,
  NOW_MS,
  ranges,
  yes,
} from '../../support/decide.js';

const names = ['jane', 'john', 'system:masters', 'system:node:a'];
const organizations = ['dev', 'qa', 'admins', 'system:nodes'];
const sans = [
  dns('a.example'),
  dns('kubernetes'),
  dns('*.example'),
  ip('10.1.0.1'),
  ip('127.0.0.1'),
  ip('10.0.0.5'),
];
const usages = ['client auth', 'server auth', 'digital signature', 'any'];

const someCase: fc.Arbitrary<Case> = fc
  .record({
    commonName: fc.option(fc.constantFrom(...names), { nil: undefined }),
    organizations: fc.uniqueArray(fc.constantFrom(...organizations), { maxLength: 3 }),
    sans: fc.uniqueArray(fc.constantFrom(...sans), { maxLength: 3 }),
    usages: fc.uniqueArray(fc.constantFrom(...usages), { minLength: 1, maxLength: 3 }),
    expirationSeconds: fc.option(fc.constantFrom(600, 3600, 99_999), { nil: undefined }),
    username: fc.constantFrom('jane', 'john'),
    waitingSinceMs: fc.constantFrom(NOW_MS - 1000, NOW_MS - 900_000),
  })
  .map(({ usages: asked, expirationSeconds, username, waitingSinceMs, ...facts }) =>
    makeCase({
      csr: {
        signerName: 'example.com/mesh',
        usages: asked,
        expirationSeconds,
        requester: { username, uid: '', groups: ['oidc:dev-team'], extra: {} },
      },
      facts,
      waitingSinceMs,
    }),
  );

const someRule: fc.Arbitrary<Omit<Rule, 'name'>> = fc
  .record({
    mode: fc.constantFrom('enforce', 'enforce', 'shadow', 'review'),
    commonName: fc.option(
      fc.uniqueArray(fc.constantFrom(...names, '{requester.username}'), { minLength: 1 }),
      { nil: undefined },
    ),
    organizations: fc.option(fc.uniqueArray(fc.constantFrom(...organizations), { minLength: 1 }), {
      nil: undefined,
    }),
    dns: fc.option(fc.constantFrom(['a.example'], ['a.example', 'kubernetes', '*.example']), {
      nil: undefined,
    }),
    ip: fc.option(fc.constantFrom('10.1.0.0/16', '0.0.0.0/0'), { nil: undefined }),
    usages: fc.uniqueArray(fc.constantFrom(...usages), { minLength: 1 }),
    maxSeconds: fc.option(fc.constantFrom(600, 7200), { nil: undefined }),
    permanent: fc.constantFrom('deny', 'leave'),
    then: fc.constantFrom('deny', 'leave'),
  })
  .map((parts) => {
    const { name: _, ...rule } = makeRule({
      mode: parts.mode,
      subject: {
        commonName: parts.commonName?.map(matcher),
        organizations: parts.organizations?.map(matcher),
      },
      sans: {
        dns: parts.dns?.map(matcher),
        ip: parts.ip === undefined ? undefined : ranges(parts.ip),
        uri: undefined,
        email: undefined,
        min: 0,
        max: 2,
      },
      usages: parts.usages,
      lifetime: { maxSeconds: parts.maxSeconds },
      onViolation: {
        permanent: parts.permanent,
        transient: { waitMs: 600_000, then: parts.then },
      },
    });
    return {
      ...rule,
      match: {
        ...rule.match,
        signerName: makeCase({ csr: { signerName: 'example.com/mesh' } }).csr.signerName,
      },
    };
  });

const someRules = fc
  .array(someRule, { minLength: 1, maxLength: 4 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule-${index}` })));

const someAnswers: fc.Arbitrary<Answers> = fc
  .record({
    everything: fc.constantFrom(yes, no, down),
    apiServer: fc.constantFrom(undefined, down),
  })
  .map(({ everything, apiServer }) => ({
    everything,
    ...(apiServer === undefined ? {} : { apiServer }),
  }));

const runs = { numRuns: 500 };

describe('decide', () => {
  it('does not depend on the order of rules', () => {
    fc.assert(
      fc.property(someCase, someRules, someAnswers, (subject, rules, answers) => {
        const forward = decideFully(subject, makePolicy(rules), answers).decision;
        const backward = decideFully(subject, makePolicy(rules.toReversed()), answers).decision;

        expect(backward).toEqual(forward);
      }),
      runs,
    );
  });

  it('never turns a refusal into an approval by one more requirement', () => {
    const stricter: readonly ((rule: Rule) => Rule)[] = [
      (rule) => ({ ...rule, subject: { ...rule.subject, organizations: undefined } }),
      (rule) => ({
        ...rule,
        subject: { ...rule.subject, commonName: rule.subject.commonName?.slice(1) },
      }),
      (rule) => ({ ...rule, sans: { ...rule.sans, dns: undefined } }),
      (rule) => ({ ...rule, sans: { ...rule.sans, ip: undefined } }),
      (rule) => ({ ...rule, sans: { ...rule.sans, min: rule.sans.min + 1 } }),
      (rule) => ({ ...rule, usages: rule.usages.slice(1) }),
      (rule) => ({ ...rule, lifetime: { maxSeconds: 600 } }),
      (rule) => ({ ...rule, keys: [{ algorithm: 'rsa', minBits: 8192, source: 'rsa >= 8192' }] }),
    ];
    const approves = (subject: Case, rule: Rule, answers: Answers) =>
      ['approve', 'review'].includes(
        decideFully(subject, makePolicy([rule]), answers).decision.outcome.kind,
      );

    fc.assert(
      fc.property(
        someCase,
        someRules,
        someAnswers,
        fc.constantFrom(...stricter),
        (subject, [rule], answers, tighten) => {
          if (rule === undefined) return;

          expect(
            approves(subject, tighten(rule), answers) && !approves(subject, rule, answers),
          ).toBe(false);
        },
      ),
      runs,
    );
  });

  it('is not changed by evidence that it did not ask for', () => {
    const other = makeCase({
      csr: { signerName: 'example.com/mesh' },
      facts: { commonName: 'someone-else', sans: [dns('a.example')] },
    });

    fc.assert(
      fc.property(someCase, someRules, someAnswers, (subject, rules, answers) => {
        const policy = makePolicy(rules);
        const { decision, evidence } = decideFully(subject, policy, answers);
        const more = decideFully(other, policy, { everything: yes }).evidence;
        const entries = [...more.values()];

        expect(decide(subject, policy, withEntries(evidence, entries), NOW_MS)).toEqual(decision);
      }),
      runs,
    );
  });

  it('asks for nothing twice and for nothing that is known', () => {
    fc.assert(
      fc.property(someCase, someRules, someAnswers, (subject, rules, answers) => {
        const first = decide(subject, makePolicy(rules), noEvidence, NOW_MS);
        if (first.kind === 'decision') return;
        const known = withEntries(noEvidence, first.needs.map(answerWith(answers)));
        const second = decide(subject, makePolicy(rules), known, NOW_MS);

        expect(second.kind).toBe('decision');
      }),
      runs,
    );
  });
});
