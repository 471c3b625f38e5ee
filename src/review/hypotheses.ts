// SPDX-License-Identifier: Apache-2.0
// What a decision could be whichever way an access review that nobody can ask any more had been answered.

import { decideWith } from '../decide/decide-with.js';
import type { Decision } from '../decide/decision.js';
import type { AccessReviewNeed, Need } from '../decide/evidence.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { Case } from '../request/case.js';
import { printable } from '../vocabulary/printable.js';

type Assumption = AccessReviewNeed['assumption'];

/** Answers that are supposed for reviews without one, by name. */
export type Hypothesis = ReadonlyMap<Assumption, boolean>;

/** The one way to suppose nothing. */
export const asItIs: Hypothesis = new Map();

/** A case, put to a policy with what can be found out. */
export interface Question {
  readonly subject: Case;
  readonly policy: CompiledPolicy;
  readonly resolve: Resolve;
  readonly nowMs: number;
}

/** A decision, and the questions that it would need and that have no answer. */
export interface Supposed {
  readonly decision: Decision;
  readonly open: readonly Assumption[];
  /** All of them in words, the reviews by name. */
  readonly missing: readonly string[];
}

/** Decides with what `question` can find out and what `hypothesis` supposes. */
export async function decideSupposing(
  { subject, policy, resolve, nowMs }: Question,
  hypothesis: Hypothesis,
): Promise<Supposed> {
  const supposing: Resolve = async (need) => {
    const entry = await resolve(need);
    if (entry.kind !== 'access-review' || entry.answer.state === 'known') return entry;
    const value = hypothesis.get(entry.need.assumption);
    return value === undefined ? entry : { ...entry, answer: { state: 'known', value } };
  };
  const { answer, evidence } = await decideWith(supposing, subject, policy, nowMs);
  const unanswered = [...evidence.values()].filter(({ answer: { state } }) => state !== 'known');
  const open = unanswered.flatMap((entry) =>
    entry.kind === 'access-review' ? [entry.need.assumption] : [],
  );
  const missing = unanswered.map(({ need }) => inWords(need));
  return { decision: answer, open: [...new Set(open)], missing: [...new Set(missing)] };
}

function inWords(need: Need): string {
  switch (need.kind) {
    case 'access-review':
      return need.assumption;
    case 'node':
    case 'dns':
      return `${need.kind} ${printable(need.name)}`;
    case 'api-server':
    case 'claims':
      return need.kind;
  }
}

/** `hypothesis` with both answers for each of `assumptions`; three names at most, so eight ways. */
export const everyWay = (
  hypothesis: Hypothesis,
  assumptions: readonly Assumption[],
): readonly Hypothesis[] =>
  assumptions.reduce<readonly Hypothesis[]>(
    (ways, assumption) =>
      ways.flatMap((way) => [
        new Map([...way, [assumption, true]]),
        new Map([...way, [assumption, false]]),
      ]),
    [hypothesis],
  );
