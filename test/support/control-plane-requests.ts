// SPDX-License-Identifier: Apache-2.0
// Real PKCS#10 requests, and the CertificateSigningRequest objects around them, for tests against an API server.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  ChallengePasswordAttribute,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';
import type { JsonGeneralName, JsonName } from '@peculiar/x509';
import { keepFromLogs } from './log-secrets.js';

export const CSR_PATH = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Names of one subject alternative name extension, e.g. `[{ type: 'dns', value: 'a.example' }]`. */
export type SubjectAlternativeNames = readonly JsonGeneralName[];

/** How the key is made and how the request is signed; WebCrypto's names. */
export interface KeyChoice {
  readonly key: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | { name: string };
  readonly signature?: { readonly hash?: string; readonly saltLength?: number };
}

export interface RequestContents {
  readonly cn?: string;
  readonly o?: readonly string[];
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
  readonly email?: readonly string[];
  /** Further subject attributes, e.g. `[{ '1.3.6.1.4.1.57683.2': ['uid-1'] }]`. */
  readonly subject?: JsonName;
  /** Further subject alternative name extensions, beside the one of dns, ip, uri and email. */
  readonly moreNames?: readonly SubjectAlternativeNames[];
  readonly challengePassword?: string;
  readonly keyChoice?: KeyChoice;
}

const ECDSA_P256: KeyChoice = {
  key: { name: 'ECDSA', namedCurve: 'P-256' },
  signature: { hash: 'SHA-256' },
};

export interface CsrObjectOptions {
  readonly name: string;
  readonly signerName?: string;
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A validly signed request of a new key (P-256 unless chosen otherwise) as PEM. */
export async function makeCsr(contents: RequestContents = {}): Promise<string> {
  const { key, signature } = contents.keyChoice ?? ECDSA_P256;
  const keys = await webcrypto.subtle.generateKey(key, true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new Error(`${key.name} makes no key pair`);

  const { challengePassword } = contents;
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [
      ...(contents.o ?? []).map((value) => ({ O: [value] })),
      ...(contents.cn === undefined ? [] : [{ CN: [contents.cn] }]),
      ...(contents.subject ?? []),
    ],
    keys,
    signingAlgorithm: { ...key, ...signature },
    extensions: [namesOf(contents), ...(contents.moreNames ?? [])]
      .filter((names) => names.length > 0)
      .map((names) => new SubjectAlternativeNameExtension([...names])),
    attributes:
      challengePassword === undefined ? [] : [new ChallengePasswordAttribute(challengePassword)],
  });
  return `${request.toString('pem')}\n`;
}

function namesOf(contents: RequestContents): SubjectAlternativeNames {
  const { dns = [], ip = [], uri = [], email = [] } = contents;
  return [
    ...dns.map((value) => ({ type: 'dns', value }) as const),
    ...ip.map((value) => ({ type: 'ip', value }) as const),
    ...uri.map((value) => ({ type: 'url', value }) as const),
    ...email.map((value) => ({ type: 'email', value }) as const),
  ];
}

/** The object to create; the signer is one of nobody's and the usage is client auth, unless said otherwise. */
export function csrObject(requestPem: string, options: CsrObjectOptions): object {
  const { name, labels, signerName, usages, expirationSeconds } = options;
  keepFromLogs(requestPem);
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name, ...(labels === undefined ? {} : { labels }) },
    spec: {
      request: Buffer.from(requestPem).toString('base64'),
      signerName: signerName ?? 'example.com/contract',
      usages: usages ?? ['client auth'],
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    },
  };
}
