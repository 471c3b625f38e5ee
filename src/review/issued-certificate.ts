// SPDX-License-Identifier: Apache-2.0
// What an issued certificate says of itself, for people; nothing is decided by it.

import { createHash, X509Certificate } from 'node:crypto';
import { withoutLeadingZeros } from '../authority/issuance.js';
import type { CsrObject } from '../request/csr-object.js';
import { canonicalAddress } from '../vocabulary/addresses.js';
import { MAX_ATTRIBUTE_CHARACTERS } from '../vocabulary/limits.js';
import { printable } from '../vocabulary/printable.js';
import { subjectAttributeName } from '../x509/object-identifiers.js';
import { readCertificateAgain, type SecondName } from '../x509/second-reader.js';

/** The first certificate of status.certificate; called as in the log line `certificate issued`, texts are printable. */
export interface IssuedCertificate {
  /** Hex, lower case, without leading zeros. */
  readonly serial: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Hex, lower case; by it the API server names the credential of whoever logs in with it. */
  readonly certificateSha256: string;
  /** `O=qa, CN=jane`; null where its names are in no form that is read here. */
  readonly subject: string | null;
  readonly commonName: string | null;
  readonly organizations: readonly string[] | null;
  /** `dns:a.example`, `ip:10.0.0.1`, … */
  readonly sans: readonly string[] | null;
}

/** Undefined where there is none, or none that OpenSSL reads. */
export function issuedCertificate({ certificate }: CsrObject): IssuedCertificate | undefined {
  if (certificate === undefined) return undefined;
  try {
    const { serialNumber, validFrom, validTo, raw } = new X509Certificate(
      Buffer.from(certificate, 'base64'),
    );
    return {
      serial: withoutLeadingZeros(serialNumber),
      notBefore: new Date(validFrom).toISOString(),
      notAfter: new Date(validTo).toISOString(),
      certificateSha256: createHash('sha256').update(raw).digest('hex'),
      ...namesIn(raw),
    };
  } catch {
    return undefined;
  }
}

type Names = Pick<IssuedCertificate, 'subject' | 'commonName' | 'organizations' | 'sans'>;

function namesIn(der: Uint8Array): Names {
  const read = readCertificateAgain(der);
  if (!read.ok) return { subject: null, commonName: null, organizations: null, sans: null };
  const attributes = read.value.subject.map(({ type, value }) => ({
    type: subjectAttributeName(type),
    value: whole(value),
  }));
  const valuesOf = (wanted: string): readonly string[] =>
    attributes.filter(({ type }) => type === wanted).map(({ value }) => value);
  return {
    subject: attributes.map(({ type, value }) => `${type}=${value}`).join(', '),
    commonName: valuesOf('CN')[0] ?? null,
    organizations: valuesOf('O'),
    sans: read.value.sans.map(nameWords),
  };
}

/** The second reader has a word of its own for one kind, and addresses that are not canonical (`::ffff:a00:1`). */
function nameWords({ kind, value }: SecondName): string {
  if (kind === 'ip') return `ip:${canonicalAddress(value) ?? whole(value)}`;
  return `${kind === 'url' ? 'uri' : kind}:${whole(value)}`;
}

const whole = (value: string): string => printable(value, MAX_ATTRIBUTE_CHARACTERS);
