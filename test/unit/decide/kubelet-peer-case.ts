// SPDX-License-Identifier: Apache-2.0
// One case from the tests of another program: what it did, what we do, and a word why where that is not the same.

import { expect, it } from '@jest/globals';
import type { CsrObject } from '../../../src/request/csr-object.js';
import type { Decision } from '../../../src/decide/decision.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { type Asked, decideOn, NOW_MS, type World } from './kubelet-peers.js';

/** What the other program did; `left`: no condition, whether it was ignored, pending or tried again. */
type PeerOutcome = 'approved' | 'denied' | 'left';

/** Our outcome with all violations, the first one first; `leave` alone: no rule speaks of it. */
export type OurOutcome =
  | 'approve'
  | readonly ['leave']
  | readonly ['deny' | 'leave' | 'wait', ReasonCode, ...ReasonCode[]];

/** A row of a table; the key of the row names the case. */
export interface PeerCase {
  readonly asked: Asked | CsrObject;
  readonly peer: PeerOutcome;
  readonly ours: OurOutcome;
  /** There exactly if ours is another outcome. */
  readonly why?: string;
  readonly world?: World;
  readonly policy?: CompiledPolicy;
  readonly nowMs?: number;
}

const SAME: Readonly<Record<Decision['outcome']['kind'], PeerOutcome>> = {
  approve: 'approved',
  review: 'left',
  deny: 'denied',
  leave: 'left',
  wait: 'left',
};

/** The outcome and exactly these violations. */
export function expectOurs({ outcome, violations }: Decision, ours: OurOutcome): void {
  const [kind, ...codes] = ours === 'approve' ? [ours] : ours;
  expect({ outcome: outcome.kind, codes: violations.map(({ code }) => code) }).toEqual({
    outcome: kind,
    codes,
  });
}

/** Runs the table under `policy` in `world`, where a row does not bring its own. */
export function judgesAsToldBy(
  cases: Readonly<Record<string, PeerCase>>,
  { policy, world }: { readonly policy: CompiledPolicy; readonly world: World },
): void {
  it.each(Object.entries(cases))('%s', (_, row) => {
    const { asked, ours, nowMs = NOW_MS } = row;

    const decision = decideOn(asked, row.policy ?? policy, row.world ?? world, nowMs);

    expectOurs(decision, ours);
    expect(row.why !== undefined).toBe(SAME[decision.outcome.kind] !== row.peer);
  });
}
