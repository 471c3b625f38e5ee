// SPDX-License-Identifier: Apache-2.0
// What there is to tell of one look of the signer at one approved request: for the log, Events and metrics.

import { printable } from '../vocabulary/printable.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { CsrObject } from '../request/csr-object.js';
import type { CaCertificate } from './ca-certificate.js';
import type { CertificatePlan } from './plan.js';

/** A certificate in words; texts are printable. */
export interface IssuedSummary {
  /** Lower-case hex. */
  readonly serial: string;
  readonly subject: string;
  /** `dns:a.example`, `ip:10.0.0.1`, … in the order of the certificate. */
  readonly sans: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly spkiSha256: string;
  readonly caKeyId: string;
}

/**
 * One event: `published` and `failed` were written to the object; `lost` is a signed certificate that was not
 * published because the object had changed; `waiting` is told once for each new reason.
 */
export interface Issuance {
  readonly csr: CsrObject;
  readonly outcome: 'published' | 'failed' | 'lost' | 'waiting';
  /** Absent when published. */
  readonly code: ReasonCode | undefined;
  /** For the operator; printable. Absent when published. */
  readonly message: string | undefined;
  /** Absent when none was signed. */
  readonly certificate: IssuedSummary | undefined;
  readonly policyHash: string;
  /** From the creation of the object. */
  readonly durationMs: number;
}

/** The words for a certificate that was made as planned. */
export const summaryOf = (plan: CertificatePlan, ca: CaCertificate): IssuedSummary => ({
  serial: serialHex(plan.serial),
  subject: plan.subject.map(({ type, value }) => `${type}=${printable(value)}`).join(', '),
  sans: plan.sans.map(({ kind, value }) => `${kind}:${printable(value)}`),
  notBeforeMs: plan.notBeforeMs,
  notAfterMs: plan.notAfterMs,
  spkiSha256: plan.spkiSha256,
  caKeyId: ca.keyId,
});

/** Lower-case hex of a serial number without leading zeros, so that the forms of different tools compare. */
export const serialHex = (octets: Uint8Array): string =>
  withoutLeadingZeros(Buffer.from(octets).toString('hex'));

/** `hex` lower-cased and without leading zeros; `0` for zero. */
export const withoutLeadingZeros = (hex: string): string =>
  hex.toLowerCase().replace(/^0+(?=.)/, '');
