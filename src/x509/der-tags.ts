// SPDX-License-Identifier: Apache-2.0
// Identifier octets of the ASN.1 types that occur in requests and certificates (X.680 section 8).

/** Universal tags as single octets; SEQUENCE and SET with their constructed bit. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Set in the identifier octet of an element that holds elements. */
export const CONSTRUCTED = 0x20;

/** The identifier octet of context-specific tag `number` (0–30). */
export const contextTag = (number: number, constructed: boolean): number =>
  0x80 | number | (constructed ? CONSTRUCTED : 0);

const NAMES: Readonly<Record<number, string>> = {
  [TAG.boolean]: 'BOOLEAN',
  [TAG.integer]: 'INTEGER',
  [TAG.bitString]: 'BIT STRING',
  [TAG.octetString]: 'OCTET STRING',
  [TAG.null]: 'NULL',
  [TAG.objectIdentifier]: 'OBJECT IDENTIFIER',
  [TAG.utf8String]: 'UTF8String',
  [TAG.numericString]: 'NumericString',
  [TAG.printableString]: 'PrintableString',
  [TAG.teletexString]: 'T61String',
  [TAG.ia5String]: 'IA5String',
  [TAG.utcTime]: 'UTCTime',
  [TAG.generalizedTime]: 'GeneralizedTime',
  [TAG.visibleString]: 'VisibleString',
  [TAG.universalString]: 'UniversalString',
  [TAG.bmpString]: 'BMPString',
  [TAG.sequence]: 'SEQUENCE',
  [TAG.set]: 'SET',
};

/** The ASN.1 name of `tag`, or `tag 0x…`. */
export const tagName = (tag: number): string =>
  NAMES[tag] ?? `tag 0x${tag.toString(16).padStart(2, '0')}`;
