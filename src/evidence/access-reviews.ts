// SPDX-License-Identifier: Apache-2.0
// Access reviews asked of the cluster, no more often than needed: an allow is kept for a moment, a no never.

import type { AccessReviewNeed, Known } from '../decide/evidence.js';
import { needKey } from '../decide/evidence.js';
import { MAX_KEPT_ACCESS_REVIEWS } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';

/** Asks the API server once; what cannot be had is `unavailable`. */
export type AskAccessReview = (need: AccessReviewNeed) => Promise<Known<boolean>>;

/** How long an allow is believed; long enough for a wave of nodes that share one bootstrap user. */
const KEPT_MS = 10_000;

interface Kept {
  readonly answer: Promise<Known<boolean>>;
  readonly untilMs: number;
}

/** `ask`, with questions under way shared and an allow kept for 10 s. Bounded: the oldest are forgotten first. */
export function rememberedAccessReviews(
  ask: AskAccessReview,
  nowMs: () => number,
): AskAccessReview {
  const kept = new Map<string, Kept>();
  return async (need) => {
    const key = needKey(need);
    const known = kept.get(key);
    if (known !== undefined && nowMs() < known.untilMs) return known.answer;
    const answer = ask(need);
    const entry = { answer, untilMs: nowMs() + KEPT_MS };
    keepNewest(kept, [key, entry], MAX_KEPT_ACCESS_REVIEWS);
    const settled = await answer;
    const isAllow = settled.state === 'known' && settled.value;
    if (!isAllow && kept.get(key)?.answer === answer) kept.delete(key);
    return settled;
  };
}
