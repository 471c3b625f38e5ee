import { describe, expect, it } from '@jest/globals';
import { type OtherDecision, watchOtherApprovers } from '../../../src/approver/other-approvers.js';
import { conditionOf } from '../../../src/decide/condition.js';
import type { Decision, Outcome } from '../../../src/decide/decision.js';
import type { CsrCondition, CsrObject } from '../../../src/request/csr-object.js';
import { decideFully, makeCase, makeCsr, makePolicy, makeRule } from '../../support/decide.js';

const condition = (type: string, reason = `Some${type}`, message = 'by hand'): CsrCondition => ({
  type,
  status: 'True',
  reason,
  message,
  lastUpdateTime: undefined,
  raw: {},
});

const decidedBy = (...conditions: readonly CsrCondition[]): CsrObject => makeCsr({ conditions });

/** A decision of one enforced rule, as `decide` makes it, with the outcome that a test is about. */
function judgement(kind: Outcome['kind']): Decision {
  const subject =
    kind === 'approve' ? makeCase() : makeCase({ facts: { organizations: ['admins'] } });
  const { decision } = decideFully(subject, makePolicy([makeRule()]));
  if (kind === 'approve' || kind === 'deny') return decision;
  return { ...decision, outcome: kind === 'wait' ? { kind, untilMs: 1 } : { kind } };
}

const noOpinion: Decision = { ...judgement('leave'), rule: undefined, violations: [] };

/** What we write for this decision, as the server shows it then. */
function ours(decision: Decision): CsrCondition {
  const written = conditionOf(decision);
  if (written === undefined) throw new Error('nothing is written for this');
  return condition(written.type, written.reason, written.message);
}

function setUp({ isDeciding = true } = {}) {
  const found: OtherDecision[] = [];
  const ports = {
    isDeciding: () => isDeciding,
    found: (each: OtherDecision) => void found.push(each),
  };
  return { others: watchOtherApprovers(ports), found };
}

describe('a request that another decided', () => {
  const cases: readonly [Outcome['kind'], string, OtherDecision['verdict']][] = [
    ['approve', 'Approved', 'agrees'],
    ['approve', 'Denied', 'disagrees'],
    ['deny', 'Denied', 'agrees'],
    ['deny', 'Approved', 'disagrees'],
    ['leave', 'Denied', 'agrees'],
    ['leave', 'Approved', 'disagrees'],
    ['wait', 'Denied', 'undecided'],
    ['wait', 'Approved', 'disagrees'],
    ['review', 'Approved', 'undecided'],
    ['review', 'Denied', 'undecided'],
  ];

  it.each(cases)('where our rule said %s and it is now %s: the other %s', (kind, type, verdict) => {
    const { others, found } = setUp();

    others.judged(makeCsr(), judgement(kind));
    others.decided(decidedBy(condition(type)));

    expect(found).toMatchObject([
      { rule: 'developers', judged: kind, verdict, reason: `Some${type}`, policyHash: '3f9c1a2b' },
    ]);
  });

  it('is found also when the other was faster than our look', () => {
    const { others, found } = setUp();

    others.decided(decidedBy(condition('Approved')));
    others.judged(makeCsr(), judgement('deny'));

    expect(found).toMatchObject([{ judged: 'deny', decided: 'approve', verdict: 'disagrees' }]);
  });

  it('is found once, however often it is shown', () => {
    const { others, found } = setUp();

    others.judged(makeCsr(), judgement('deny'));
    others.decided(decidedBy(condition('Approved')));
    others.decided(decidedBy(condition('Approved')));

    expect(found).toHaveLength(1);
  });

  it('is judged by our last look', () => {
    const { others, found } = setUp();

    others.judged(makeCsr(), judgement('wait'));
    others.judged(makeCsr(), judgement('approve'));
    others.decided(decidedBy(condition('Approved')));

    expect(found).toMatchObject([{ judged: 'approve', verdict: 'agrees' }]);
  });

  it('disagrees also where it denied what we had approved', () => {
    const { others, found } = setUp();
    const decision = judgement('approve');

    others.judged(makeCsr(), decision);
    others.decided(
      decidedBy(condition('Approved', 'PolicyApproved', 'rule other'), condition('Denied')),
    );

    expect(found).toMatchObject([{ judged: 'approve', decided: 'deny', verdict: 'disagrees' }]);
  });
});

describe('nothing is found', () => {
  it.each(['approve', 'deny'] as const)('when it was we who wrote it: %s', (kind) => {
    const { others, found } = setUp();
    const decision = judgement(kind);

    others.judged(makeCsr(), decision);
    others.decided(decidedBy(ours(decision)));

    expect(found).toEqual([]);
  });

  it('when no rule of ours speaks of the request', () => {
    const { others, found } = setUp();

    others.judged(makeCsr(), noOpinion);
    others.decided(decidedBy(condition('Approved')));

    expect(found).toEqual([]);
  });

  it('when another replica has taken over, or people decide during a pause', () => {
    const { others, found } = setUp({ isDeciding: false });

    others.judged(makeCsr(), judgement('wait'));
    others.decided(decidedBy(condition('Approved')));

    expect(found).toEqual([]);
  });
});
