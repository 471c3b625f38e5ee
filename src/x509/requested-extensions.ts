// SPDX-License-Identifier: Apache-2.0
// The extensions that a request asks for: names are read, harmless habits are let pass, powers are refused.

import { MAX_EXTENSIONS } from '../vocabulary/limits.js';
import { DerFields } from './der-fields.js';
import type { DerElement, DerReader } from './der-reader.js';
import { booleanOf, namedBitsOf, objectIdentifierOf } from './der-primitives.js';
import { TAG } from './der-tags.js';
import { EXTENSION, extensionName } from './object-identifiers.js';
import { refuse } from './refused.js';
import { readSubjectAltNames, type SubjectAltName } from './subject-alt-names.js';

/** One extension that the request asks for. */
export interface RequestedExtension {
  readonly oid: string;
  /** Name (`subjectAltName`, `keyUsage`, …) or the OID where there is none. */
  readonly name: string;
  readonly critical: boolean;
}

/** What the extensions of a request say. */
export interface RequestedExtensions {
  readonly extensions: readonly RequestedExtension[];
  readonly sans: readonly SubjectAltName[];
}

/** How an extension is checked that is known; the value of one that is not known stays closed. */
interface ExtensionRow {
  readonly mayBeCritical: boolean;
  readonly check: (value: DerElement) => void;
}

const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;

const KNOWN: ReadonlyMap<string, ExtensionRow> = new Map([
  [EXTENSION.subjectAltName, { mayBeCritical: true, check: () => undefined }],
  [EXTENSION.keyUsage, { mayBeCritical: true, check: checkKeyUsage }],
  [EXTENSION.extKeyUsage, { mayBeCritical: true, check: checkExtKeyUsage }],
  [EXTENSION.basicConstraints, { mayBeCritical: true, check: checkBasicConstraints }],
  [EXTENSION.subjectKeyIdentifier, { mayBeCritical: false, check: checkKeyIdentifier }],
  [EXTENSION.nameConstraints, { mayBeCritical: true, check: refuseNameConstraints }],
]);

/** Reads an Extensions element (RFC 5280 section 4.1); `reader` is the one that walked it. */
export function readRequestedExtensions(
  element: DerElement,
  reader: DerReader,
): RequestedExtensions {
  if (element.tag !== TAG.sequence) {
    refuse('ExtensionUnreadable', 'extensionRequest', 'the value is not a list of extensions');
  }
  if (element.children.length > MAX_EXTENSIONS) {
    refuse('ExtensionsTooMany', 'extensionRequest', `there are more than ${MAX_EXTENSIONS}`);
  }
  const extensions: RequestedExtension[] = [];
  let sans: readonly SubjectAltName[] = [];
  for (const child of element.children) {
    const { extension, value } = readExtension(child);
    if (extensions.some((other) => other.oid === extension.oid)) {
      refuse('ExtensionRepeated', extension.name, `${extension.name} is asked for twice`);
    }
    extensions.push(extension);
    const row = KNOWN.get(extension.oid);
    if (extension.critical && row?.mayBeCritical !== true) {
      refuse('ExtensionCritical', extension.name, `${extension.name} is critical`);
    }
    if (row === undefined) continue;
    const opened = reader.readExactly(value.from, value.to);
    row.check(opened);
    if (extension.oid === EXTENSION.subjectAltName) sans = readSubjectAltNames(opened);
  }
  return { extensions: Object.freeze(extensions), sans };
}

function readExtension(element: DerElement): {
  readonly extension: RequestedExtension;
  readonly value: DerElement;
} {
  const fields = new DerFields(element, TAG.sequence, 'an extension');
  const oid = objectIdentifierOf(fields.take(TAG.objectIdentifier, 'the type of an extension'));
  const name = extensionName(oid);
  const critical = readDefaultFalse(fields, name);
  const value = fields.take(TAG.octetString, 'the value of an extension');
  fields.end();
  return { extension: Object.freeze({ oid, name, critical }), value };
}

/** A BOOLEAN DEFAULT FALSE: DER leaves the default out (X.690 section 11.5). */
function readDefaultFalse(fields: DerFields, name: string): boolean {
  const element = fields.optional(TAG.boolean);
  if (element === undefined) return false;
  if (!booleanOf(element)) refuse('DerDefault', name, 'the default value FALSE is written out');
  return true;
}

const requireShape = (isRight: boolean, name: string, wanted: string): void => {
  if (!isRight) refuse('ExtensionUnreadable', name, `${name} is not ${wanted}`);
};

function checkKeyUsage(value: DerElement): void {
  requireShape(value.tag === TAG.bitString, 'keyUsage', 'a BIT STRING');
  const bits = namedBitsOf(value);
  requireShape(bits.length > 0, 'keyUsage', 'a list of at least one usage');
  if (bits.includes(KEY_CERT_SIGN)) {
    refuse('KeyUsageOfCa', 'keyUsage', 'keyCertSign is asked for');
  }
  if (bits.includes(CRL_SIGN)) refuse('KeyUsageOfCa', 'keyUsage', 'cRLSign is asked for');
}

function checkExtKeyUsage(value: DerElement): void {
  const isList =
    value.tag === TAG.sequence &&
    value.children.length > 0 &&
    value.children.every((child) => child.tag === TAG.objectIdentifier);
  requireShape(isList, 'extKeyUsage', 'a list of purposes');
}

function checkBasicConstraints(value: DerElement): void {
  requireShape(value.tag === TAG.sequence, 'basicConstraints', 'a SEQUENCE');
  const fields = new DerFields(value, TAG.sequence, 'basicConstraints');
  if (readDefaultFalse(fields, 'basicConstraints')) {
    refuse('CaRequested', 'basicConstraints', 'CA:TRUE is asked for');
  }
  // Without CA:TRUE a path length means nothing (RFC 5280 section 4.2.1.9), so only an attempt can have one.
  fields.end();
}

function checkKeyIdentifier(value: DerElement): void {
  requireShape(value.tag === TAG.octetString, 'subjectKeyIdentifier', 'an OCTET STRING');
}

function refuseNameConstraints(): never {
  return refuse('NameConstraintsRequested', 'nameConstraints', 'they belong to a CA certificate');
}
