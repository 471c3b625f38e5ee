// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { nearEnd, shownEnd } from '../../../src/authority/ca-end.js';
import { NOW_MS } from '../../support/decide.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A CA with so many days left of so many, for certificates of so many hours. */
const end = (leftMs: number, lifeDays: number, maxHours: number) =>
  nearEnd(
    { notBeforeMs: NOW_MS + leftMs - lifeDays * DAY_MS, notAfterMs: NOW_MS + leftMs },
    { maxSeconds: maxHours * 3600 },
    NOW_MS,
  );

describe('the end of a CA', () => {
  it.each<readonly [string, ReturnType<typeof end>]>([
    ['that has 30 days left', end(30 * DAY_MS, 3650, 24)],
    ['whose certificates of lifetime.max just fit', end(365 * DAY_MS, 3650, 365 * 24)],
    ['that lives for two weeks and has a third of that left', end(14 * (DAY_MS / 3), 14, 24)],
  ])('is far away for a CA %s', (_name, seen) => {
    expect(seen).toBe(undefined);
  });

  it.each<readonly [string, ReturnType<typeof end>, object]>([
    [
      'that has less than 30 days left',
      end(30 * DAY_MS - 1, 3650, 24),
      { daysLeft: 29, isCutting: false },
    ],
    [
      'whose certificates of lifetime.max are cut',
      end(365 * DAY_MS - 1, 3650, 365 * 24),
      { daysLeft: 364, isCutting: true },
    ],
    [
      'that lives for two weeks and has less than a third of that left',
      end(14 * (DAY_MS / 3) - 1, 14, 24),
      { daysLeft: 4, isCutting: false },
    ],
    ['on its last day', end(HOUR_MS, 3650, 24), { daysLeft: 0, isCutting: true }],
    ['that is over', end(-HOUR_MS, 3650, 24), { daysLeft: 0, isCutting: true }],
  ])('is near for a CA %s', (_name, seen, expected) => {
    expect(seen).toMatchObject(expected);
  });

  it('reads as one clause', () => {
    const notAfterMs = Date.UTC(2027, 0, 31);

    expect(shownEnd({ notAfterMs, daysLeft: 12, isCutting: false })).toBe(
      'the CA ends in 12 days, on 2027-01-31T00:00:00.000Z',
    );
    expect(shownEnd({ notAfterMs, daysLeft: 1, isCutting: true })).toBe(
      'the CA ends in 1 day, on 2027-01-31T00:00:00.000Z; certificates of lifetime.max are cut to that',
    );
  });
});
