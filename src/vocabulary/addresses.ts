// SPDX-License-Identifier: Apache-2.0
// IP addresses and ranges in the one canonical form in which they are compared.

import { BlockList, isIP } from 'node:net';

/** A set of addresses that was written as one address or CIDR. */
export interface AddressRange {
  /** As it was written. */
  readonly source: string;
  /** Whether the canonical address lies in the range. */
  contains(address: string): boolean;
}

/**
 * The canonical text of an IP address: IPv4 dotted, IPv6 as RFC 5952, IPv4-mapped IPv6 as IPv4.
 * Undefined for anything else, and for addresses with a zone (they mean nothing on another host).
 */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 4) return text;
  if (family !== 6 || text.includes('%')) return undefined;
  const address = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return address;
  const words = [mapped[1] ?? '0', mapped[2] ?? '0'].map((word) => Number.parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 255]).join('.');
}

/** The canonical text of 4 or 16 bytes (RFC 5280 section 4.2.1.6); undefined for other lengths. */
export function addressOfBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const words = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return canonicalAddress(words.join(':'));
}

/** The 4 or 16 bytes of a canonical address, as a SAN carries them. */
export function bytesOfAddress(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return Uint8Array.from(
    words.flatMap((word) => {
      const value = Number.parseInt(word, 16);
      return [value >> 8, value & 255];
    }),
  );
}

/** Parses `10.0.0.0/16`, `fd00::/8`, `10.1.2.3`; undefined when it is none of these. */
export function parseAddressRange(source: string): AddressRange | undefined {
  const [text = '', prefixText, ...rest] = source.split('/');
  const address = canonicalAddress(text);
  if (address === undefined || rest.length > 0) return undefined;
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const bits = family === 'ipv4' ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return {
    source,
    // BlockList would count IPv4 addresses into an IPv6 range that covers ::ffff:0:0/96, such as ::/0.
    contains: (other) =>
      isIP(other) === isIP(address) && list.check(other, isIP(other) === 4 ? 'ipv4' : 'ipv6'),
  };
}

const range = (source: string): AddressRange => {
  const parsed = parseAddressRange(source);
  if (parsed === undefined) throw new TypeError(`not an address range: ${source}`);
  return parsed;
};

/** Addresses that identify no host towards another one (RFC 6890), by the name of their class. */
const UNUSABLE: readonly (readonly [string, readonly AddressRange[]])[] = [
  ['unspecified', [range('0.0.0.0/8'), range('::')]],
  ['loopback', [range('127.0.0.0/8'), range('::1')]],
  ['link-local', [range('169.254.0.0/16'), range('fe80::/10')]],
  ['multicast', [range('224.0.0.0/4'), range('ff00::/8')]],
  ['broadcast', [range('255.255.255.255')]],
];

/** The class (`loopback`, `link-local`, …) for which no certificate is given, or undefined. */
export const unusableClassOf = (address: string): string | undefined =>
  UNUSABLE.find(([, ranges]) => ranges.some((each) => each.contains(address)))?.[0];
