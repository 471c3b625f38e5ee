// SPDX-License-Identifier: Apache-2.0
// Writes PKCS#10 certification requests (RFC 2986). Judges nothing: what it is given is what the strict reader will see.

import {
  bitString,
  context,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
} from './der-writer.js';
import { EXTENSION, REQUEST_ATTRIBUTE } from './object-identifiers.js';
import { encodeSubjectAltNames, type SubjectAltName } from './subject-alt-names.js';
import { encodeAttribute, type SubjectValue } from './subject-writer.js';

/** The key that asks to be certified, and how the request is signed with it. */
export interface RequestKey {
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** DER of the AlgorithmIdentifier of its signatures. */
  readonly algorithm: Uint8Array;
  /** The signature over these bytes, in the form that X.509 wants (for ECDSA a DER sequence). */
  sign(toBeSigned: Uint8Array): Uint8Array;
}

/** What a request asks for. */
export interface RequestContent {
  /** In the order of the request, each value in an RDN of its own, as OpenSSL writes them. */
  readonly subject: readonly SubjectValue[];
  /** Values as in SubjectAltName; without one there is no subjectAltName. */
  readonly sans: readonly SubjectAltName[];
}

/** DER of the CertificationRequest. */
export function writeRequest({ subject, sans }: RequestContent, key: RequestKey): Uint8Array {
  const info = sequence(
    smallInteger(0),
    sequence(...subject.map((value) => setOf(encodeAttribute(value)))),
    key.spki,
    context(0, ...(sans.length === 0 ? [] : [extensionRequest(sans)])),
  );
  return sequence(info, key.algorithm, bitString(key.sign(info)));
}

/** RFC 2985 section 5.4.2, with the one extension subjectAltName. */
const extensionRequest = (sans: readonly SubjectAltName[]): Uint8Array =>
  sequence(
    objectIdentifier(REQUEST_ATTRIBUTE.extensionRequest),
    setOf(
      sequence(
        sequence(
          objectIdentifier(EXTENSION.subjectAltName),
          octetString(encodeSubjectAltNames(sans)),
        ),
      ),
    ),
  );
