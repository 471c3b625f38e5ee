// SPDX-License-Identifier: Apache-2.0
// Compares ranges of addresses as sets.

import {
  addressOfBytes,
  type AddressRange,
  bytesOfAddress,
  canonicalAddress,
} from '../../vocabulary/addresses.js';

interface Bits {
  /** As 0 and 1, as many as the prefix has. */
  readonly prefix: string;
  /** Of the whole address: 32 or 128. */
  readonly length: number;
}

function bitsOf({ source }: AddressRange): Bits {
  const [written = '', prefix] = source.split('/');
  const bytes = bytesOfAddress(canonicalAddress(written) ?? '::');
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return {
    prefix: bits.slice(0, prefix === undefined ? bits.length : Number(prefix)),
    length: bits.length,
  };
}

/** Whether every address of `inner` lies in `outer`. */
export function isWithin(inner: AddressRange, outer: AddressRange): boolean {
  const [small, big] = [bitsOf(inner), bitsOf(outer)];
  return small.length === big.length && small.prefix.startsWith(big.prefix);
}

/** Whether every address of `inner` lies in one of `outer`; false for a range that only several of them cover. */
export const isWithinAny = (inner: AddressRange, outer: readonly AddressRange[]): boolean =>
  outer.some((each) => isWithin(inner, each));

/** Whether the range holds every address of its family. */
export const isWhole = (range: AddressRange): boolean => bitsOf(range).prefix === '';

/** The first and the last address of the range, canonical. */
export function endsOf(range: AddressRange): readonly [string, string] {
  const { prefix, length } = bitsOf(range);
  return [addressOf(prefix.padEnd(length, '0')), addressOf(prefix.padEnd(length, '1'))];
}

const addressOf = (bits: string): string =>
  addressOfBytes(
    Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2)),
  ) ?? '';
