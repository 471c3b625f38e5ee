// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Backoff } from '../../../src/controller/backoff.js';

const delays = (backoff: Backoff, count: number): readonly number[] =>
  Array.from({ length: count }, () => backoff.next('key'));

describe('the back-off of a key', () => {
  it('doubles from 200 ms to 1,000 s, as that of the certificate controllers of Kubernetes', () => {
    expect(delays(new Backoff(() => 0), 15)).toEqual([
      200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400, 204_800, 409_600,
      819_200, 1_000_000, 1_000_000,
    ]);
  });

  it('begins again after forget, and keeps nothing of the key', () => {
    const backoff = new Backoff(() => 0);
    delays(backoff, 5);
    backoff.forget('key');

    expect(backoff.size).toBe(0);
    expect(backoff.next('key')).toBe(200);
  });

  it('counts each key for itself', () => {
    const backoff = new Backoff(() => 0);
    delays(backoff, 5);

    expect(backoff.next('another key')).toBe(200);
  });

  it('is always more than half of the full delay and never more than it, however often it failed', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), random, (failures, drawn) => {
        const backoff = new Backoff(() => drawn);
        delays(backoff, failures);
        const fullMs = Math.min(200 * 2 ** Math.min(failures, 32), 1_000_000);

        const delayMs = backoff.next('key');

        expect(delayMs).toBeGreaterThan(fullMs / 2 - 1e-6);
        expect(delayMs).toBeLessThanOrEqual(fullMs);
      }),
      { numRuns: 100 },
    );
  });
});
