// SPDX-License-Identifier: Apache-2.0
// Encodes the subject of a certificate exactly as kube-controller-manager does (CRT-3).

import { objectIdentifier, printableString, sequence, setOf, utf8String } from './der-writer.js';
import { ATTRIBUTE_TYPE } from './object-identifiers.js';

/** Type and value of an attribute that goes into a certificate. */
export interface SubjectValue {
  /** Dotted object identifier; types that CRT-3 does not list are left out. */
  readonly oid: string;
  readonly value: string;
}

/** The order of attribute types in a certificate, and whether only the last of several values stays. */
const ORDER: readonly { readonly oid: string; readonly single: boolean }[] = [
  { oid: ATTRIBUTE_TYPE.country, single: false },
  { oid: ATTRIBUTE_TYPE.stateOrProvince, single: false },
  { oid: ATTRIBUTE_TYPE.locality, single: false },
  { oid: ATTRIBUTE_TYPE.street, single: false },
  { oid: ATTRIBUTE_TYPE.postalCode, single: false },
  { oid: ATTRIBUTE_TYPE.organization, single: false },
  { oid: ATTRIBUTE_TYPE.organizationalUnit, single: false },
  { oid: ATTRIBUTE_TYPE.commonName, single: true },
  { oid: ATTRIBUTE_TYPE.serialNumber, single: true },
];

/**
 * DER of the Name: fixed order of types, all values of one type in one RDN (a sorted SET), PrintableString where it can
 * hold the value, else UTF8String.
 */
export const encodeSubject = (values: readonly SubjectValue[]): Uint8Array =>
  sequence(
    ...ORDER.flatMap(({ oid, single }) => {
      const all = values.filter((each) => each.oid === oid && each.value !== '');
      const kept = single ? all.slice(-1) : all;
      return kept.length === 0 ? [] : [setOf(...kept.map(encodeAttribute))];
    }),
  );

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** One AttributeTypeAndValue, of any type. */
export const encodeAttribute = ({ oid, value }: SubjectValue): Uint8Array =>
  sequence(
    objectIdentifier(oid),
    PRINTABLE.test(value) ? printableString(value) : utf8String(value),
  );
