// SPDX-License-Identifier: Apache-2.0
// The attributes of a certification request (RFC 2986 section 4.1), of which one may ask for extensions.

import { DerFields, requireTag } from './der-fields.js';
import { type DerElement, type DerReader, requireSetOrder } from './der-reader.js';
import { objectIdentifierOf } from './der-primitives.js';
import { contextTag, TAG } from './der-tags.js';
import { REQUEST_ATTRIBUTE, requestAttributeName } from './object-identifiers.js';
import { refuse } from './refused.js';
import { readRequestedExtensions, type RequestedExtensions } from './requested-extensions.js';

/** What the attributes of a request say. */
export interface RequestAttributes extends RequestedExtensions {
  /** Object identifiers of all attributes, in the order of the request. */
  readonly attributeOids: readonly string[];
}

/** Reads the `[0] Attributes` of a CertificationRequestInfo; `reader` is the one that walked them. */
export function readRequestAttributes(element: DerElement, reader: DerReader): RequestAttributes {
  requireTag(element, contextTag(0, true), 'the list of attributes');
  requireSetOrder(element.children);
  const attributeOids: string[] = [];
  let requested: RequestedExtensions = { extensions: Object.freeze([]), sans: Object.freeze([]) };
  for (const child of element.children) {
    const { oid, values } = readAttribute(child);
    refuseRepetition(oid, attributeOids);
    attributeOids.push(oid);
    if (oid === REQUEST_ATTRIBUTE.microsoftExtensionRequest) {
      refuse(
        'MicrosoftExtensionRequest',
        'attributes',
        "extensions are asked for in Microsoft's way",
      );
    }
    refuseOddText(oid, values);
    if (oid !== REQUEST_ATTRIBUTE.extensionRequest) continue;
    const [value, ...others] = values;
    if (value === undefined || others.length > 0) {
      const detail = `extensionRequest has ${values.length} values, not one`;
      return refuse('ExtensionRequestValues', 'extensionRequest', detail);
    }
    requested = readRequestedExtensions(value, reader);
  }
  return { ...requested, attributeOids: Object.freeze(attributeOids) };
}

const DIRECTORY_STRING: readonly number[] = [
  TAG.utf8String,
  TAG.printableString,
  TAG.teletexString,
  TAG.universalString,
  TAG.bmpString,
];

/**
 * Attributes of real tools that are ignored, with the string types that they may have (RFC 2985 section 5.4): a fixed
 * shape, so that every reader can pass over them.
 */
const TEXT_ATTRIBUTES: ReadonlyMap<string, readonly number[]> = new Map([
  [REQUEST_ATTRIBUTE.unstructuredName, [...DIRECTORY_STRING, TAG.ia5String]],
  [REQUEST_ATTRIBUTE.challengePassword, DIRECTORY_STRING],
]);

function refuseOddText(oid: string, values: readonly DerElement[]): void {
  const tags = TEXT_ATTRIBUTES.get(oid);
  const [value, ...others] = values;
  if (tags === undefined) return;
  if (value !== undefined && others.length === 0 && tags.includes(value.tag)) return;
  const name = requestAttributeName(oid);
  refuse('AttributeUnreadable', 'attributes', `the attribute ${name} is not one text`);
}

function readAttribute(element: DerElement): {
  readonly oid: string;
  readonly values: readonly DerElement[];
} {
  const fields = new DerFields(element, TAG.sequence, 'an attribute');
  const oid = objectIdentifierOf(fields.take(TAG.objectIdentifier, 'the type of an attribute'));
  const values = fields.take(TAG.set, 'the values of an attribute').children;
  fields.end();
  return { oid, values };
}

function refuseRepetition(oid: string, seen: readonly string[]): void {
  if (!seen.includes(oid)) return;
  if (oid === REQUEST_ATTRIBUTE.extensionRequest) {
    refuse('ExtensionRequestRepeated', 'attributes', 'there is more than one extensionRequest');
  }
  const name = requestAttributeName(oid);
  refuse('AttributeRepeated', 'attributes', `there is more than one attribute ${name}`);
}
