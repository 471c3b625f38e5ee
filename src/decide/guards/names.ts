// SPDX-License-Identifier: Apache-2.0
// Names that no certificate should carry, whoever asks: addresses that identify no host, and wildcards.

import { unusableClassOf } from '../../vocabulary/addresses.js';
import { quotedList } from '../../vocabulary/printable.js';
import { type Check, type GuardInput, passed, violated } from '../check.js';

/** No loopback, link-local, multicast, broadcast or unspecified address. */
export const unusableAddresses: Check<GuardInput> = {
  codes: ['UnusableAddress'],
  source: 'request',
  run: ({ facts }) => {
    const seen = facts.sans.filter((san) => san.kind === 'ip').map((san) => san.value);
    const found = seen.filter((address) => unusableClassOf(address) !== undefined);
    const looked = {
      want: 'addresses of hosts',
      saw: quotedList(seen),
      source: 'request',
    } as const;
    if (found.length === 0) return [passed('UnusableAddress', looked)];
    const classes = [...new Set(found.map(unusableClassOf))].join(', ');
    return [
      violated(
        'UnusableAddress',
        looked,
        `IP address ${quotedList(found)} is no host's (${classes})`,
      ),
    ];
  },
};

/** No wildcard name. */
export const wildcardNames: Check<GuardInput> = {
  codes: ['WildcardName'],
  source: 'request',
  run: ({ facts }) => {
    const names = facts.sans.filter((san) => san.kind === 'dns').map((san) => san.value);
    const found = names.filter((name) => name.includes('*'));
    const looked = { want: 'no wildcard', saw: quotedList(names), source: 'request' } as const;
    if (found.length === 0) return [passed('WildcardName', looked)];
    return [violated('WildcardName', looked, `wildcard name ${quotedList(found)} is never given`)];
  },
};
