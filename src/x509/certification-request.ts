// SPDX-License-Identifier: Apache-2.0
// Reads a PKCS#10 certification request (RFC 2986) strictly and verifies its signature over the exact bytes.

import { MAX_REQUEST_PEM_BYTES } from '../vocabulary/limits.js';
import type { Refusal } from '../vocabulary/refusal.js';
import type { Result } from '../vocabulary/result.js';
import { DerFields } from './der-fields.js';
import { type DerElement, DerReader, encodingOf } from './der-reader.js';
import { octetsOfBitString } from './der-primitives.js';
import { TAG } from './der-tags.js';
import { type PublicKeyFacts, type ReadKey, readPublicKey } from './keys.js';
import { readPem } from './pem.js';
import { reading, refuse } from './refused.js';
import { readRequestAttributes, type RequestAttributes } from './request-attributes.js';
import { readSignatureAlgorithm, requireSignature } from './signatures.js';
import { readSubject, type SubjectAttribute } from './subject.js';

/** The exact label of a request (API-9). */
export const REQUEST_LABEL = 'CERTIFICATE REQUEST';

/** A request that was read to its last byte and whose signature holds. Frozen; the bytes are copies. */
export interface CertificationRequest extends RequestAttributes {
  readonly subject: readonly SubjectAttribute[];
  readonly key: PublicKeyFacts;
  /** Algorithm of the request's own signature, for example `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  /** The whole CertificationRequest. */
  readonly der: Uint8Array;
  /** The CertificationRequestInfo: the bytes over which the signature was verified. */
  readonly toBeSigned: Uint8Array;
}

/**
 * Reads PEM as in `spec.request`. Bounded by MAX_REQUEST_PEM_BYTES before anything is parsed; every shape that is not
 * strict, or stronger than a request may be, is a Refusal, and nothing that is in `pem` makes it throw.
 */
export const readCertificationRequest = (pem: Uint8Array): Result<CertificationRequest, Refusal> =>
  reading(() => {
    if (pem.length > MAX_REQUEST_PEM_BYTES) {
      refuse('RequestTooLarge', 'pem', `the PEM has more than ${MAX_REQUEST_PEM_BYTES} bytes`);
    }
    return readDer(readPem(pem, REQUEST_LABEL));
  });

function readDer(der: Uint8Array): CertificationRequest {
  const reader = new DerReader(der);
  const request = new DerFields(reader.readAll(), TAG.sequence, 'the request');
  const info = request.take(TAG.sequence, 'the request info');
  const algorithmElement = request.take(TAG.sequence, 'the signature algorithm');
  const signatureElement = request.take(TAG.bitString, 'the signature');
  request.end();
  const { key, ...facts } = readInfo(info, reader);
  const algorithm = readSignatureAlgorithm(algorithmElement);
  const toBeSigned = Uint8Array.from(encodingOf(info));
  const signature = octetsOfBitString(signatureElement);
  requireSignature(key, algorithm, { signed: toBeSigned, signature });
  return Object.freeze({
    ...facts,
    key: key.facts,
    signatureAlgorithm: algorithm.name,
    der,
    toBeSigned,
  });
}

function readInfo(
  info: DerElement,
  reader: DerReader,
): RequestAttributes & {
  readonly subject: readonly SubjectAttribute[];
  readonly key: ReadKey;
} {
  const fields = new DerFields(info, TAG.sequence, 'the request info');
  const version = fields.take(TAG.integer, 'the version');
  if (version.to - version.from !== 1 || version.source[version.from] !== 0) {
    refuse('RequestVersion', 'version', 'the version is not 0 (v1)');
  }
  const subject = readSubject(fields.take(TAG.sequence, 'the subject'));
  const key = readPublicKey(fields.take(TAG.sequence, 'the public key'), reader);
  const attributes = readRequestAttributes(fields.any('the list of attributes'), reader);
  fields.end();
  return { subject, key, ...attributes };
}
