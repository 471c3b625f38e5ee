// SPDX-License-Identifier: Apache-2.0
// How lengths of time are written for people.

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `28800 seconds (8h)`: the number that the API takes, and what a person reads. */
export const shownSeconds = (seconds: number): string =>
  `${seconds} seconds (${partsOf(seconds).join('') || '0s'})`;

/** `7h54m`: the two largest units of at least 0 seconds, the rest left out. */
export const roughDuration = (seconds: number): string =>
  partsOf(seconds).slice(0, 2).join('') || '0s';

function partsOf(seconds: number): readonly string[] {
  let rest = seconds;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts;
}
