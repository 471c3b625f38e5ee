// SPDX-License-Identifier: Apache-2.0
// Reads the certificate of a CA and says whether certificates can be signed with it at all.

import { createHash, type KeyObject, X509Certificate } from 'node:crypto';

import { fail, ok, type Result } from '../vocabulary/result.js';
import { DerFields } from '../x509/der-fields.js';
import { contentOf, type DerElement, DerReader, encodingOf } from '../x509/der-reader.js';
import { objectIdentifierOf } from '../x509/der-primitives.js';
import { contextTag, TAG } from '../x509/der-tags.js';
import { EXTENSION } from '../x509/object-identifiers.js';
import { reading } from '../x509/refused.js';
import {
  readCertificateAgain,
  type SecondAttribute,
  type SecondName,
} from '../x509/second-reader.js';
import { type NameConstraints, readNameConstraints } from './name-constraints.js';
import { type SignatureAlgorithm, signatureAlgorithmOf } from './signature-algorithm.js';
import { authorityTrouble, type SigningTrouble } from './trouble.js';

/** A CA certificate that may sign, as far as the certificate itself tells. */
export interface CaCertificate {
  readonly der: Uint8Array;
  /** DER of the Name that becomes the issuer. */
  readonly subject: Uint8Array;
  readonly subjectKeyId: Uint8Array | undefined;
  /** Purposes that the CA is confined to; undefined where it is not. */
  readonly extKeyUsageOids: readonly string[] | undefined;
  /** How many CAs may stand below it; undefined for any number. */
  readonly pathLength: number | undefined;
  /** Those that bind what it signs: its own and, as part of a chain, of the CAs above it. */
  readonly nameConstraints: readonly NameConstraints[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly publicKey: KeyObject;
  /** For people: hex of the subjectKeyIdentifier, or of the first 20 bytes of the SHA-256 of the public key. */
  readonly keyId: string;
  /** How the parsers that re-read what was issued see this certificate. */
  readonly seen: {
    readonly byOpenssl: X509Certificate;
    readonly subjectBySecondReader: readonly SecondAttribute[];
    readonly sansBySecondReader: readonly SecondName[];
  };
}

/** What our own walk takes from the certificate; the rest is read by OpenSSL. */
interface Walked {
  readonly subject: Uint8Array;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly extKeyUsageOids: readonly string[] | undefined;
  readonly pathLength: number | undefined;
  /** The content of the extension, unread. */
  readonly nameConstraints: Uint8Array | undefined;
}

/** Reads DER of a CA certificate; refuses with `CaUnusable` what may not sign or cannot be signed for safely. */
export function readCaCertificate(der: Uint8Array): Result<CaCertificate, SigningTrouble> {
  const parsed = parse(der);
  const walked = reading(() => walk(der));
  const again = readCertificateAgain(der);
  if (parsed === undefined || !walked.ok || !again.ok) {
    return unusable('the CA certificate is not a certificate in strict DER');
  }
  // OpenSSL says so only of a certificate with CA:TRUE and, where it has a key usage, keyCertSign.
  if (!parsed.ca) return unusable('the certificate is not one of a CA (CA:TRUE, keyCertSign)');
  const constraints = constraintsOf(walked.value, parsed);
  if (!constraints.ok) return unusable(`name constraints of the CA: ${constraints.error}`);
  const { publicKey } = parsed;
  const signatureAlgorithm = signatureAlgorithmOf(publicKey);
  if (signatureAlgorithm === undefined) {
    return unusable('the CA key is none of RSA >= 2048, P-256, P-384, P-521, Ed25519');
  }
  const { subject, subjectKeyId, extKeyUsageOids, pathLength } = walked.value;
  return ok(
    Object.freeze({
      der,
      subject,
      subjectKeyId,
      extKeyUsageOids,
      pathLength,
      nameConstraints: constraints.value,
      notBeforeMs: Date.parse(parsed.validFrom),
      notAfterMs: Date.parse(parsed.validTo),
      signatureAlgorithm,
      publicKey,
      keyId: hex(subjectKeyId ?? digestOf(publicKey)),
      seen: {
        byOpenssl: parsed,
        subjectBySecondReader: again.value.subject,
        sansBySecondReader: again.value.sans,
      },
    }),
  );
}

const unusable = (message: string) => fail(authorityTrouble('CaUnusable', message));

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function walk(der: Uint8Array): Walked {
  const reader = new DerReader(der);
  const certificate = new DerFields(reader.readAll(), TAG.sequence, 'the certificate');
  const info = new DerFields(certificate.any('its content'), TAG.sequence, 'the content');
  info.optional(contextTag(0, true));
  info.take(TAG.integer, 'the serial number');
  info.take(TAG.sequence, 'the signature algorithm');
  info.take(TAG.sequence, 'the issuer');
  info.take(TAG.sequence, 'the validity');
  const subject = Uint8Array.from(encodingOf(info.take(TAG.sequence, 'the subject')));
  info.take(TAG.sequence, 'the public key');
  info.optional(contextTag(1, false));
  info.optional(contextTag(2, false));
  const extensions = readExtensions(info.optional(contextTag(3, true)));
  const keyId = valueOf(reader, extensions.get(EXTENSION.subjectKeyIdentifier));
  const constraints = extensions.get(EXTENSION.nameConstraints);
  const purposes = valueOf(reader, extensions.get(EXTENSION.extKeyUsage));
  return {
    subject,
    subjectKeyId: keyId === undefined ? undefined : Uint8Array.from(contentOf(keyId)),
    extKeyUsageOids: purposes?.children.map(objectIdentifierOf),
    pathLength: pathLengthOf(valueOf(reader, extensions.get(EXTENSION.basicConstraints))),
    nameConstraints: constraints && Uint8Array.from(contentOf(constraints)),
  };
}

function constraintsOf(
  { nameConstraints }: Walked,
  { subject }: X509Certificate,
): Result<readonly NameConstraints[], string> {
  if (nameConstraints === undefined) return ok([]);
  const read = readNameConstraints(nameConstraints, subject.replaceAll('\n', ', '));
  return read.ok ? ok([read.value]) : read;
}

/** The OCTET STRING of each extension, by its OID. */
function readExtensions(wrapper: DerElement | undefined): ReadonlyMap<string, DerElement> {
  const list = wrapper?.children[0]?.children ?? [];
  return new Map(
    list.map((element) => {
      const fields = new DerFields(element, TAG.sequence, 'an extension');
      const oid = objectIdentifierOf(fields.take(TAG.objectIdentifier, 'its type'));
      fields.optional(TAG.boolean);
      return [oid, fields.take(TAG.octetString, 'its value')] as const;
    }),
  );
}

/** BasicConstraints: a BOOLEAN and, where it is limited, an INTEGER. */
function pathLengthOf(constraints: DerElement | undefined): number | undefined {
  const limit = constraints?.children.find(({ tag }) => tag === TAG.integer);
  return limit === undefined ? undefined : Number(`0x${hex(contentOf(limit))}`);
}

const valueOf = (reader: DerReader, octets: DerElement | undefined): DerElement | undefined =>
  octets === undefined ? undefined : reader.readExactly(octets.from, octets.to);

const digestOf = (key: KeyObject): Uint8Array =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
