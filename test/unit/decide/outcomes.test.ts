import { describe, expect, it } from '@jest/globals';
import { conditionOf } from '../../../src/decide/condition.js';
import type { Rule } from '../../../src/decide/rule.js';
import {
  decideFully,
  dns,
  down,
  ip,
  makeCase,
  makePolicy,
  makeRule,
  makeServingCase,
  makeServingRule,
  matcher,
  nodeIs,
  NOW_MS,
  ranges,
  WORKER,
} from '../../support/decide.js';

const passing = (name: string, changes: Partial<Rule> = {}): Rule => makeRule({ name, ...changes });
const failing = (name: string, changes: Partial<Rule> = {}): Rule =>
  makeRule({
    name,
    subject: { commonName: [matcher('nobody')], organizations: [matcher('dev')] },
    ...changes,
  });
const leaving = (name: string): Rule =>
  failing(name, {
    onViolation: { permanent: 'leave', transient: { waitMs: 600_000, then: 'leave' } },
  });

const decideBy = (...rules: Rule[]) => decideFully(makeCase(), makePolicy(rules)).decision;

describe('across rules', () => {
  const table: Record<string, [Rule[], string, string | undefined]> = {
    'one approval is enough beside a denial': [[failing('a'), passing('b')], 'approve', 'b'],
    'an approval beats a review': [
      [passing('a', { mode: 'review' }), passing('b')],
      'approve',
      'b',
    ],
    'a review beats a denial': [[failing('a'), passing('b', { mode: 'review' })], 'review', 'b'],
    'a denial beats leaving alone': [[leaving('a'), failing('b')], 'deny', 'b'],
    'of two approvals the first by name is named': [[passing('b'), passing('a')], 'approve', 'a'],
    'a shadow rule approves nothing': [[passing('a', { mode: 'shadow' })], 'leave', undefined],
    'a shadow rule denies nothing': [[failing('a', { mode: 'shadow' })], 'leave', undefined],
    'no rule at all leaves alone': [[], 'leave', undefined],
  };

  it.each(Object.entries(table))('%s', (_, [rules, kind, rule]) => {
    expect(decideBy(...rules)).toMatchObject({ outcome: { kind }, rule });
  });

  it('waiting beats denying and leaving, and lasts until the first deadline', () => {
    const wait = (name: string, waitMs: number) =>
      passing(name, { onViolation: { permanent: 'deny', transient: { waitMs, then: 'leave' } } });

    const { decision } = decideFully(
      makeCase(),
      makePolicy([failing('a'), wait('b', 60_000), wait('c', 30_000)]),
      { everything: down },
    );

    expect(decision).toMatchObject({
      outcome: { kind: 'wait', untilMs: NOW_MS - 1000 + 30_000 },
      rule: 'c',
    });
  });

  it('a shadow rule is reported with what it would have done', () => {
    const { verdicts } = decideBy(failing('a', { mode: 'shadow' }), passing('b'));

    expect(verdicts.map(({ rule, mode, outcome }) => [rule, mode, outcome.kind])).toEqual([
      ['a', 'shadow', 'deny'],
      ['b', 'enforce', 'approve'],
    ]);
  });
});

describe('the condition that is written', () => {
  it('gives a fact of the request for its reason, before what may pass', () => {
    const rule = makeServingRule({
      onViolation: { permanent: 'deny', transient: { waitMs: 600_000, then: 'leave' } },
    });
    const sans = [dns('worker-1'), ip('10.0.0.1')];
    const node = nodeIs({ ...WORKER, addresses: [] });
    const wide = { ...rule, sans: { ...rule.sans, ip: ranges('10.0.0.0/8') } };

    const { decision } = decideFully(makeServingCase({ facts: { sans } }), makePolicy([wide]), {
      node,
    });

    expect(decision.violations.map(({ code }) => code)).toEqual(['ApiServerName', 'NameNotOwned']);
    expect(conditionOf(decision)?.reason).toBe('ApiServerName');
  });

  it('of an approval names rule and policy', () => {
    expect(conditionOf(decideBy(passing('developers')))).toEqual({
      type: 'Approved',
      status: 'True',
      reason: 'PolicyApproved',
      message: 'rule developers, policy 3f9c1a2b',
    });
  });

  it('of a denial says what is wrong, what is allowed, and that it is final', () => {
    const subject = makeCase({ facts: { organizations: ['admins'] } });

    const { decision } = decideFully(subject, makePolicy([makeRule()]));

    expect(conditionOf(decision)).toEqual({
      type: 'Denied',
      status: 'True',
      reason: 'OrganizationNotAllowed',
      message:
        'organization "admins" is not allowed (allowed: dev, qa). This request is final; correct it and create a new one. [rule developers, policy 3f9c1a2b]',
    });
  });

  it('shows what a template stands for', () => {
    const subject = makeCase({ facts: { commonName: 'john' } });

    const { decision } = decideFully(subject, makePolicy([makeRule()]));

    expect(decision.violations[0]?.message).toBe(
      'common name "john" is not allowed (allowed: {requester.username} ("jane"))',
    );
  });

  it('never carries raw text of the requester', () => {
    const subject = makeCase({ facts: { organizations: ['a\n\u001b[31m\u202egnp"\\'] } });

    const { decision } = decideFully(subject, makePolicy([makeRule()]));

    expect(conditionOf(decision)?.message).toContain(String.raw`"a\u{a}\u{1b}[31m\u{202e}gnp\"\\"`);
  });

  it('is cut to a length that kubelets can print, and keeps its end', () => {
    const organizations = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(200, 'x'));

    const { decision } = decideFully(
      makeCase({ facts: { organizations } }),
      makePolicy([makeRule()]),
    );
    const message = conditionOf(decision)?.message ?? '';

    expect(message).toHaveLength(1024);
    expect(message.endsWith('[rule developers, policy 3f9c1a2b]')).toBe(true);
  });

  it.each([
    ['review', passing('a', { mode: 'review' })],
    ['leave', leaving('a')],
    ['a shadow rule', passing('a', { mode: 'shadow' })],
  ])('is none for %s', (_, rule) => {
    expect(conditionOf(decideBy(rule))).toBeUndefined();
  });
});
