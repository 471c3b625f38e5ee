// SPDX-License-Identifier: Apache-2.0
// Compares a signed certificate, as two other parsers read it, with its plan: nothing is published that is not as planned.

import { canonicalAddress } from '../vocabulary/addresses.js';
import { ATTRIBUTE_TYPE, EXTENSION } from '../x509/object-identifiers.js';
import {
  readCertificateAgain,
  type SecondAttribute,
  type SecondCertificate,
} from '../x509/second-reader.js';
import type { CaCertificate } from './ca-certificate.js';
import { opensslFields } from './compare-openssl.js';
import { type ComparedField, type Difference, differing } from './difference.js';
import type { SignedCertificate } from './encode.js';
import { serialHex, withoutLeadingZeros } from './issuance.js';
import type { CertificatePlan } from './plan.js';

/** Every difference between the plan and what each parser reads; empty means that it may be published. */
export const differencesFrom = (
  plan: CertificatePlan,
  ca: CaCertificate,
  signed: SignedCertificate,
): readonly Difference[] => [
  ...differing('second reader', secondReaderFields(plan, ca, signed.der)),
  ...differing('openssl', opensslFields(plan, ca, signed)),
];

function secondReaderFields(
  plan: CertificatePlan,
  ca: CaCertificate,
  der: Uint8Array,
): readonly ComparedField[] {
  const read = readCertificateAgain(der);
  if (!read.ok) return [['certificate', 'readable', read.error]];
  const saw = read.value;
  return [
    ['serial', serialHex(plan.serial), withoutLeadingZeros(saw.serialNumber)],
    ['issuer', namesInOrder(ca.seen.subjectBySecondReader), namesInOrder(saw.issuer)],
    ['subject', sortedNames(plan.subject.map(asSecondReader)), sortedNames(saw.subject)],
    ['notBefore', String(plan.notBeforeMs), String(saw.notBeforeMs)],
    ['notAfter', String(plan.notAfterMs), String(saw.notAfterMs)],
    ['public key', hex(plan.spki), hex(saw.spki)],
    ['keyUsage', plan.keyUsageBits.join(), (saw.keyUsageBits ?? []).join()],
    ['extKeyUsage', plan.extKeyUsageOids.join(), (saw.extKeyUsageOids ?? []).join()],
    ['basicConstraints', 'CA false', `CA ${String(saw.isCa)}`],
    ['authorityKeyIdentifier', hexOrNone(plan.authorityKeyId), saw.authorityKeyId ?? 'none'],
    ['subjectAltName', JSON.stringify(plan.sans.map(nameText)), JSON.stringify(sansOf(saw))],
    ['extensions', plannedExtensions(plan).join(), extensionsOf(saw).join()],
  ];
}

const namesInOrder = (attributes: readonly SecondAttribute[]): string =>
  JSON.stringify(attributes.map(({ type, value }) => [type, value]));

/** Types for which the second reader has no short name. */
const UNNAMED: Readonly<Record<string, string>> = {
  street: ATTRIBUTE_TYPE.street,
  postalCode: ATTRIBUTE_TYPE.postalCode,
  serialNumber: ATTRIBUTE_TYPE.serialNumber,
};

const asSecondReader = ({ type, value }: SecondAttribute): SecondAttribute => ({
  type: UNNAMED[type] ?? type,
  value,
});

/** DER sorts the values of one type, so only the set of them was planned. */
const sortedNames = (attributes: readonly SecondAttribute[]): string =>
  JSON.stringify(attributes.map(({ type, value }) => JSON.stringify([type, value])).sort());

const nameText = ({ kind, value }: { readonly kind: string; readonly value: string }): string =>
  `${kind}:${value}`;

const sansOf = (saw: SecondCertificate): readonly string[] =>
  saw.sans.map(({ kind, value }) => {
    if (kind === 'ip') return nameText({ kind, value: canonicalAddress(value) ?? value });
    return nameText({ kind: kind === 'url' ? 'uri' : kind, value });
  });

/** Each extension that the plan asks for, in the order of CRT-6; written out again here, not taken from the encoder. */
const plannedExtensions = (plan: CertificatePlan): readonly string[] => {
  const wanted: readonly (readonly [oid: string, critical: boolean, present: boolean])[] = [
    [EXTENSION.keyUsage, true, plan.keyUsageBits.length > 0],
    [EXTENSION.extKeyUsage, false, plan.extKeyUsageOids.length > 0],
    [EXTENSION.basicConstraints, true, true],
    [EXTENSION.authorityKeyIdentifier, false, plan.authorityKeyId !== undefined],
    [EXTENSION.subjectAltName, plan.subject.length === 0, plan.sans.length > 0],
  ];
  return wanted
    .filter(([, , present]) => present)
    .map(([oid, critical]) => extensionText(oid, critical));
};

const extensionsOf = (saw: SecondCertificate): readonly string[] =>
  saw.extensions.map(({ oid, critical }) => extensionText(oid, critical));

const extensionText = (oid: string, critical: boolean): string =>
  critical ? `${oid} critical` : oid;

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

const hexOrNone = (octets: Uint8Array | undefined): string =>
  octets === undefined ? 'none' : hex(octets);
