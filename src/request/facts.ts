// SPDX-License-Identifier: Apache-2.0
// What a request says, once it was read strictly: the only form in which rules and the signer see it.

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

/**
 * One subject alternative name (RFC 5280 section 4.2.1.6). `value` of an `ip` is the canonical text
 * (vocabulary/addresses.ts); of a `dns` name it is as requested and known to have a canonical form.
 */
export interface SubjectAltName {
  readonly kind: 'dns' | 'ip' | 'uri' | 'email';
  readonly value: string;
}

/** The public key that asks to be certified. */
export interface PublicKeyFacts {
  readonly algorithm: 'rsa' | 'ecdsa' | 'ed25519';
  /** Modulus or field size: 2048–8192 for RSA, 256, 384 or 521 for ECDSA, 256 for Ed25519. */
  readonly bits: number;
  /** For people: `RSA 2048`, `ECDSA P-256`, `Ed25519`. */
  readonly label: string;
  /** DER of the SubjectPublicKeyInfo, exactly as requested. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, lower-case hex. */
  readonly spkiSha256: string;
}

/** One extension that the request asks for. */
export interface RequestedExtension {
  readonly oid: string;
  /** Name (`subjectAltName`, `keyUsage`, …) or the OID where there is none. */
  readonly name: string;
  readonly critical: boolean;
}

/** Everything that a readable request says. Frozen; nothing else of the request reaches a rule or a certificate. */
export interface RequestFacts {
  readonly subject: readonly SubjectAttribute[];
  /** The one common name, if there is one. */
  readonly commonName: string | undefined;
  /** Organisations in the order of the request. */
  readonly organizations: readonly string[];
  readonly sans: readonly SubjectAltName[];
  readonly key: PublicKeyFacts;
  /** Algorithm of the request's own signature, for example `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  readonly extensions: readonly RequestedExtension[];
  /**
   * What was read and is judged by nobody and copied nowhere, in words: `subject ST`,
   * `extension subjectKeyIdentifier`, `attribute challengePassword`.
   */
  readonly ignored: readonly string[];
}
