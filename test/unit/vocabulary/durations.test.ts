import { expect, it } from '@jest/globals';
import { shownSeconds } from '../../../src/vocabulary/durations.js';

it.each([
  [0, '0 seconds (0s)'],
  [600, '600 seconds (10m)'],
  [28_800, '28800 seconds (8h)'],
  [2_592_000, '2592000 seconds (30d)'],
  [90_061, '90061 seconds (1d1h1m1s)'],
])('%s is shown as %s', (seconds, shown) => {
  expect(shownSeconds(seconds)).toBe(shown);
});
