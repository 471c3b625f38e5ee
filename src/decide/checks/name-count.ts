// SPDX-License-Identifier: Apache-2.0
// How many subject alternative names a certificate may have.

import { type Check, passed, violated } from '../check.js';

/** The number of names lies between `sans.min` and `sans.max`. */
export const nameCount: Check = {
  codes: ['TooFewNames', 'TooManyNames'],
  source: 'request',
  run: ({ facts, rule }) => {
    const { min, max } = rule.sans;
    const count = facts.sans.length;
    const few = { want: `at least ${min}`, saw: String(count), source: 'request' } as const;
    const many = { want: `at most ${max}`, saw: String(count), source: 'request' } as const;
    return [
      count >= min
        ? passed('TooFewNames', few)
        : violated(
            'TooFewNames',
            few,
            `${count} subject alternative names, at least ${min} are needed`,
          ),
      count <= max
        ? passed('TooManyNames', many)
        : violated(
            'TooManyNames',
            many,
            `${count} subject alternative names, at most ${max} are allowed`,
          ),
    ];
  },
};
