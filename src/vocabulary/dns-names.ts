// SPDX-License-Identifier: Apache-2.0
// The one canonical form in which DNS names are compared; it refuses what is not a host name.

import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * `name` lower-cased, without one trailing dot, every `xn--` label valid IDNA; undefined when it is
 * not a host name (RFC 1123 labels of 1–63, 253 in all; the text of an address is none). A leading `*.` is kept: a wildcard is a
 * name here, and refused by a guard that can say so.
 */
export function canonicalDnsName(name: string): string | undefined {
  // Lower-casing maps some other characters to ASCII letters (the Kelvin sign to k).
  if (!/^[\x20-\x7e]*$/.test(name)) return undefined;
  const folded = name.toLowerCase().replace(/\.$/, '');
  const host = folded.startsWith('*.') ? folded.slice(2) : folded;
  if (host.length === 0 || host.length > 253 || isIP(host) !== 0) return undefined;
  if (!host.split('.').every((label) => LABEL.test(label))) return undefined;
  if (!host.split('.').every(isPlainOrValidIdna)) return undefined;
  return folded;
}

/**
 * A punycode label that IDNA maps to something else is a look-alike of another name. Asked label by label and both ways,
 * because Node from 22 on gives back what it cannot decode.
 */
function isPlainOrValidIdna(label: string): boolean {
  if (!label.startsWith('xn--')) return true;
  const unicode = domainToUnicode(label);
  return /[^\x20-\x7e]/.test(unicode) && domainToASCII(unicode) === label;
}

/** Whether canonical `name` is `domain` or ends in `.domain`. */
export const isInDomain = (name: string, domain: string): boolean =>
  name === domain || name.endsWith(`.${domain}`);
