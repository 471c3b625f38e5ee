// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { alwaysHeld, bothHeld } from '../../../src/controller/fence.js';
import { createPause } from '../../../src/policy-store/pause.js';

function observed() {
  const seen = { observed: [] as boolean[], heard: [] as boolean[], nowMs: 1000 };
  const pause = createPause({
    nowMs: () => seen.nowMs,
    observe: (isPaused) => seen.observed.push(isPaused),
  });
  const stop = pause.onChange((isPaused) => seen.heard.push(isPaused));
  return { pause, seen, stop };
}

describe('a pause', () => {
  it('closes the fence at once, and opens it when it ends', () => {
    const { pause } = observed();
    const fence = bothHeld(alwaysHeld, pause.fence);

    const before = fence.isHeld();
    pause.set(true);
    const during = fence.isHeld();
    pause.set(false);

    expect([before, during, fence.isHeld()]).toEqual([true, false, true]);
  });

  it('does not open the fence of somebody else', () => {
    const { pause } = observed();

    expect(bothHeld({ isHeld: () => false }, pause.fence).isHeld()).toBe(false);
  });

  it('is told once at each change, however often the ConfigMap is seen', () => {
    const { pause, seen } = observed();

    for (const isPaused of [false, true, true, false, false]) pause.set(isPaused);

    expect([seen.observed, seen.heard]).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('says since when', () => {
    const { pause, seen } = observed();
    pause.set(true);
    seen.nowMs = 2000;
    pause.set(true);

    const since = pause.pausedSinceMs();
    pause.set(false);

    expect([since, pause.pausedSinceMs()]).toEqual([1000, undefined]);
  });

  it('is not told to who no longer listens', () => {
    const { pause, seen, stop } = observed();

    stop();
    pause.set(true);

    expect(seen.heard).toEqual([]);
  });
});
