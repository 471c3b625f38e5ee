// SPDX-License-Identifier: Apache-2.0
// Everything that will stand in a certificate, as one value, made of checked facts only: nothing of the request is copied unread.

import { quotedList } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { ATTRIBUTE_TYPE } from '../x509/object-identifiers.js';
import { encodeSubject } from '../x509/subject-writer.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts, SubjectAltName } from '../request/facts.js';
import { USAGES } from '../request/usages.js';
import type { CaCertificate } from './ca-certificate.js';
import { effectiveSeconds, validityOf } from './lifetime.js';
import { heldNames, nameOutside } from './name-constraints.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';
import type { SignerEntry } from './signer-entry.js';
import { authorityTrouble, type SigningTrouble } from './trouble.js';

/** One attribute of the subject to be issued. */
export interface PlannedAttribute {
  /** `O` (a group), `CN` (the user), or another one that the ceiling names. */
  readonly type: keyof typeof OID_OF;
  readonly value: string;
}

/** A certificate before it is encoded. Frozen, but for the bytes. */
export interface CertificatePlan {
  /** Big-endian octets of the serial number (CRT-2). */
  readonly serial: Uint8Array;
  /** DER of the issuer's Name. */
  readonly issuer: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Organizations, common name, then the others, each in the order of the request. */
  readonly subject: readonly PlannedAttribute[];
  /** DER of the subject as CRT-3 encodes it. */
  readonly subjectName: Uint8Array;
  /** In the order in which they are written (CRT-4). */
  readonly sans: readonly SubjectAltName[];
  /** Bits of the key usage extension, ascending; empty means no extension. */
  readonly keyUsageBits: readonly number[];
  /** Purposes in the order of USG-2; empty means no extension. */
  readonly extKeyUsageOids: readonly string[];
  /** Absent as CRT-7 says. */
  readonly authorityKeyId: Uint8Array | undefined;
  /** DER of the SubjectPublicKeyInfo, and the hex of its SHA-256. */
  readonly spki: Uint8Array;
  readonly spkiSha256: string;
  readonly signatureAlgorithm: SignatureAlgorithm;
}

/** What a plan is made of. */
export interface PlanInput {
  readonly csr: CsrObject;
  readonly facts: RequestFacts;
  readonly entry: SignerEntry;
  readonly ca: CaCertificate;
  readonly nowMs: number;
  /** 16 random octets, made for this certificate alone. */
  readonly serial: Uint8Array;
}

/** Plans the certificate of an approved request; pure. It does not ask whether the request is allowed: see ceiling.ts. */
export function planCertificate(input: PlanInput): Result<CertificatePlan, SigningTrouble> {
  const { csr, facts, entry, ca, nowMs, serial } = input;
  const usages = plannedUsages(csr.usages);
  if (!usages.ok) return usages;
  const beyond = purposesBeyond(ca, usages.value.extKeyUsageOids);
  if (beyond !== undefined) return fail(beyond);
  const seconds = effectiveSeconds(csr.expirationSeconds, entry.lifetime);
  const validity = validityOf({ nowMs, seconds, caNotAfterMs: ca.notAfterMs });
  if (!validity.ok) return validity;

  const outside = nameOutside(heldNames(facts.commonName, facts.sans), ca.nameConstraints);
  if (outside !== undefined) return fail(authorityTrouble('OutsideNameConstraints', outside));

  const subject = plannedSubject(facts, entry);
  const subjectName = encodeSubject(
    subject.map(({ type, value }) => ({ oid: OID_OF[type], value })),
  );
  const isNamedAsIssuer = Buffer.compare(subjectName, ca.subject) === 0;
  return ok(
    Object.freeze({
      serial,
      issuer: ca.subject,
      ...validity.value,
      subject,
      subjectName,
      sans: inWrittenOrder(facts.sans),
      ...usages.value,
      authorityKeyId: isNamedAsIssuer ? undefined : ca.subjectKeyId,
      spki: facts.key.spki,
      spkiSha256: facts.key.spkiSha256,
      signatureAlgorithm: ca.signatureAlgorithm,
    }),
  );
}

const OID_OF = {
  O: ATTRIBUTE_TYPE.organization,
  CN: ATTRIBUTE_TYPE.commonName,
  OU: ATTRIBUTE_TYPE.organizationalUnit,
  C: ATTRIBUTE_TYPE.country,
  ST: ATTRIBUTE_TYPE.stateOrProvince,
  L: ATTRIBUTE_TYPE.locality,
  street: ATTRIBUTE_TYPE.street,
  postalCode: ATTRIBUTE_TYPE.postalCode,
  serialNumber: ATTRIBUTE_TYPE.serialNumber,
} as const;

const isIssued = (type: string): type is PlannedAttribute['type'] => Object.hasOwn(OID_OF, type);

/** Organizations and common name are always judged; another attribute is given only where the ceiling names it. */
const plannedSubject = (facts: RequestFacts, { allow }: SignerEntry): readonly PlannedAttribute[] =>
  Object.freeze([
    ...facts.organizations.map((value) => ({ type: 'O', value }) as const),
    ...(facts.commonName === undefined ? [] : [{ type: 'CN', value: facts.commonName } as const]),
    ...facts.subject.flatMap(({ type, value }) =>
      isIssued(type) && Object.hasOwn(allow?.attributes ?? {}, type) ? [{ type, value }] : [],
    ),
  ]);

const WRITTEN: readonly SubjectAltName['kind'][] = ['dns', 'email', 'ip', 'uri'];

const inWrittenOrder = (sans: readonly SubjectAltName[]): readonly SubjectAltName[] =>
  Object.freeze(WRITTEN.flatMap((kind) => sans.filter((san) => san.kind === kind)));

/** The table lists bits ascending and purposes as they are written. */
const USAGE_ORDER = [...USAGES.values()];

/** The key usage bits and purposes of `usages` (USG-1, USG-2); bits ascending, purposes in the order of the table. */
export function plannedUsages(
  usages: readonly string[],
): Result<Pick<CertificatePlan, 'keyUsageBits' | 'extKeyUsageOids'>, SigningTrouble> {
  const unknown = usages.filter((usage) => !USAGES.has(usage));
  if (unknown.length > 0) {
    const message = `usage ${quotedList(unknown)} is not one that the Kubernetes API knows`;
    return fail({ blame: 'request', code: 'UsageUnknown', message });
  }
  const asked = new Set(usages.map((usage) => USAGES.get(usage)));
  const meanings = USAGE_ORDER.filter((meaning) => asked.has(meaning));
  const bits = meanings.flatMap((each) => (each.kind === 'key usage' ? [each.bit] : []));
  const oids = meanings.flatMap((each) => (each.kind === 'extended key usage' ? [each.oid] : []));
  return ok({
    keyUsageBits: Object.freeze([...new Set(bits)]),
    extKeyUsageOids: Object.freeze([...new Set(oids)]),
  });
}

const ANY_PURPOSE = '2.5.29.37.0';

/** A CA that is confined to purposes can give only these: verifiers refuse others in its chain. */
function purposesBeyond(ca: CaCertificate, oids: readonly string[]): SigningTrouble | undefined {
  const confined = ca.extKeyUsageOids;
  if (confined === undefined || confined.includes(ANY_PURPOSE)) return undefined;
  if (oids.every((oid) => confined.includes(oid))) return undefined;
  const message = 'the CA certificate is confined to extended key usages that do not cover these';
  return authorityTrouble('CaConstrained', message);
}
