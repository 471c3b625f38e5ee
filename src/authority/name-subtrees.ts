// SPDX-License-Identifier: Apache-2.0
// Which names lie within one subtree of name constraints (RFC 5280 section 4.2.1.10), by the readings of OpenSSL and Go.

import { isIP } from 'node:net';

import { addressOfBytes, parseAddressRange } from '../vocabulary/addresses.js';
import { canonicalDnsName, isInDomain } from '../vocabulary/dns-names.js';
import type { SubjectAltName } from '../request/facts.js';
import { contextTag } from '../x509/der-tags.js';

/**
 * For which verifiers: they differ. A mailbox or URI constraint `example.com` holds hosts below it for Go and not for
 * OpenSSL, an empty one every host for Go and none for OpenSSL, and Go lets an excluded host exclude the wildcard over it.
 * So what is to be permitted must lie within for all of them, and what lies within for any of them is excluded. Alike
 * are DNS constraints: `example.com` holds itself and what is below it, `.example.com` only what is below it.
 */
export type Readers = 'all' | 'any';

/** One subtree of names. `holds` takes the `value` of a name of its kind. */
export interface Subtree {
  readonly kind: SubjectAltName['kind'];
  /** For people. */
  readonly base: string;
  readonly holds: (value: string, readers: Readers) => boolean;
}

/** What reads the base of a subtree, by the tag of its kind of name; undefined for a malformed one. */
export const SUBTREES: ReadonlyMap<number, (octets: Uint8Array) => Subtree | undefined> = new Map([
  [contextTag(1, false), mailboxes],
  [contextTag(2, false), dnsNames],
  [contextTag(6, false), uris],
  [contextTag(7, false), addresses],
]);

/** Whether a name can be held against constraints: Go refuses others below any, whatever kinds these limit. */
export function canBeHeld({ kind, value }: SubjectAltName): boolean {
  if (kind === 'ip') return isIP(value) !== 0;
  if (kind === 'email') return /@.*[^.]$/.test(value);
  if (kind === 'dns') return !value.endsWith('.');
  const host = URI.exec(value)?.groups?.['host'];
  return host !== undefined && isIP(host) === 0;
}

const textOf = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

const belowDot = (base: string): string => base.replace(/^\./, '');

/** A host, a dot and a host, or nothing; lower case. Undefined for others, as with a final dot, which Go refuses. */
function hostBase(text: string): string | undefined {
  const host = belowDot(text);
  const isPlain = canonicalDnsName(host) !== undefined && !/^\*|\.$/.test(host);
  return isPlain || text === '' ? text.toLowerCase() : undefined;
}

function dnsNames(octets: Uint8Array): Subtree | undefined {
  const base = hostBase(textOf(octets));
  if (base === undefined) return undefined;
  const holds = (value: string, readers: Readers): boolean => {
    const name = value.toLowerCase();
    if (base === '' || (base.startsWith('.') ? name.endsWith(base) : isInDomain(name, base))) {
      return true;
    }
    return readers === 'any' && name.startsWith('*.') && isInDomain(belowDot(base), name.slice(2));
  };
  return { kind: 'dns', base, holds };
}

/** Of mailboxes and URIs: a base without a dot before it is one host. */
function holdsHost(base: string, host: string, readers: Readers): boolean {
  if (base.startsWith('.')) return host.endsWith(base);
  return host === base || (readers === 'any' && (base === '' || isInDomain(host, base)));
}

const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

const partsOf = (mailbox: string): readonly [local: string, host: string] => {
  const at = mailbox.lastIndexOf('@');
  return [mailbox.slice(0, Math.max(at, 0)), mailbox.slice(at + 1).toLowerCase()];
};

function mailboxes(octets: Uint8Array): Subtree | undefined {
  const text = textOf(octets);
  const [local, host] = partsOf(text);
  const base = hostBase(host);
  const isOne = text.includes('@');
  if (base === undefined || (isOne && !(LOCAL_PART.test(local) && /^[^.]/.test(host)))) {
    return undefined;
  }
  const holds = (value: string, readers: Readers): boolean => {
    const [itsLocal, itsHost] = partsOf(value);
    return isOne ? itsLocal === local && itsHost === base : holdsHost(base, itsHost, readers);
  };
  return { kind: 'email', base: text, holds };
}

/** A URI whose host is a name, as Go reads it. */
const URI = /^[^:/]+:\/\/(?<host>[\w-]+(?:\.[\w-]+)*)(?:[:/?#]|$)/;

/** OpenSSL 3.0 ends the host at the first colon, wherever that is, else at the first slash. */
const URI_UP_TO_COLON = /:\/\/(?<host>[^:]*(?=:)|[^:/]*)/;
const URI_READERS: readonly RegExp[] = [URI, URI_UP_TO_COLON];

function uris(octets: Uint8Array): Subtree | undefined {
  const base = hostBase(textOf(octets));
  if (base === undefined) return undefined;
  const holds = (value: string, readers: Readers): boolean => {
    const isHeld = (pattern: RegExp): boolean =>
      holdsHost(base, (pattern.exec(value)?.groups?.['host'] ?? '').toLowerCase(), readers);
    return readers === 'all' ? URI_READERS.every(isHeld) : URI_READERS.some(isHeld);
  };
  return { kind: 'uri', base, holds };
}

/** An address and its mask. Go does not find a range among others whose address has bits outside of the mask. */
function addresses(octets: Uint8Array): Subtree | undefined {
  const half = octets.length / 2;
  const mask = octets.subarray(half);
  const address = addressOfBytes(octets.subarray(0, half));
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  const isWithinMask = mask.every((octet, index) => ((octets[index] ?? 0) & ~octet) === 0);
  if (address === undefined || octets.length % 2 !== 0) return undefined;
  if (!/^1*0*$/.test(bits) || !isWithinMask) return undefined;
  const range = parseAddressRange(`${address}/${bits.replaceAll('0', '').length}`);
  if (range === undefined) return undefined;
  return { kind: 'ip', base: range.source, holds: (value) => range.contains(value) };
}
