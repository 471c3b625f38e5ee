// SPDX-License-Identifier: Apache-2.0
// What there is to tell of one look of the signer at one approved request: for the log, Events and metrics.

import { createHash } from 'node:crypto';
import { MAX_ATTRIBUTE_CHARACTERS } from '../vocabulary/limits.js';
import { printable } from '../vocabulary/printable.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import type { CaCertificate } from './ca-certificate.js';
import type { CertificatePlan } from './plan.js';

/** Whom a certificate names; printable, and whole: what a request may hold is bounded when it is read. */
export interface CertificateNames {
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
  /** `dns:a.example`, `ip:10.0.0.1`, … */
  readonly sans: readonly string[];
}

/** A certificate in words; texts are printable, names in the order of the certificate. */
export interface IssuedSummary extends CertificateNames {
  /** Lower-case hex. */
  readonly serial: string;
  /** All of it, for people; for programs there are the names, since a value may hold what looks like the next attribute. */
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly spkiSha256: string;
  /** Of the whole certificate; by it the API server names the credential of whoever logs in with it. */
  readonly certificateSha256: string;
  readonly caKeyId: string;
}

/** What the object says of its approval: words of whoever approved, whom only the API server's audit log knows. */
export interface ApprovalClaim {
  /** Reason of the condition Approved; printable. */
  readonly reason: string;
  /** The rule and policy that its message names, if it has the form in which this program writes it. */
  readonly rule: string | undefined;
  readonly policyHash: string | undefined;
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
  readonly approval: ApprovalClaim;
  readonly policyHash: string;
  /** From the creation of the object. */
  readonly durationMs: number;
}

/** The words for a certificate that was made as planned. */
export const summaryOf = (
  plan: CertificatePlan,
  ca: CaCertificate,
  der: Uint8Array,
): IssuedSummary => ({
  serial: serialHex(plan.serial),
  subject: plan.subject.map(({ type, value }) => `${type}=${whole(value)}`).join(', '),
  ...namesOf({
    commonName: plan.subject.find(({ type }) => type === 'CN')?.value,
    organizations: plan.subject.filter(({ type }) => type === 'O').map(({ value }) => value),
    sans: plan.sans,
  }),
  notBeforeMs: plan.notBeforeMs,
  notAfterMs: plan.notAfterMs,
  spkiSha256: plan.spkiSha256,
  certificateSha256: createHash('sha256').update(der).digest('hex'),
  caKeyId: ca.keyId,
});

/** The words for the names of a certificate that is asked for, or was made. */
export const namesOf = ({
  commonName,
  organizations,
  sans,
}: Pick<RequestFacts, 'commonName' | 'organizations' | 'sans'>): CertificateNames => ({
  commonName: commonName === undefined ? undefined : whole(commonName),
  organizations: organizations.map(whole),
  sans: sans.map(({ kind, value }) => `${kind}:${whole(value)}`),
});

const whole = (value: string): string => printable(value, MAX_ATTRIBUTE_CHARACTERS);

/** Lower-case hex of a serial number without leading zeros, so that the forms of different tools compare. */
export const serialHex = (octets: Uint8Array): string =>
  withoutLeadingZeros(Buffer.from(octets).toString('hex'));

/** `hex` lower-cased and without leading zeros; `0` for zero. */
export const withoutLeadingZeros = (hex: string): string =>
  hex.toLowerCase().replace(/^0+(?=.)/, '');
