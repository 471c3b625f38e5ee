// SPDX-License-Identifier: Apache-2.0
// What an issued certificate says of itself, for people; nothing is decided by it.

import { X509Certificate } from 'node:crypto';
import type { CsrObject } from '../request/csr-object.js';

/** The first certificate of status.certificate. */
export interface IssuedCertificate {
  /** Hex, lower case. */
  readonly serial: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Undefined where there is none, or none that OpenSSL reads. */
export function issuedCertificate({ certificate }: CsrObject): IssuedCertificate | undefined {
  if (certificate === undefined) return undefined;
  try {
    const { serialNumber, validFrom, validTo } = new X509Certificate(
      Buffer.from(certificate, 'base64'),
    );
    return {
      serial: serialNumber.toLowerCase(),
      notBefore: new Date(validFrom).toISOString(),
      notAfter: new Date(validTo).toISOString(),
    };
  } catch {
    return undefined;
  }
}
