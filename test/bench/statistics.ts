// SPDX-License-Identifier: Apache-2.0
// Medians and quantiles of small samples.

/** The value below which `share` (0 to 1) of the sample lies; NaN of an empty one. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (sample: readonly number[]): number => quantile(sample, 0.5);

/** Half the distance between the first and the last, as a share of the median: how much to believe a figure. */
export const spread = (sample: readonly number[]): number =>
  (Math.max(...sample) - Math.min(...sample)) / 2 / median(sample);

/** Median of the ratios of each round, so that what slows a whole round down cancels out. */
export const ratioOfRounds = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
