// SPDX-License-Identifier: Apache-2.0
// From a plan to the bytes that are signed, and from these and a signature to the certificate (CRT-2, CRT-6, SGN-3).

import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  time,
} from '../x509/der-writer.js';
import { EXTENSION } from '../x509/object-identifiers.js';
import { writePem } from '../x509/pem.js';
import { encodeSubjectAltNames } from '../x509/subject-alt-names.js';
import { USAGES } from '../request/usages.js';
import type { CertificatePlan } from './plan.js';

const VERSION_3 = context(0, smallInteger(2));
const CRITICAL = boolean(true);

/** DER of the TBSCertificate (RFC 5280 section 4.1). */
export const encodeToBeSigned = (plan: CertificatePlan): Uint8Array =>
  sequence(
    VERSION_3,
    integer(plan.serial),
    plan.signatureAlgorithm.identifier,
    plan.issuer,
    sequence(time(plan.notBeforeMs), time(plan.notAfterMs)),
    plan.subjectName,
    plan.spki,
    context(3, sequence(...extensionsOf(plan))),
  );

/** A signed certificate: its bytes, and the text for status.certificate, one block with the leaf alone (SGN-3). */
export interface SignedCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
}

/** The certificate of `plan` from what was signed and the signature. */
export function encodeCertificate(
  plan: Pick<CertificatePlan, 'signatureAlgorithm'>,
  toBeSigned: Uint8Array,
  signature: Uint8Array,
): SignedCertificate {
  const { identifier } = plan.signatureAlgorithm;
  const der = sequence(toBeSigned, identifier, bitString(signature));
  return { der, pem: writePem('CERTIFICATE', der) };
}

const KEY_USAGE = objectIdentifier(EXTENSION.keyUsage);
const EXT_KEY_USAGE = objectIdentifier(EXTENSION.extKeyUsage);
const AUTHORITY_KEY_ID = objectIdentifier(EXTENSION.authorityKeyIdentifier);
const SUBJECT_ALT_NAME = objectIdentifier(EXTENSION.subjectAltName);

/** Never a CA: the SEQUENCE is empty, since FALSE is the default (USG-4). */
const NO_CA = sequence(
  objectIdentifier(EXTENSION.basicConstraints),
  CRITICAL,
  octetString(sequence()),
);

/** Purposes are few and encoded often. */
const PURPOSES: ReadonlyMap<string, Uint8Array> = new Map(
  [...USAGES.values()].flatMap((meaning) =>
    meaning.kind === 'extended key usage' ? [[meaning.oid, objectIdentifier(meaning.oid)]] : [],
  ),
);

function extensionsOf(plan: CertificatePlan): readonly Uint8Array[] {
  const { keyUsageBits, extKeyUsageOids, authorityKeyId, sans } = plan;
  const extensions: Uint8Array[] = [];
  if (keyUsageBits.length > 0) {
    extensions.push(sequence(KEY_USAGE, CRITICAL, octetString(namedBits(keyUsageBits))));
  }
  if (extKeyUsageOids.length > 0) {
    const purposes = extKeyUsageOids.map((oid) => PURPOSES.get(oid) ?? objectIdentifier(oid));
    extensions.push(sequence(EXT_KEY_USAGE, octetString(sequence(...purposes))));
  }
  extensions.push(NO_CA);
  if (authorityKeyId !== undefined) {
    const keyIdentifier = sequence(contextPrimitive(0, authorityKeyId));
    extensions.push(sequence(AUTHORITY_KEY_ID, octetString(keyIdentifier)));
  }
  if (sans.length > 0) {
    const names = octetString(encodeSubjectAltNames(sans));
    // Without a subject the names are the identity, so nobody may skip them (RFC 5280 section 4.2.1.6).
    const isCritical = plan.subject.length === 0;
    extensions.push(sequence(SUBJECT_ALT_NAME, ...(isCritical ? [CRITICAL] : []), names));
  }
  return extensions;
}
