// SPDX-License-Identifier: Apache-2.0
// One answer of the cluster that everybody asks for and that changes seldom.

/**
 * `ask`, asked again when its answer is older than `keptMs`; questions under way are shared, and an answer that is not
 * `isGood` is not kept.
 */
export function remembered<T>(options: {
  readonly ask: () => Promise<T>;
  readonly isGood: (answer: T) => boolean;
  readonly keptMs: number;
  readonly nowMs: () => number;
}): () => Promise<T> {
  const { ask, isGood, keptMs, nowMs } = options;
  let kept: { readonly answer: Promise<T>; readonly untilMs: number } | undefined;
  return async () => {
    if (kept !== undefined && nowMs() < kept.untilMs) return kept.answer;
    const asked = { answer: ask(), untilMs: nowMs() + keptMs };
    kept = asked;
    const answer = await asked.answer;
    if (!isGood(answer) && kept === asked) kept = undefined;
    return answer;
  };
}
