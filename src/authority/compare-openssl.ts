// SPDX-License-Identifier: Apache-2.0
// What OpenSSL (through node:crypto) reads in a signed certificate, beside what was planned; it also verifies the signature.

import { X509Certificate } from 'node:crypto';

import { canonicalAddress } from '../vocabulary/addresses.js';
import type { CaCertificate } from './ca-certificate.js';
import type { ComparedField } from './difference.js';
import type { SignedCertificate } from './encode.js';
import { serialHex, withoutLeadingZeros } from './issuance.js';
import type { CertificatePlan } from './plan.js';

/** The fields that OpenSSL shows, from the very text that is to be published. */
export function opensslFields(
  plan: CertificatePlan,
  ca: CaCertificate,
  { pem, der }: SignedCertificate,
): readonly ComparedField[] {
  const saw = parse(pem);
  if (saw === undefined) return [['certificate', 'readable', 'it cannot read it at all']];
  const purposes: readonly string[] | undefined = saw.keyUsage;
  return [
    ['bytes', hex(der), hex(saw.raw)],
    ['signature', 'of the CA', saw.verify(ca.publicKey) ? 'of the CA' : 'of no key of the CA'],
    ['issuer', ca.seen.byOpenssl.subject, saw.issuer],
    ['chain', 'issued by the CA', saw.checkIssued(ca.seen.byOpenssl) ? 'issued by the CA' : 'not'],
    ['serial', serialHex(plan.serial), withoutLeadingZeros(saw.serialNumber)],
    ['subject', plannedSubject(plan), subjectOf(saw)],
    ['subjectAltName', plannedNames(plan), namesOf(saw.subjectAltName)],
    ['notBefore', String(plan.notBeforeMs), String(Date.parse(saw.validFrom))],
    ['notAfter', String(plan.notAfterMs), String(Date.parse(saw.validTo))],
    ['public key', hex(plan.spki), publicKeyOf(saw)],
    ['extKeyUsage', plan.extKeyUsageOids.join(), (purposes ?? []).join()],
    ['basicConstraints', 'CA false', `CA ${saw.ca}`],
  ];
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** OpenSSL refuses keys that are none, for example points beside their curve. */
function publicKeyOf(saw: X509Certificate): string {
  try {
    return hex(saw.publicKey.export({ type: 'spki', format: 'der' }));
  } catch {
    return 'no key';
  }
}

const plannedSubject = ({ subject }: CertificatePlan): string =>
  JSON.stringify(subject.map(({ type, value }) => `${type}=${value}`).sort());

/**
 * OpenSSL prints a name as a line for each RDN, ` + ` between its values, and escapes both in values (RFC 2253), so that
 * separators cannot be forged. The legacy object, which holds the values themselves, breaks tls in Node 20 and crashes
 * Node 24 on some keys.
 */
function subjectOf(saw: X509Certificate): string {
  const attributes = [...(saw.subject ?? '').matchAll(ATTRIBUTE)].map(([, text = '']) =>
    unescaped(text),
  );
  return JSON.stringify(attributes.sort());
}

/** `O=dev` up to an end of line or a ` + `; an escape is taken as a whole, so an escaped space is no separator's. */
const ATTRIBUTE = / ?((?:\\[^]|[^\\+\n])+?) ?(?=\+|\n|$)/g;

/** RFC 2253 section 2.4, with control characters as two hex digits. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-9A-F]{2}|[^])/g, (_, escape: string) =>
    escape.length === 2 ? String.fromCharCode(Number.parseInt(escape, 16)) : escape,
  );

const KINDS: Readonly<Record<string, string>> = {
  DNS: 'dns',
  email: 'email',
  'IP Address': 'ip',
  URI: 'uri',
};

const plannedNames = ({ sans }: CertificatePlan): string =>
  JSON.stringify(sans.map(({ kind, value }) => `${kind}:${value}`));

/** One name of the text: Node writes a value as a JSON string where it has characters that could mislead. */
const NAME = /(?<kind>[A-Za-z ]+):(?<value>"(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/** Node gives null, against its types, for names that OpenSSL cannot read. */
function namesOf(text: string | null | undefined): string {
  if (text === undefined) return JSON.stringify([]);
  if (text === null) return 'unreadable';
  const names: string[] = [];
  NAME.lastIndex = 0;
  while (NAME.lastIndex < text.length) {
    const found = NAME.exec(text)?.groups;
    if (found === undefined) return `unreadable: ${text}`;
    const kind = KINDS[found['kind'] ?? ''] ?? `other ${found['kind']}`;
    const value = unquoted(found['value'] ?? '');
    names.push(`${kind}:${kind === 'ip' ? (canonicalAddress(value) ?? value) : value}`);
  }
  return JSON.stringify(names);
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? String(JSON.parse(value)) : value;
