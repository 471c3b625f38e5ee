import { describe, expect, it } from '@jest/globals';
import { createShadowTally, type ShadowComparison } from '../../../src/approver/shadow-tally.js';
import type { Decision, Outcome } from '../../../src/decide/decision.js';
import type { Mode } from '../../../src/decide/rule.js';
import type { CsrObject } from '../../../src/request/csr-object.js';
import { MAX_DECIDED_UNJUDGED, MAX_JUDGED } from '../../../src/vocabulary/limits.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';

const pending = (uid: string = 'uid-1'): CsrObject => makeCsr({ uid });

const decided = (type: string, uid: string = 'uid-1'): CsrObject =>
  makeCsr({
    uid,
    conditions: [
      {
        type,
        status: 'True',
        reason: `Some${type}`,
        message: '',
        lastUpdateTime: undefined,
        raw: {},
      },
    ],
  });

const outcomeOf = (kind: Outcome['kind']): Outcome =>
  kind === 'wait' ? { kind, untilMs: NOW_MS } : { kind };

const judgement = (
  would: Readonly<Record<string, Outcome['kind']>>,
  more: { policyHash?: string; mode?: Mode } = {},
): Decision => ({
  kind: 'decision',
  outcome: { kind: 'leave' },
  rule: undefined,
  violations: [],
  verdicts: Object.entries(would).map(([rule, kind]) => ({
    rule,
    mode: more.mode ?? 'shadow',
    outcome: outcomeOf(kind),
    checks: [],
  })),
  policyHash: more.policyHash ?? '3f9c1a2b',
  wakeOn: [],
});

function setUp() {
  const told: ShadowComparison[] = [];
  const tally = createShadowTally({ compared: (comparison) => void told.push(comparison) });
  return { tally, told };
}

describe('a shadow rule', () => {
  const cases: readonly [Outcome['kind'], string, ShadowComparison['verdict']][] = [
    ['approve', 'Approved', 'agrees'],
    ['approve', 'Denied', 'disagrees'],
    ['deny', 'Denied', 'agrees'],
    ['deny', 'Approved', 'disagrees'],
    ['leave', 'Denied', 'agrees'],
    ['leave', 'Approved', 'disagrees'],
    ['wait', 'Approved', 'undecided'],
    ['review', 'Denied', 'undecided'],
  ];

  it.each(cases)('that would %s what others then mark as %s %s', (would, type, verdict) => {
    const { tally, told } = setUp();

    tally.judged(pending(), judgement({ candidate: would }));
    tally.decided(decided(type));

    expect(told).toMatchObject([
      { rule: 'candidate', would, verdict, reason: `Some${type}`, policyHash: '3f9c1a2b' },
    ]);
    expect(told[0]?.totals).toEqual({ agrees: 0, disagrees: 0, undecided: 0, [verdict]: 1 });
  });

  it('is compared once, however often the decided request is shown', () => {
    const { tally, told } = setUp();

    tally.judged(pending(), judgement({ candidate: 'approve' }));
    tally.decided(decided('Approved'));
    tally.decided(decided('Approved'));

    expect(told).toHaveLength(1);
  });

  it('is compared also when somebody decided before the look had ended', () => {
    const { tally, told } = setUp();

    tally.decided(decided('Approved'));
    tally.judged(pending(), judgement({ candidate: 'approve' }));

    expect(told).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('counts by its last look: what it waited for may have come', () => {
    const { tally, told } = setUp();

    tally.judged(pending(), judgement({ candidate: 'wait' }));
    tally.judged(pending(), judgement({ candidate: 'approve' }));
    tally.decided(decided('Approved'));

    expect(told).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('is counted by itself', () => {
    const { tally, told } = setUp();

    for (const uid of ['a', 'b', 'c']) {
      tally.judged(
        pending(uid),
        judgement({ strict: uid === 'c' ? 'deny' : 'approve', lax: 'approve' }),
      );
      tally.decided(decided('Approved', uid));
    }

    const last = new Map(told.map(({ rule, totals }) => [rule, totals]));
    expect(last.get('strict')).toEqual({ agrees: 2, disagrees: 1, undecided: 0 });
    expect(last.get('lax')).toEqual({ agrees: 3, disagrees: 0, undecided: 0 });
  });

  it('begins anew with another policy: it may be another rule now', () => {
    const { tally, told } = setUp();

    tally.judged(pending('a'), judgement({ candidate: 'approve' }));
    tally.decided(decided('Approved', 'a'));
    tally.judged(pending('b'), judgement({ candidate: 'approve' }, { policyHash: '00000000' }));
    tally.decided(decided('Approved', 'b'));

    expect(told.map(({ totals }) => totals.agrees)).toEqual([1, 1]);
  });
});

describe('nothing is compared', () => {
  it.each<Mode>(['enforce', 'review'])('of a rule in mode %s', (mode) => {
    const { tally, told } = setUp();

    tally.judged(pending(), judgement({ candidate: 'approve' }, { mode }));
    tally.decided(decided('Approved'));

    expect(told).toEqual([]);
  });

  it('of a request that only failed: nobody said yes or no', () => {
    const { tally, told } = setUp();

    tally.judged(pending(), judgement({ candidate: 'approve' }));
    tally.decided(decided('Failed'));

    expect(told).toEqual([]);
  });

  it('of another request of the same name', () => {
    const { tally, told } = setUp();

    tally.judged(pending('a'), judgement({ candidate: 'approve' }));
    tally.decided(decided('Approved', 'b'));

    expect(told).toEqual([]);
  });

  it('of the oldest of more requests than are remembered', () => {
    const { tally, told } = setUp();

    for (let at = 0; at <= MAX_JUDGED; at += 1) {
      tally.judged(pending(`uid-${at}`), judgement({ candidate: 'approve' }));
    }
    tally.decided(decided('Approved', 'uid-0'));
    tally.decided(decided('Approved', 'uid-1'));

    expect(told.map(({ csr }) => csr.uid)).toEqual(['uid-1']);
  });

  it('of what was decided long before it was judged, as everything in the first list is', () => {
    const { tally, told } = setUp();

    for (let at = 0; at <= MAX_DECIDED_UNJUDGED; at += 1)
      tally.decided(decided('Approved', `u${at}`));
    tally.judged(pending('u0'), judgement({ candidate: 'approve' }));

    expect(told).toEqual([]);
  });
});
