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
function isWithin(inner: AddressRange, outer: AddressRange): boolean {
  const [small, big] = [bitsOf(inner), bitsOf(outer)];
  return small.length === big.length && small.prefix.startsWith(big.prefix);
}

/** Whether every address of `inner` lies in one of `outer`; false for a range that only several of them cover. */
export const isWithinAny = (inner: AddressRange, outer: readonly AddressRange[]): boolean =>
  outer.some((each) => isWithin(inner, each));

/** Whether the range holds every address of its family. */
export const isWhole = (range: AddressRange): boolean => bitsOf(range).prefix === '';

/** The families, by length of an address, of which `ranges` together hold every address. */
export function wholeFamilies(ranges: readonly AddressRange[]): readonly number[] {
  return [32, 128].filter((length) => {
    const bits = ranges.map(bitsOf).filter((each) => each.length === length);
    return (
      bits.length > 0 &&
      coversAll(
        bits.map(({ prefix }) => prefix),
        0,
      )
    );
  });
}

/** Whether `prefixes`, all the same up to `at`, leave nothing out behind it; each prefix is walked once. */
function coversAll(prefixes: readonly string[], at: number): boolean {
  if (prefixes.some((prefix) => prefix.length === at)) return true;
  if (prefixes.length === 0) return false;
  return ['0', '1'].every((bit) =>
    coversAll(
      prefixes.filter((prefix) => prefix[at] === bit),
      at + 1,
    ),
  );
}

/** The first and the last address of the range, canonical. */
export function endsOf(range: AddressRange): readonly [string, string] {
  const { prefix, length } = bitsOf(range);
  return [addressOf(prefix.padEnd(length, '0')), addressOf(prefix.padEnd(length, '1'))];
}

const addressOf = (bits: string): string =>
  addressOfBytes(
    Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2)),
  ) ?? '';
