// SPDX-License-Identifier: Apache-2.0
// The values of primitive DER elements: each has exactly one encoding, and every other one is refused.

import { MAX_OBJECT_IDENTIFIER_OCTETS } from '../vocabulary/limits.js';
import type { DerElement } from './der-reader.js';
import { TAG } from './der-tags.js';
import { refuse } from './refused.js';

/** Refuses content that is not the one encoding of its value (X.690 sections 8.3, 8.6, 8.8, 8.19, 11.1, 11.2). */
export function checkPrimitive(element: DerElement): void {
  switch (element.tag) {
    case TAG.boolean:
      return checkBoolean(element);
    case TAG.integer:
      return checkInteger(element);
    case TAG.bitString:
      return checkBitString(element);
    case TAG.objectIdentifier:
      return checkObjectIdentifier(element);
    case TAG.null:
      if (element.to !== element.from) refuseValue(element, 'a NULL has content');
      return;
    default:
  }
}

/** The value of a BOOLEAN that `checkPrimitive` passed. */
export const booleanOf = (element: DerElement): boolean => element.source[element.from] === 0xff;

/** The dotted text of an OBJECT IDENTIFIER that `checkPrimitive` passed. */
export function objectIdentifierOf(element: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  for (let offset = element.from; offset < element.to; offset += 1) {
    const octet = element.source[offset] ?? 0;
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    if (arcs.length > 0) arcs.push(arc);
    else if (arc < 80) arcs.push(Math.trunc(arc / 40), arc % 40);
    else arcs.push(2, arc - 80);
    arc = 0;
  }
  return arcs.join('.');
}

/** The octets of a BIT STRING that must consist of whole octets, as keys and signatures do. */
export function octetsOfBitString(element: DerElement): Uint8Array {
  if (element.source[element.from] !== 0) {
    refuseValue(element, 'a BIT STRING that must have whole octets has unused bits');
  }
  return element.source.subarray(element.from + 1, element.to);
}

/**
 * The numbers of the bits set in a BIT STRING with named bits (KeyUsage); refuses trailing zero bits, which DER leaves
 * out (X.690 section 11.2.2).
 */
export function namedBitsOf(element: DerElement): readonly number[] {
  const bits: number[] = [];
  for (let offset = element.from + 1; offset < element.to; offset += 1) {
    const octet = element.source[offset] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) {
      if ((octet & (0x80 >> bit)) !== 0) bits.push((offset - element.from - 1) * 8 + bit);
    }
  }
  const unused = element.source[element.from] ?? 0;
  const written = (element.to - element.from - 1) * 8 - unused;
  if (written !== (bits.at(-1) ?? -1) + 1) {
    refuseValue(element, 'a list of named bits ends in zero bits');
  }
  return bits;
}

/** The octets of a positive INTEGER without its sign octet; refuses zero and negative ones. */
export function positiveOctetsOf(element: DerElement, what: string): Uint8Array {
  const first = element.source[element.from] ?? 0;
  const isZero = first === 0 && element.to - element.from === 1;
  if (isZero || first >= 0x80) refuseValue(element, `${what} is not positive`);
  return element.source.subarray(first === 0 ? element.from + 1 : element.from, element.to);
}

function checkBoolean(element: DerElement): void {
  const value = element.source[element.from];
  if (element.to - element.from !== 1 || (value !== 0 && value !== 0xff)) {
    refuseValue(element, 'a BOOLEAN is neither 00 nor FF');
  }
}

function checkInteger(element: DerElement): void {
  const { source, from, to } = element;
  if (from === to) refuseValue(element, 'an INTEGER is empty');
  if (to - from === 1) return;
  const first = source[from];
  const signOfSecond = (source[from + 1] ?? 0) >= 0x80;
  if ((first === 0 && !signOfSecond) || (first === 0xff && signOfSecond)) {
    refuseValue(element, 'an INTEGER is written with more octets than it needs');
  }
}

function checkBitString(element: DerElement): void {
  const { source, from, to } = element;
  const unused = source[from] ?? 0;
  if (from === to || unused > 7 || (unused > 0 && to - from === 1)) {
    refuseValue(element, 'the number of unused bits of a BIT STRING is not possible');
  }
  if (((source[to - 1] ?? 0) & ((1 << unused) - 1)) !== 0 && unused > 0) {
    refuseValue(element, 'the unused bits of a BIT STRING are not zero');
  }
}

function checkObjectIdentifier(element: DerElement): void {
  const { source, from, to } = element;
  if (to - from > MAX_OBJECT_IDENTIFIER_OCTETS) {
    refuse('DerTooLarge', `der offset ${element.start}`, 'an OBJECT IDENTIFIER is too long');
  }
  if (from === to || (source[to - 1] ?? 0) >= 0x80) {
    refuseValue(element, 'an OBJECT IDENTIFIER is not complete');
  }
  let arc = 0;
  for (let offset = from; offset < to; offset += 1) {
    const octet = source[offset] ?? 0;
    if (arc === 0 && octet === 0x80) {
      refuseValue(element, 'an arc of an OBJECT IDENTIFIER begins with zero bits');
    }
    arc = arc * 128 + (octet & 0x7f);
    // Go refuses larger arcs, and the second reader reads them as other identifiers.
    if (arc > LARGEST_ARC) {
      refuse('DerTooLarge', `der offset ${element.start}`, 'an arc is larger than 2^31 - 1');
    }
    if (octet < 0x80) arc = 0;
  }
}

const LARGEST_ARC = 0x7fff_ffff;

const refuseValue = (element: DerElement, detail: string): never =>
  refuse('DerValue', `der offset ${element.start}`, detail);
