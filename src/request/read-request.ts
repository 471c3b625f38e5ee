// SPDX-License-Identifier: Apache-2.0
// From the base64 of spec.request to facts that two independent parsers agree on, or to the reason why not.

import { MAX_REQUEST_PEM_BYTES } from '../vocabulary/limits.js';
import type { Refusal } from '../vocabulary/refusal.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import {
  type CertificationRequest,
  readCertificationRequest,
} from '../x509/certification-request.js';
import { EXTENSION, REQUEST_ATTRIBUTE, requestAttributeName } from '../x509/object-identifiers.js';
import { readRequestAgain } from '../x509/second-reader.js';
import type { CsrObject } from './csr-object.js';
import type { RequestFacts } from './facts.js';
import { differencesBetween } from './readers-agree.js';

/**
 * Reads `csr.request` strictly and lets the second reader read the same bytes; any difference is `ReadersDisagree`.
 * Pure, synchronous and bounded; nothing that a requester can send makes it throw.
 */
export function readRequest(csr: CsrObject): Result<RequestFacts, Refusal> {
  const pem = decodeBase64(csr.request);
  if (!pem.ok) return pem;
  const read = readCertificationRequest(pem.value);
  if (!read.ok) return read;
  const differences = differencesBetween(read.value, readRequestAgain(pem.value));
  if (differences.length > 0) {
    const detail = `a second parser differs: ${differences.join('; ')}`;
    return fail({ code: 'ReadersDisagree', at: 'spec.request', detail });
  }
  return ok(factsOf(read.value));
}

/** Base64 in which only line ends may stand between the characters, as Go's decoder takes it from JSON. */
function decodeBase64(text: string): Result<Buffer, Refusal> {
  const at = 'spec.request';
  if (text.length > MAX_REQUEST_PEM_BYTES * 2) {
    const detail = `the request has more than ${MAX_REQUEST_PEM_BYTES} bytes`;
    return fail({ code: 'RequestTooLarge', at, detail });
  }
  const base64 = text.replace(/[\r\n]+/g, '');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') === base64) return ok(bytes);
  return fail({ code: 'RequestBase64', at, detail: 'it is not exact base64 (RFC 4648 section 4)' });
}

const COMMON_NAME = 'CN';
const ORGANIZATION = 'O';

function factsOf(request: CertificationRequest): RequestFacts {
  const valuesOf = (type: string): readonly string[] =>
    request.subject.filter((attribute) => attribute.type === type).map(({ value }) => value);
  return Object.freeze({
    subject: request.subject,
    commonName: valuesOf(COMMON_NAME)[0],
    organizations: Object.freeze(valuesOf(ORGANIZATION)),
    sans: request.sans,
    key: request.key,
    signatureAlgorithm: request.signatureAlgorithm,
    extensions: request.extensions,
    ignored: Object.freeze(ignoredOf(request)),
  });
}

/** Everything but CN, O and subjectAltName: read, judged by nobody and copied nowhere. */
const ignoredOf = (request: CertificationRequest): readonly string[] => [
  ...new Set([
    ...request.subject
      .filter(({ type }) => type !== COMMON_NAME && type !== ORGANIZATION)
      .map(({ type }) => `subject ${type}`),
    ...request.extensions
      .filter(({ oid }) => oid !== EXTENSION.subjectAltName)
      .map(({ name }) => `extension ${name}`),
    ...request.attributeOids
      .filter((oid) => oid !== REQUEST_ATTRIBUTE.extensionRequest)
      .map((oid) => `attribute ${requestAttributeName(oid)}`),
  ]),
];
