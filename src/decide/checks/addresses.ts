// SPDX-License-Identifier: Apache-2.0
// IP addresses are compared as addresses, not as text.

import { quotedList } from '../../vocabulary/printable.js';
import { type Check, passed, violated } from '../check.js';

/** Every IP address lies in one of the ranges of `sans.ip`. */
export const addresses: Check = {
  codes: ['AddressNotAllowed'],
  source: 'request',
  run: ({ facts, rule }) => {
    const ranges = rule.sans.ip;
    const seen = facts.sans.filter((san) => san.kind === 'ip').map((san) => san.value);
    const outside = seen.filter((address) => !ranges?.some((range) => range.contains(address)));
    const allowed = ranges?.map((range) => range.source).join(', ') ?? 'none';
    const looked = { want: allowed, saw: quotedList(seen), source: 'request' } as const;
    if (outside.length === 0) return [passed('AddressNotAllowed', looked)];
    const text = `IP address ${quotedList(outside)} is not allowed (allowed: ${allowed})`;
    return [violated('AddressNotAllowed', looked, text)];
  },
};
