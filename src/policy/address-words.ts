// SPDX-License-Identifier: Apache-2.0
// Addresses and CIDRs of a policy, and the list of names and addresses of the API server.

import {
  type AddressRange,
  bytesOfAddress,
  canonicalAddress,
  parseAddressRange,
} from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';
import type { TextForm } from './schema-parts.js';

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyInvalidValue', message });

/** What JSON Schema says of them. */
export const RANGE_FORM: TextForm = {
  pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$',
  maxLength: 64,
  examples: ['10.0.0.0/16', 'fd00::/8', '192.0.2.10'],
};

/** An address or CIDR. Bits behind the prefix must be zero: `10.0.0.5/16` is a slip of one or the other. */
export function parseRange(text: string): Result<AddressRange, Fault> {
  const range = text.length > 64 ? undefined : parseAddressRange(text);
  if (range === undefined) {
    return faulty(`${quoted(text)} is not an address or CIDR; write for example 10.0.0.0/16`);
  }
  if (hasHostBits(text)) {
    return faulty(
      `${quoted(text)} has bits set behind the prefix; correct the address or the prefix`,
    );
  }
  return ok(range);
}

/** A name (canonical) or a range, as `apiServerNames` lists them. */
export type ApiServerWord =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'range'; readonly range: AddressRange };

/** A host name, address or CIDR under which the API server is reached. */
export function parseApiServerWord(text: string): Result<ApiServerWord, Fault> {
  // A name such as 10.0.1 is a valid host name by its letters, and never meant as one.
  if (/[/:]/.test(text) || /^[\d.]+$/.test(text)) {
    const range = parseRange(text);
    return range.ok ? ok({ kind: 'range', range: range.value }) : range;
  }
  const name = text.includes('*') ? undefined : canonicalDnsName(text);
  if (name === undefined) {
    return faulty(`${quoted(text)} is not a host name, address or CIDR`);
  }
  return ok({ kind: 'name', name });
}

function hasHostBits(text: string): boolean {
  const [written = '', prefix] = text.split('/');
  const address = canonicalAddress(written);
  if (address === undefined || prefix === undefined) return false;
  const bits = Array.from(bytesOfAddress(address), (byte) => byte.toString(2).padStart(8, '0'));
  return bits.join('').slice(Number(prefix)).includes('1');
}
