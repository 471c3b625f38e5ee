import { describe, expect, it } from '@jest/globals';
import { Allowance } from '../../../src/controller/allowance.js';

const taken = (allowance: Allowance, times: number, nowMs: number): number =>
  Array.from({ length: times }, () => allowance.take(nowMs)).filter(Boolean).length;

describe('an allowance of 5 at once and 2 in each second', () => {
  const make = () => new Allowance({ atOnce: 5, perSecond: 2 });

  it('gives 5 at once, and no more', () => {
    expect(taken(make(), 100, 0)).toBe(5);
  });

  it('then gives 2 in each second', () => {
    const allowance = make();
    taken(allowance, 100, 0);

    expect([500, 1_000, 1_200, 3_000].map((ms) => taken(allowance, 100, ms))).toEqual([1, 1, 0, 4]);
  });

  it('never saves up more than 5', () => {
    const allowance = make();
    taken(allowance, 100, 0);

    expect(taken(allowance, 100, 3_600_000)).toBe(5);
  });

  it('neither gives nor loses when the clock goes back', () => {
    const allowance = make();
    taken(allowance, 3, 10_000);

    expect(taken(allowance, 100, 0)).toBe(2);
    expect(taken(allowance, 100, 1_000)).toBe(2);
  });
});
