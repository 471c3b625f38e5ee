// SPDX-License-Identifier: Apache-2.0
// The schemas of the second reader: those of @peculiar/asn1-*, which keep here the bytes of the public key as they stood.

import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert, AsnProp } from '@peculiar/asn1-schema';
import {
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  CRLDistributionPoints,
  DirectoryString,
  ExtendedKeyUsage,
  type Extension,
  Extensions,
  GeneralNames,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_issuerAltName,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
} from '@peculiar/asn1-x509';

import { MAX_DER_DEPTH, MAX_DER_ELEMENTS } from '../vocabulary/limits.js';

/** A schema: what the library fills when it parses. */
type Schema<T> = new () => T;

/** Octet and bit strings are opened by their own schema or not at all: guessing at their content is only work. */
const BOUNDS = {
  berOptions: {
    maxDepth: MAX_DER_DEPTH * 2,
    maxNodes: MAX_DER_ELEMENTS * 2,
    parseEmbedded: false,
  },
};

/** Parses one value at the beginning of `bytes` within bounds; throws what the library throws. */
const parseBounded = <T>(bytes: Uint8Array | ArrayBuffer, schema: Schema<T>): T =>
  AsnConvert.parse(bytes, schema, BOUNDS);

const SEQUENCE = 0x30;

/** Parses a whole document, a SEQUENCE; left alone, the library takes a tagged element for one. */
export function parseDocument<T>(der: Uint8Array, schema: Schema<T>): T {
  if (der[0] !== SEQUENCE) throw new TypeError('the document is no SEQUENCE');
  return parseBounded(der, schema);
}

// With `raw` the library also sets `<property>Raw` to the part of its input that it parsed; nothing is written anew,
// so nothing can be made good on the way. The properties are its own, so they are declared, not defined.
const RAW_KEY = { type: SubjectPublicKeyInfo, raw: true };

class RequestInfo extends CertificationRequestInfo {
  declare readonly subjectPKInfoRaw?: Uint8Array;
}
AsnProp(RAW_KEY)(RequestInfo.prototype, 'subjectPKInfo');

/** CertificationRequest (RFC 2986 section 4.2). */
export class RequestSchema extends CertificationRequest {
  declare certificationRequestInfo: RequestInfo;
}
AsnProp({ type: RequestInfo })(RequestSchema.prototype, 'certificationRequestInfo');

class CertificateInfo extends TBSCertificate {
  declare readonly subjectPublicKeyInfoRaw?: Uint8Array;
}
AsnProp(RAW_KEY)(CertificateInfo.prototype, 'subjectPublicKeyInfo');

/** Certificate (RFC 5280 section 4.1). */
export class CertificateSchema extends Certificate {
  declare tbsCertificate: CertificateInfo;
}
AsnProp({ type: CertificateInfo })(CertificateSchema.prototype, 'tbsCertificate');

/** Extensions that are opened; in any other, only the type and the flag are looked at. */
const CONTENTS: ReadonlyMap<string, Schema<unknown>> = new Map<string, Schema<unknown>>([
  [id_ce_subjectAltName, SubjectAlternativeName],
  [id_ce_keyUsage, KeyUsage],
  [id_ce_extKeyUsage, ExtendedKeyUsage],
  [id_ce_basicConstraints, BasicConstraints],
  [id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier],
  [id_ce_subjectKeyIdentifier, SubjectKeyIdentifier],
  [id_ce_issuerAltName, GeneralNames],
  [id_ce_certificatePolicies, CertificatePolicies],
  [id_ce_cRLDistributionPoints, CRLDistributionPoints],
  [id_pe_authorityInfoAccess, AuthorityInfoAccessSyntax],
]);

/** An extension with its content, an instance of its schema; undefined where it was not opened. */
export interface OpenedExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly content: unknown;
}

/** Opens every extension that has a schema; throws where the content is not of it. */
export const openExtensions = (extensions: Iterable<Extension>): readonly OpenedExtension[] =>
  Array.from(extensions, ({ extnID, critical, extnValue }) => {
    const schema = CONTENTS.get(extnID);
    const content = schema === undefined ? undefined : parseBounded(extnValue.buffer, schema);
    return { oid: extnID, critical, content };
  });

/** RFC 2985 sections 5.4.1 and 5.4.2. */
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** Every extension that any attribute asks for; throws for values of known attributes that are not of their schema. */
export const openAttributes = (attributes: Attributes): readonly OpenedExtension[] =>
  Array.from(attributes).flatMap(({ type, values }) => {
    if (type === CHALLENGE_PASSWORD)
      values.forEach((value) => parseBounded(value, DirectoryString));
    if (type !== EXTENSION_REQUEST) return [];
    return values.flatMap((value) => openExtensions(parseBounded(value, Extensions)));
  });

/** The content of the first extension of this schema. */
export function contentOf<T>(
  extensions: readonly OpenedExtension[],
  schema: Schema<T>,
): T | undefined {
  for (const { content } of extensions) if (content instanceof schema) return content;
  return undefined;
}
