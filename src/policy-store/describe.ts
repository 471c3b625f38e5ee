// SPDX-License-Identifier: Apache-2.0
// Says in one line how it stands with the policy, for /readyz and Events.

import { formatProblem, type PolicyProblem } from '../policy/problem.js';
import type { RefusedPolicy } from './keeper.js';
import type { PolicyState } from './policy-store.js';

/** Why nothing is decided; undefined while a policy is in force. */
export function whyNothingIsDecided(state: PolicyState): string | undefined {
  if (state.kind !== 'none') return undefined;
  const why = inShort(state.problems);
  return why === '' ? 'no policy was read yet' : `no policy was loaded: ${why}`;
}

/** What to know about a policy in force that is not as it should be; undefined when all is well. */
export function policyNote(
  state: PolicyState,
  pausedSinceMs: number | undefined,
): string | undefined {
  const paused =
    pausedSinceMs === undefined
      ? []
      : [`paused since ${isoTime(pausedSinceMs)}, nothing is decided or signed`];
  const stale =
    state.kind === 'stale'
      ? [
          `stale, policy ${state.loaded.hash} in force, since ${isoTime(state.staleSinceMs)}: ${inShort(state.problems)}`,
        ]
      : [];
  const note = [...paused, ...stale].join('; ');
  return note === '' ? undefined : note;
}

/** What people who look at the ConfigMap should know. */
export function refusal({ problems, inForce }: RefusedPolicy): string {
  const consequence =
    inForce === undefined
      ? 'nothing is decided or signed until it is corrected'
      : `policy ${inForce} stays in force`;
  return `${consequence}: ${inShort(problems)}`;
}

/** The first problem, and how many more there are. */
function inShort(problems: readonly PolicyProblem[]): string {
  const [first, ...others] = problems;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${formatProblem(first)}${more}`;
}

const isoTime = (atMs: number): string => new Date(atMs).toISOString();
