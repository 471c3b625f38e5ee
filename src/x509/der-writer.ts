// SPDX-License-Identifier: Apache-2.0
// Writes DER: each function gives the complete encoding of one element.

import { contextTag, TAG } from './der-tags.js';

/** One element with any identifier octet; content is the concatenation of `parts`. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const octets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  const out = new Uint8Array(2 + octets + length);
  out[0] = tag;
  out[1] = octets === 0 ? length : 0x80 | octets;
  for (let index = 0; index < octets; index += 1) {
    out[2 + index] = (length >>> (8 * (octets - 1 - index))) & 0xff;
  }
  let offset = 2 + octets;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** SEQUENCE or SEQUENCE OF. */
export const sequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.sequence, ...parts);

/** SET OF, sorted as DER demands (X.690 section 11.6). */
export const setOf = (...elements: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.set, ...inSetOrder(elements));

/** Encodings in the order of a SET OF. */
export const inSetOrder = (elements: readonly Uint8Array[]): readonly Uint8Array[] =>
  elements.toSorted((a, b) => Buffer.compare(a, b));

/** `parts` inside context-specific constructed tag `number`: EXPLICIT, or IMPLICIT over SEQUENCE and SET. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(contextTag(number, true), ...parts);

/** `content` inside context-specific primitive tag `number`: IMPLICIT over a primitive type. */
export const contextPrimitive = (number: number, content: Uint8Array): Uint8Array =>
  tlv(contextTag(number, false), content);

/** A non-negative INTEGER from its big-endian octets, with leading zeros or without. */
export function integer(octets: Uint8Array): Uint8Array {
  let from = 0;
  while (from < octets.length - 1 && octets[from] === 0) from += 1;
  const significant = octets.subarray(from);
  if (significant.length === 0) return tlv(TAG.integer, ZERO);
  return (significant[0] ?? 0) >= 0x80
    ? tlv(TAG.integer, ZERO, significant)
    : tlv(TAG.integer, significant);
}

/** An INTEGER from 0 to 2^31 − 1. */
export const smallInteger = (value: number): Uint8Array =>
  integer(Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff));

/** BOOLEAN. */
export const boolean = (value: boolean): Uint8Array =>
  tlv(TAG.boolean, Uint8Array.of(value ? 0xff : 0));

/** OCTET STRING. */
export const octetString = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.octetString, ...parts);

/** BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Uint8Array => tlv(TAG.bitString, ZERO, octets);

/** BIT STRING of named bits, without trailing zero bits (X.690 section 11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...bits);
  const octets = new Uint8Array((last + 8) >> 3);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return tlv(TAG.bitString, Uint8Array.of(octets.length * 8 - last - 1), octets);
}

/** OBJECT IDENTIFIER from dotted text; the text must be one (it comes from our own tables or from a reader). */
export function objectIdentifier(dotted: string): Uint8Array {
  const [root = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets = [root * 40n + second, ...rest].flatMap((arc) => {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    return groups;
  });
  return tlv(TAG.objectIdentifier, Uint8Array.from(octets));
}

/** NULL. */
export const nullValue = (): Uint8Array => tlv(TAG.null);

/** UTF8String. */
export const utf8String = (text: string): Uint8Array => tlv(TAG.utf8String, Buffer.from(text));

/** PrintableString; the caller knows that the characters are printable. */
export const printableString = (text: string): Uint8Array =>
  tlv(TAG.printableString, Buffer.from(text, 'latin1'));

/** IA5String; the caller knows that the characters are ASCII. */
export const ia5String = (text: string): Uint8Array =>
  tlv(TAG.ia5String, Buffer.from(text, 'latin1'));

/**
 * A Time of a certificate, whole seconds in UTC: UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 section
 * 4.1.2.5; DUR-7).
 */
export function time(msSinceEpoch: number): Uint8Array {
  const digits = new Date(msSinceEpoch).toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? tlv(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

const ZERO = Uint8Array.of(0);
