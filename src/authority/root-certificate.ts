// SPDX-License-Identifier: Apache-2.0
// The certificate of a CA that issues itself: what is signed, from checked parts.

import { createHash, type KeyObject } from 'node:crypto';

import {
  boolean,
  context,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  time,
} from '../x509/der-writer.js';
import { EXTENSION } from '../x509/object-identifiers.js';
import { encodeSubject, type SubjectValue } from '../x509/subject-writer.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

/** A root before it is signed. */
export interface RootPlan {
  /** Big-endian octets of the serial number (CRT-2). */
  readonly serial: Uint8Array;
  /** Not empty (RFC 5280 section 4.1.2.6: CAs have a name). */
  readonly subject: readonly SubjectValue[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  /** That of its own key. */
  readonly signatureAlgorithm: SignatureAlgorithm;
}

const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;

const VERSION_3 = context(0, smallInteger(2));
const CRITICAL = boolean(true);

/** It issues leaves only: a CA below it would be beyond what `signers` of a policy bound. */
const CA_OF_LEAVES = sequence(
  objectIdentifier(EXTENSION.basicConstraints),
  CRITICAL,
  octetString(sequence(boolean(true), smallInteger(0))),
);

const SIGNS = sequence(
  objectIdentifier(EXTENSION.keyUsage),
  CRITICAL,
  octetString(namedBits([KEY_CERT_SIGN, CRL_SIGN])),
);

/** DER of the TBSCertificate (RFC 5280 section 4.1), with itself as issuer. */
export function encodeRootToBeSigned(plan: RootPlan): Uint8Array {
  const name = encodeSubject(plan.subject);
  const spki = plan.publicKey.export({ type: 'spki', format: 'der' });
  return sequence(
    VERSION_3,
    integer(plan.serial),
    plan.signatureAlgorithm.identifier,
    name,
    sequence(time(plan.notBeforeMs), time(plan.notAfterMs)),
    name,
    spki,
    context(3, sequence(SIGNS, CA_OF_LEAVES, subjectKeyIdentifier(spki))),
  );
}

/** Any unique number will do (RFC 5280 section 4.2.1.2); this one is what stands for a CA without it, see `keyId`. */
const subjectKeyIdentifier = (spki: Uint8Array): Uint8Array => {
  const digest = createHash('sha256').update(spki).digest().subarray(0, 20);
  return sequence(
    objectIdentifier(EXTENSION.subjectKeyIdentifier),
    octetString(octetString(digest)),
  );
};
