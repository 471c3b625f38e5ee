// SPDX-License-Identifier: Apache-2.0
// The authorities of the server, its own certificate and that of its administrator, made anew at every start.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 87_600 * HOUR_MS;

/** A certificate and its PKCS#8 key as PEM. */
export interface KeyPairPem {
  readonly certPem: string;
  readonly keyPem: string;
}

interface Authority extends KeyPairPem {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly subject: x509.Name;
}

export interface ServerCertificates {
  readonly serverCa: KeyPairPem;
  readonly clientCa: KeyPairPem;
  readonly server: KeyPairPem;
  readonly admin: KeyPairPem;
}

/** All valid for ten years around `nowMs` and the time of the machine, whichever a reader goes by. */
export async function makeCertificates(
  nowMs: number,
  addresses: readonly string[],
): Promise<ServerCertificates> {
  const validity = {
    notBefore: new Date(Math.min(nowMs, Date.now()) - HOUR_MS),
    notAfter: new Date(Math.max(nowMs, Date.now()) + TEN_YEARS_MS),
  };
  const serverCa = await authority('small-server-ca', validity);
  const clientCa = await authority('small-client-ca', validity);
  const names = new x509.SubjectAlternativeNameExtension([
    ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
      (value) => ({ type: 'dns', value }) as const,
    ),
    ...addresses.map((value) => ({ type: 'ip', value }) as const),
  ]);
  const server = issue(serverCa, [{ CN: ['kube-apiserver'] }], validity, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    names,
  ]);
  const admin = issue(clientCa, [{ O: ['system:masters'] }, { CN: ['admin'] }], validity, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ]);
  return { serverCa, clientCa, server: await server, admin: await admin };
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);

async function asPem(
  certificate: x509.X509Certificate,
  key: webcrypto.CryptoKey,
): Promise<KeyPairPem> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  };
}

const serial = (): string => `01${randomBytes(15).toString('hex')}`;

async function authority(name: string, validity: Validity): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: P256,
    serialNumber: serial(),
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keys, subject: certificate.subjectName, ...(await asPem(certificate, keys.privateKey)) };
}

async function issue(
  issuer: Authority,
  subject: x509.JsonName,
  validity: Validity,
  extensions: readonly x509.Extension[],
): Promise<KeyPairPem> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: P256,
    serialNumber: serial(),
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...extensions,
    ],
  });
  return asPem(certificate, keys.privateKey);
}
