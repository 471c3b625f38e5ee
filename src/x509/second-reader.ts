// SPDX-License-Identifier: Apache-2.0
// Reads requests and certificates with @peculiar/x509, independently of our own reader, to be compared with it.

import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  type Name,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509';

import { MAX_DER_DEPTH, MAX_DER_ELEMENTS } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** A subject attribute as the second reader names it: type is its own short name, or the OID. */
export interface SecondAttribute {
  readonly type: string;
  readonly value: string;
}

/** A name of the extension subjectAltName: `kind` is `dns`, `ip`, `url`, `email`, or another that it knows. */
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
  /** DER of the SubjectPublicKeyInfo. */
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

const BOUNDS = { berOptions: { maxDepth: MAX_DER_DEPTH * 2, maxNodes: MAX_DER_ELEMENTS * 2 } };

/** Reads a PEM request that our own reader took already (so its size is bounded); the failure says why it could not. */
export function readRequestAgain(pem: Uint8Array): Result<SecondRequest, string> {
  return attempt(() => {
    const base64 = Buffer.from(pem)
      .toString('latin1')
      .replace(/-----[A-Z ]+-----|\s/g, '');
    const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const request = new Pkcs10CertificateRequest(der, BOUNDS);
    return Object.freeze({
      subject: attributesOf(request.subjectName),
      ...extensionsOf(request.extensions),
      spki: new Uint8Array(request.publicKey.rawData),
      der,
      attributeOids: request.attributes.map((attribute) => attribute.type),
    });
  });
}

/** Reads a DER certificate that we made ourselves (so its size is bounded); the failure says why it could not. */
export function readCertificateAgain(der: Uint8Array): Result<SecondCertificate, string> {
  return attempt(() => {
    const certificate = new X509Certificate(Uint8Array.from(der), BOUNDS);
    const usages = certificate.getExtension(KeyUsagesExtension)?.usages;
    return Object.freeze({
      subject: attributesOf(certificate.subjectName),
      issuer: attributesOf(certificate.issuerName),
      ...extensionsOf(certificate.extensions),
      spki: new Uint8Array(certificate.publicKey.rawData),
      serialNumber: certificate.serialNumber,
      notBeforeMs: certificate.notBefore.getTime(),
      notAfterMs: certificate.notAfter.getTime(),
      keyUsageBits: usages === undefined ? undefined : bitsOf(usages),
      extKeyUsageOids: certificate.getExtension(ExtendedKeyUsageExtension)?.usages.map(String),
      isCa: certificate.getExtension(BasicConstraintsExtension)?.ca,
      authorityKeyId: certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId,
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

const attributesOf = (name: Name): readonly SecondAttribute[] =>
  name
    .toJSON()
    .flatMap((rdn) =>
      Object.entries(rdn).flatMap(([type, values]) => values.map((value) => ({ type, value }))),
    );

const extensionsOf = (
  extensions: readonly Extension[],
): Pick<SecondCommon, 'extensions' | 'sans'> => ({
  extensions: extensions.map(({ type, critical }) => ({ oid: type, critical })),
  sans: extensions
    .filter((extension) => extension instanceof SubjectAlternativeNameExtension)
    .flatMap((extension) => extension.names.items)
    .map((name) => ({ kind: name.type, value: name.value })),
});

/** The library holds bit n of KeyUsage as 2^n. */
const bitsOf = (usages: number): readonly number[] =>
  Array.from({ length: 9 }, (_, bit) => bit).filter((bit) => (usages & (1 << bit)) !== 0);
