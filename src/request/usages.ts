// SPDX-License-Identifier: Apache-2.0
// The usages of the Kubernetes API and what each becomes in a certificate (USG table, API-3).

/** A bit of the key usage extension (RFC 5280 section 4.2.1.3), or an extended key usage. */
export type UsageMeaning =
  | { readonly kind: 'key usage'; readonly bit: number }
  | { readonly kind: 'extended key usage'; readonly oid: string };

const bit = (number: number): UsageMeaning => ({ kind: 'key usage', bit: number });
const purpose = (oid: string): UsageMeaning => ({ kind: 'extended key usage', oid });

/** Every usage that the API knows, in the order in which extended key usages are written (USG-2). */
export const USAGES: ReadonlyMap<string, UsageMeaning> = new Map([
  ['signing', bit(0)],
  ['digital signature', bit(0)],
  ['content commitment', bit(1)],
  ['key encipherment', bit(2)],
  ['data encipherment', bit(3)],
  ['key agreement', bit(4)],
  ['cert sign', bit(5)],
  ['crl sign', bit(6)],
  ['encipher only', bit(7)],
  ['decipher only', bit(8)],
  ['any', purpose('2.5.29.37.0')],
  ['server auth', purpose('1.3.6.1.5.5.7.3.1')],
  ['client auth', purpose('1.3.6.1.5.5.7.3.2')],
  ['code signing', purpose('1.3.6.1.5.5.7.3.3')],
  ['email protection', purpose('1.3.6.1.5.5.7.3.4')],
  ['s/mime', purpose('1.3.6.1.5.5.7.3.4')],
  ['ipsec end system', purpose('1.3.6.1.5.5.7.3.5')],
  ['ipsec tunnel', purpose('1.3.6.1.5.5.7.3.6')],
  ['ipsec user', purpose('1.3.6.1.5.5.7.3.7')],
  ['timestamping', purpose('1.3.6.1.5.5.7.3.8')],
  ['ocsp signing', purpose('1.3.6.1.5.5.7.3.9')],
  ['microsoft sgc', purpose('1.3.6.1.4.1.311.10.3.3')],
  ['netscape sgc', purpose('2.16.840.1.113730.4.1')],
]);

/** Whether a usage becomes an extended key usage; unknown usages do not. */
export const isExtendedKeyUsage = (usage: string): boolean =>
  USAGES.get(usage)?.kind === 'extended key usage';
