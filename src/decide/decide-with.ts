// SPDX-License-Identifier: Apache-2.0
// The only caller of decide; `run`, `explain` and tests differ in nothing but how needs are resolved.

import type { Case } from '../request/case.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import type { CompiledPolicy } from './rule.js';
import { type Resolve, type Settled, settle } from './settle.js';

/** Decides with whatever `resolve` can find out. `nowMs` is one instant for all rounds. */
export const decideWith = (
  resolve: Resolve,
  subject: Case,
  policy: CompiledPolicy,
  nowMs: number,
): Promise<Settled<Decision>> =>
  settle(resolve, (evidence) => decide(subject, policy, evidence, nowMs));
