// SPDX-License-Identifier: Apache-2.0
// The subject of a request, read as an ordered list of attributes that no two readers can understand differently.

import { MAX_ATTRIBUTE_CHARACTERS, MAX_SUBJECT_ATTRIBUTES } from '../vocabulary/limits.js';
import { DerFields } from './der-fields.js';
import { contentOf, type DerElement } from './der-reader.js';
import { objectIdentifierOf } from './der-primitives.js';
import { TAG, tagName } from './der-tags.js';
import { ATTRIBUTE_TYPE, subjectAttributeName } from './object-identifiers.js';
import { refuse } from './refused.js';

/** One attribute of the subject, in the order of the request. */
export interface SubjectAttribute {
  /** Dotted object identifier of the attribute type. */
  readonly oid: string;
  /** Short name (`CN`, `O`, `OU`, `C`, `ST`, `L`, `emailAddress`, …) or the OID where there is none. */
  readonly type: string;
  readonly value: string;
  /** ASN.1 string type in which the value was encoded, for example `UTF8String`. */
  readonly stringType: string;
}

/** Types that may occur more than once: groups, and units, which nobody reads. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ATTRIBUTE_TYPE.organization,
  ATTRIBUTE_TYPE.organizationalUnit,
]);

/**
 * The attributes of a Name, which is a SEQUENCE (RFC 5280 section 4.1.2.4), flattened as Go and with it Kubernetes does. An RDN of several
 * values is read only where all have one type, which is how Go writes several organisations; one that mixes types is
 * refused, because readers that take the first of each RDN would miss the rest.
 */
export function readSubject(name: DerElement): readonly SubjectAttribute[] {
  const attributes: SubjectAttribute[] = [];
  const seen = new Set<string>();
  for (const rdn of name.children) {
    if (rdn.tag !== TAG.set || rdn.children.length === 0) {
      refuse('DerUnexpected', `subject[${attributes.length}]`, 'an RDN is not a filled SET');
    }
    const types = new Set<string>();
    for (const element of rdn.children) {
      const at = `subject[${attributes.length}]`;
      if (attributes.length === MAX_SUBJECT_ATTRIBUTES) {
        refuse('SubjectTooLarge', at, `the subject has more than ${attributes.length} attributes`);
      }
      const attribute = readAttribute(element, at);
      refuseRepetition(attribute, seen, at);
      types.add(attribute.oid);
      if (types.size > 1) {
        refuse('SubjectMixedRdn', at, 'one RDN holds attributes of different types');
      }
      attributes.push(attribute);
    }
  }
  return Object.freeze(attributes);
}

function refuseRepetition(attribute: SubjectAttribute, seen: Set<string>, at: string): void {
  if (seen.has(attribute.oid) && !REPEATABLE.has(attribute.oid)) {
    refuse('SubjectAttributeRepeated', at, `the subject has more than one ${attribute.type}`);
  }
  seen.add(attribute.oid);
}

function readAttribute(element: DerElement, at: string): SubjectAttribute {
  const fields = new DerFields(element, TAG.sequence, 'a subject attribute');
  const oid = objectIdentifierOf(fields.take(TAG.objectIdentifier, 'the type'));
  const encoded = fields.any('the value');
  fields.end();
  const value = readText(encoded, at);
  const type = subjectAttributeName(oid);
  if (value === '') refuse('SubjectValueEmpty', at, `${type} is empty`);
  if (value.length > MAX_ATTRIBUTE_CHARACTERS) {
    const detail = `${type} has more than ${MAX_ATTRIBUTE_CHARACTERS} characters`;
    refuse('SubjectTooLarge', at, detail);
  }
  // Two names that differ in such a character only look the same to a person, and some readers stop at NUL.
  if (UNSEEN.test(value)) {
    refuse('SubjectCharacter', at, `${type} has a control or invisible character`);
  }
  return Object.freeze({ oid, type, value, stringType: tagName(encoded.tag) });
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const ASCII = /^[\x00-\x7f]*$/; // oxlint-disable-line no-control-regex -- NUL is a character of IA5String; UNSEEN refuses it
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** Text of the three string types that have one reading everywhere. */
function readText(element: DerElement, at: string): string {
  const octets = Buffer.from(contentOf(element));
  switch (element.tag) {
    case TAG.utf8String:
      return readUtf8(octets, at);
    case TAG.printableString:
      return readLimited(octets, PRINTABLE, { at, type: 'PrintableString' });
    case TAG.ia5String:
      return readLimited(octets, ASCII, { at, type: 'IA5String' });
    default:
      return refuse(
        'SubjectStringType',
        at,
        `a value is ${tagName(element.tag)}; only UTF8String, PrintableString and IA5String are read`,
      );
  }
}

function readUtf8(octets: Buffer, at: string): string {
  const text = octets.toString('utf8');
  // Decoding replaces what is not UTF-8, so encoding again shows it.
  if (!Buffer.from(text).equals(octets)) refuse('SubjectEncoding', at, 'a value is not UTF-8');
  return text;
}

function readLimited(
  octets: Buffer,
  allowed: RegExp,
  { at, type }: { readonly at: string; readonly type: string },
): string {
  const text = octets.toString('latin1');
  if (!allowed.test(text)) {
    refuse('SubjectEncoding', at, `a value has a character that ${type} does not have`);
  }
  return text;
}
