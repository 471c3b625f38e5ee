import { expect, it } from '@jest/globals';
import { roughDuration, shownSeconds } from '../../../src/vocabulary/durations.js';

it.each([
  [0, '0 seconds (0s)'],
  [600, '600 seconds (10m)'],
  [28_800, '28800 seconds (8h)'],
  [2_592_000, '2592000 seconds (30d)'],
  [90_061, '90061 seconds (1d1h1m1s)'],
])('%s is shown as %s', (seconds, shown) => {
  expect(shownSeconds(seconds)).toBe(shown);
});

it.each([
  [0, '0s'],
  [0.9, '0s'],
  [59.9, '59s'],
  [28_440, '7h54m'],
  [90_061, '1d1h'],
  [86_461, '1d1m'],
])('%s seconds are roughly %s', (seconds, shown) => {
  expect(roughDuration(seconds)).toBe(shown);
});
