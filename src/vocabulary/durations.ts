// SPDX-License-Identifier: Apache-2.0
// How lengths of time are written for people.

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `28800 seconds (8h)`: the number that the API takes, and what a person reads. */
export function shownSeconds(seconds: number): string {
  let rest = seconds;
  let words = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words += `${count}${unit}`;
  }
  return `${seconds} seconds (${words || '0s'})`;
}
