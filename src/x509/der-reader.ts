// SPDX-License-Identifier: Apache-2.0
// Walks DER (X.690 section 10 and 11) strictly: whatever has a second encoding, or no end, is refused.

import { MAX_DER_DEPTH, MAX_DER_ELEMENTS } from '../vocabulary/limits.js';
import { CONSTRUCTED, TAG, tagName } from './der-tags.js';
import { checkPrimitive } from './der-primitives.js';
import { refuse } from './refused.js';

/** One element, as offsets into the bytes that were walked. */
export interface DerElement {
  readonly source: Uint8Array;
  /** The identifier octet; tags have one octet here. */
  readonly tag: number;
  /** Offset of the identifier octet. */
  readonly start: number;
  /** Offset of the content. */
  readonly from: number;
  /** Offset after the content. */
  readonly to: number;
  /** The elements inside, for constructed ones. */
  readonly children: readonly DerElement[];
}

/** Bytes of the content of `element`; a view, not a copy. */
export const contentOf = (element: DerElement): Uint8Array =>
  element.source.subarray(element.from, element.to);

/** Bytes of the whole `element` with tag and length; a view, not a copy. */
export const encodingOf = (element: DerElement): Uint8Array =>
  element.source.subarray(element.start, element.to);

/** Where `element` stands, for refusals. */
export const offsetOf = (element: DerElement): string => `der offset ${element.start}`;

/**
 * Reads one document and the documents inside its OCTET and BIT STRINGs with one budget of elements, so that nesting
 * does not multiply the work. Refuses (see refused.ts); never reads outside of the range that it was given.
 */
export class DerReader {
  readonly #source: Uint8Array;
  #elementsLeft = MAX_DER_ELEMENTS;

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  /** The one element that fills the source. */
  readAll(): DerElement {
    return this.readExactly(0, this.#source.length);
  }

  /** The one element that fills the range [from, to) of the source. */
  readExactly(from: number, to: number): DerElement {
    const element = this.#read(from, to, MAX_DER_DEPTH);
    if (element.to !== to) {
      refuse('DerTrailingBytes', `der offset ${element.to}`, 'bytes follow the end of the element');
    }
    return element;
  }

  #read(start: number, limit: number, depthLeft: number): DerElement {
    const where = `der offset ${start}`;
    if (depthLeft === 0) refuse('DerTooDeep', where, 'elements are nested too deep');
    if (this.#elementsLeft === 0) refuse('DerTooLarge', where, 'there are too many elements');
    this.#elementsLeft -= 1;
    const source = this.#source;
    const tag = this.#octet(start, limit);
    checkTag(tag, where);
    const [length, from] = this.#length(start + 1, limit);
    const to = from + length;
    if (to > limit) refuse('DerTruncated', where, 'an element is longer than what holds it');
    if ((tag & CONSTRUCTED) === 0) {
      const element = { source, tag, start, from, to, children: NONE };
      checkPrimitive(element);
      return element;
    }
    const children: DerElement[] = [];
    for (let next = from; next < to;) {
      const child = this.#read(next, to, depthLeft - 1);
      children.push(child);
      next = child.to;
    }
    if (tag === TAG.set) requireSetOrder(children);
    return { source, tag, start, from, to, children };
  }

  #octet(offset: number, limit: number): number {
    const octet = offset < limit ? this.#source[offset] : undefined;
    if (octet === undefined) refuse('DerTruncated', `der offset ${offset}`, 'the bytes end early');
    return octet;
  }

  /** The length that begins at `offset`, and the offset after it (X.690 sections 8.1.3 and 10.1). */
  #length(offset: number, limit: number): readonly [length: number, from: number] {
    const first = this.#octet(offset, limit);
    if (first < 0x80) return [first, offset + 1];
    const where = `der offset ${offset}`;
    if (first === 0x80) refuse('DerIndefiniteLength', where, 'a length is indefinite (BER)');
    const octets = first - 0x80;
    // Multiplied, not shifted: a length over 2^31 must stay larger than what is there.
    let length = 0;
    for (let index = 1; index <= octets; index += 1) {
      const octet = this.#octet(offset + index, limit);
      if (index === 1 && octet === 0) refuse('DerLengthNotMinimal', where, LONG_LENGTH);
      length = length * 256 + octet;
    }
    if (length < 0x80) refuse('DerLengthNotMinimal', where, LONG_LENGTH);
    return [length, offset + 1 + octets];
  }
}

const NONE: readonly DerElement[] = [];
const LONG_LENGTH = 'a length is written with more octets than it needs';
const TAG_NUMBER = 0x1f;
const CLASS = 0xc0;

function checkTag(tag: number, where: string): void {
  if ((tag & TAG_NUMBER) === TAG_NUMBER) {
    refuse('DerTag', where, 'a tag number is larger than any that is used here');
  }
  if ((tag & CLASS) !== 0) return;
  const number = tag & TAG_NUMBER;
  const holdsElements = number === (TAG.sequence & TAG_NUMBER) || number === (TAG.set & TAG_NUMBER);
  if (number === 0 || holdsElements !== ((tag & CONSTRUCTED) !== 0)) {
    refuse('DerTag', where, `${tagName(tag)} is not a form that DER has`);
  }
}

/** Refuses elements of a SET OF that are not in ascending order of their encodings (X.690 section 11.6). */
export function requireSetOrder(elements: readonly DerElement[]): void {
  for (const [index, element] of elements.entries()) {
    const before = elements[index - 1];
    if (before === undefined) continue;
    if (Buffer.compare(encodingOf(before), encodingOf(element)) > 0) {
      refuse('DerSetOrder', offsetOf(element), 'the elements of a SET OF are not sorted');
    }
  }
}
