// SPDX-License-Identifier: Apache-2.0
// Certificate authorities and certificates for the test control plane; made anew at every start.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Extension, JsonGeneralName, JsonName } from '@peculiar/x509';
import { keepFromLogs } from './log-secrets.js';

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ECDSA_SHA256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/** A certificate and its PKCS#8 key, both as PEM. */
export interface KeyPairPem {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertificateRequestOptions {
  /** Subject attributes in order, e.g. `[{ O: ['a'] }, { CN: ['b'] }]`; a dotted OID may stand as the name. */
  readonly subject: JsonName;
  readonly names?: readonly JsonGeneralName[];
  /** OIDs; none at all leaves the extension out. */
  readonly extendedKeyUsages?: readonly string[];
}

/** Makes a self-signed P-256 authority. */
export async function createAuthority(commonName: string): Promise<KeyPairPem> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: ECDSA_SHA256,
    serialNumber: randomSerial(),
    // As long as kubeadm's: kube-controller-manager cuts what it signs to the lifetime of its authority.
    ...validity(10 * YEAR_MS),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: pem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** Issues a P-256 end-entity certificate with a new key. */
export async function issueCertificate(
  authority: KeyPairPem,
  options: CertificateRequestOptions,
): Promise<KeyPairPem> {
  const keys = await generateKeys();
  const issuer = new X509Certificate(authority.certPem);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    await AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (options.extendedKeyUsages !== undefined) {
    extensions.push(new ExtendedKeyUsageExtension([...options.extendedKeyUsages]));
  }
  if (options.names !== undefined) {
    extensions.push(new SubjectAlternativeNameExtension([...options.names]));
  }
  const certificate = await X509CertificateGenerator.create({
    subject: options.subject,
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    signingAlgorithm: ECDSA_SHA256,
    serialNumber: randomSerial(),
    ...validity(DAY_MS),
    extensions,
  });
  return { certPem: pem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** A new key pair for service account tokens: `keyPem` is PKCS#8, `publicKeyPem` is SPKI. */
export async function createTokenKey(): Promise<{ keyPem: string; publicKeyPem: string }> {
  const keys = await generateKeys();
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  return {
    keyPem: await exportKey(keys.privateKey),
    publicKeyPem: PemConverter.encode(spki, 'PUBLIC KEY'),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const exported = PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', key),
    'PRIVATE KEY',
  );
  keepFromLogs(exported);
  return exported;
}

function importKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(keyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, EC_P256, false, ['sign']);
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** Backdated, because the clock of a test machine may step back while a plane runs. */
function validity(lifetimeMs: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + lifetimeMs) };
}

function randomSerial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('hex');
}
