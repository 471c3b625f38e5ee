// SPDX-License-Identifier: Apache-2.0
// Reads requests and certificates with @peculiar/asn1-x509, independently of our own reader, to be compared with it.

import {
  type AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  type GeneralName,
  KeyUsage,
  type Name,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';

import { fail, ok, type Result } from '../vocabulary/result.js';
import {
  CertificateSchema,
  contentOf,
  openAttributes,
  type OpenedExtension,
  openExtensions,
  parseDocument,
  RequestSchema,
} from './second-reader-schemas.js';

/** A subject attribute as the second reader names it: type is its own short name, or the OID. */
export interface SecondAttribute {
  readonly type: string;
  readonly value: string;
}

/** A name of the extension subjectAltName: `kind` is `dns`, `ip`, `url`, `email`, or `other`, whose value stays unread. */
export interface SecondName {
  readonly kind: string;
  readonly value: string;
}

/** An extension, unread. */
export interface SecondExtension {
  readonly oid: string;
  readonly critical: boolean;
}

/** What both kinds of document have in the eyes of the second reader. */
interface SecondCommon {
  readonly subject: readonly SecondAttribute[];
  readonly sans: readonly SecondName[];
  readonly extensions: readonly SecondExtension[];
  /** The SubjectPublicKeyInfo as it stands in the document, byte for byte. */
  readonly spki: Uint8Array;
}

/** A request in the eyes of the second reader. */
export interface SecondRequest extends SecondCommon {
  /** The whole request, decoded from PEM without our own PEM reader. */
  readonly der: Uint8Array;
  readonly attributeOids: readonly string[];
}

/** A certificate in the eyes of the second reader. */
export interface SecondCertificate extends SecondCommon {
  readonly issuer: readonly SecondAttribute[];
  /** Lower-case hex of the serial number, as many digits as the INTEGER has octets. */
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Numbers of the KeyUsage bits, ascending; absent without the extension. */
  readonly keyUsageBits: readonly number[] | undefined;
  /** Purposes of ExtendedKeyUsage in their order; absent without the extension. */
  readonly extKeyUsageOids: readonly string[] | undefined;
  /** Whether basicConstraints says CA; absent without the extension. */
  readonly isCa: boolean | undefined;
  /** Lower-case hex of the keyIdentifier of authorityKeyIdentifier; absent without one. */
  readonly authorityKeyId: string | undefined;
}

/** Reads a PEM request that our own reader took already (so its size is bounded); the failure says why it could not. */
export function readRequestAgain(pem: Uint8Array): Result<SecondRequest, string> {
  return attempt(() => {
    const base64 = Buffer.from(pem)
      .toString('latin1')
      .replace(/-----[A-Z ]+-----|\s/g, '');
    const der = Uint8Array.from(Buffer.from(atob(base64), 'latin1'));
    const info = parseDocument(der, RequestSchema).certificationRequestInfo;
    return Object.freeze({
      subject: attributesOf(info.subject),
      ...extensionsOf(openAttributes(info.attributes)),
      spki: bytesOf(info.subjectPKInfoRaw),
      der,
      attributeOids: Array.from(info.attributes, ({ type }) => type),
    });
  });
}

/** Reads a DER certificate that we made ourselves (so its size is bounded); the failure says why it could not. */
export function readCertificateAgain(der: Uint8Array): Result<SecondCertificate, string> {
  return attempt(() => {
    const info = parseDocument(der, CertificateSchema).tbsCertificate;
    const extensions = openExtensions(info.extensions ?? []);
    const usages = contentOf(extensions, KeyUsage)?.toNumber();
    const purposes = contentOf(extensions, ExtendedKeyUsage);
    const authority = contentOf(extensions, AuthorityKeyIdentifier)?.keyIdentifier;
    return Object.freeze({
      subject: attributesOf(info.subject),
      issuer: attributesOf(info.issuer),
      ...extensionsOf(extensions),
      spki: bytesOf(info.subjectPublicKeyInfoRaw),
      serialNumber: hex(withoutSignOctet(new Uint8Array(info.serialNumber))),
      notBeforeMs: info.validity.notBefore.getTime().getTime(),
      notAfterMs: info.validity.notAfter.getTime().getTime(),
      keyUsageBits: usages === undefined ? undefined : bitsOf(usages),
      extKeyUsageOids: purposes === undefined ? undefined : Array.from(purposes, String),
      isCa: contentOf(extensions, BasicConstraints)?.cA,
      authorityKeyId: authority === undefined ? undefined : hex(authority.buffer),
    });
  });
}

/** The library throws many kinds of errors for bytes that it does not take; all of them mean the same here. */
function attempt<T>(read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch {
    return fail('it cannot read them at all');
  }
}

/** A copy: what the library hands out is a window on all that it was given. */
function bytesOf(raw: Uint8Array | undefined): Uint8Array {
  if (raw === undefined) throw new TypeError('the library kept no bytes');
  return Uint8Array.from(raw);
}

/** The names that @peculiar/x509 gives to types of attributes; any other goes by its OID. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'T'],
  ['2.5.4.42', 'G'],
  ['2.5.4.43', 'I'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'E'],
]);

/** All attributes in the order of the document, those of one RDN too. */
const attributesOf = (name: Name): readonly SecondAttribute[] =>
  Array.from(name).flatMap((rdn) =>
    Array.from(rdn, ({ type, value }) => ({ type: TYPES.get(type) ?? type, value: textOf(value) })),
  );

/** Strings as the library decodes them; a value of another type, in hex, is like no string that our reader takes. */
const textOf = (value: AttributeValue): string =>
  value.anyValue === undefined ? value.toString() : `#${hex(value.anyValue)}`;

const extensionsOf = (
  extensions: readonly OpenedExtension[],
): Pick<SecondCommon, 'extensions' | 'sans'> => ({
  extensions: extensions.map(({ oid, critical }) => ({ oid, critical })),
  sans: extensions
    .map(({ content }) => content)
    .filter((content) => content instanceof SubjectAlternativeName)
    .flatMap((names) => Array.from(names, nameOf)),
});

function nameOf(name: GeneralName): SecondName {
  if (name.dNSName !== undefined) return { kind: 'dns', value: name.dNSName };
  if (name.rfc822Name !== undefined) return { kind: 'email', value: name.rfc822Name };
  if (name.iPAddress !== undefined) return { kind: 'ip', value: name.iPAddress };
  const uri = name.uniformResourceIdentifier;
  return uri === undefined ? { kind: 'other', value: '' } : { kind: 'url', value: uri };
}

/** DER puts a zero before a positive INTEGER whose first bit is set. */
const withoutSignOctet = (octets: Uint8Array): Uint8Array =>
  octets[0] === 0 && (octets[1] ?? 0) > 0x7f ? octets.subarray(1) : octets;

/** The library holds bit n of KeyUsage as 2^n. */
const bitsOf = (usages: number): readonly number[] =>
  Array.from({ length: 9 }, (_, bit) => bit).filter((bit) => (usages & (1 << bit)) !== 0);

const hex = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(new Uint8Array(bytes)).toString('hex');
