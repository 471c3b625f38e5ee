// SPDX-License-Identifier: Apache-2.0
// Which keys a rule certifies; that a key is strong enough at all was settled when it was read.

import { type Check, passed, violated } from '../check.js';

/** The key is of a kind and size that `keys` lists; a rule without `keys` takes what the reader accepts. */
export const keys: Check = {
  codes: ['KeyNotAllowed'],
  source: 'request',
  run: ({ facts: { key }, rule }) => {
    const want = rule.keys.map((bound) => bound.source).join(', ') || 'any strong key';
    const looked = { want, saw: key.label, source: 'request' } as const;
    const fits =
      rule.keys.length === 0 ||
      rule.keys.some((bound) => bound.algorithm === key.algorithm && key.bits >= bound.minBits);
    if (fits) return [passed('KeyNotAllowed', looked)];
    return [
      violated('KeyNotAllowed', looked, `key ${key.label} is not allowed (allowed: ${want})`),
    ];
  },
};
