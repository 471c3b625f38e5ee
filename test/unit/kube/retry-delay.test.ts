// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryDelay } from '../../../src/kube/retry-delay.js';

const ALMOST_ONE = 1 - Number.EPSILON;
const longest = (): RetryDelay => new RetryDelay(() => ALMOST_ONE);
const rounded = (delay: RetryDelay, lives: readonly number[]): readonly number[] =>
  lives.map((livedMs) => Math.round(delay.next(livedMs)));

describe('the wait before the next connection', () => {
  it('is drawn from 0.8 s at first, doubling up to 30 s, while nothing lasts', () => {
    expect(
      rounded(
        longest(),
        Array.from({ length: 8 }, () => 0),
      ),
    ).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('may be nothing: the jitter is full', () => {
    expect(new RetryDelay(() => 0).next(0)).toBe(0);
  });

  it('is nothing after two minutes of health, which also forget what was before', () => {
    const delay = longest();
    rounded(delay, [0, 0, 0, 0]);

    expect(rounded(delay, [120_000, 0])).toEqual([0, 800]);
  });

  it('stays short where something cuts every stream after a minute', () => {
    expect(rounded(longest(), [60_000, 60_000, 60_000])).toEqual([800, 800, 800]);
  });

  it('is nothing for the first version that is too old, but not for one after another', () => {
    const delay = longest();

    expect([0, 0, 0].map((livedMs) => Math.round(delay.nextAfterExpiry(livedMs)))).toEqual([
      0, 1_600, 3_200,
    ]);
  });

  it('is never more than 30 s and never negative', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.nat(200_000), { maxLength: 100 }), random, (lives, drawn) => {
        const delay = new RetryDelay(() => drawn);
        for (const livedMs of lives) {
          const delayMs = delay.next(livedMs);
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThanOrEqual(30_000);
        }
      }),
    );
  });
});
