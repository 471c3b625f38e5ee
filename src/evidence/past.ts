// SPDX-License-Identifier: Apache-2.0
// Answers about requests of the past: what nobody knows any more is not to be had, instead of taken as usual.

import { type EvidenceEntry, type Need, needKey } from '../decide/evidence.js';
import type { Resolve } from '../decide/settle.js';
import { MAX_REPLAY_ANSWERS } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';

/** `resolve` without assumptions: an answer that nobody gave is unavailable. */
export const withoutAssumptions =
  (resolve: Resolve): Resolve =>
  async (need) => {
    const entry = await resolve(need);
    const isAssumed = entry.answer.state === 'known' && entry.answer.assumed === true;
    return isAssumed ? unavailable(need, 'nothing given says it') : entry;
  };

/** `resolve` for a request that was decided before: a Node that is gone was there, and nobody knows what it listed. */
export const forThePast =
  (resolve: Resolve): Resolve =>
  async (need) => {
    const entry = await resolve(need);
    const { answer } = entry;
    const isGone = entry.kind === 'node' && answer.state === 'known' && answer.value === undefined;
    return isGone ? unavailable(need, 'the Node is not there any more') : entry;
  };

/** `resolve` with every answer kept, so that ten thousand requests ask once for what they have in common. */
export function rememberedResolve(resolve: Resolve): Resolve {
  const kept = new Map<string, Promise<EvidenceEntry>>();
  return (need) => {
    const key = needKey(need);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = resolve(need);
    keepNewest(kept, [key, answer], MAX_REPLAY_ANSWERS);
    return answer;
  };
}

function unavailable(need: Need, why: string): EvidenceEntry {
  const answer = { state: 'unavailable', why } as const;
  switch (need.kind) {
    case 'access-review':
      return { kind: need.kind, need, answer };
    case 'api-server':
      return { kind: need.kind, need, answer };
    case 'node':
      return { kind: need.kind, need, answer };
    case 'dns':
      return { kind: need.kind, need, answer };
    case 'claims':
      return { kind: need.kind, need, answer };
  }
}
