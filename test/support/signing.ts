// SPDX-License-Identifier: Apache-2.0
// Makes CAs, requests and signer entries for tests of signing: everything is signed unless a test changes one thing.

import 'reflect-metadata';
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  webcrypto,
} from 'node:crypto';
import {
  BasicConstraintsExtension,
  type Extension,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

import type { Ceiling, SignerEntry } from '../../src/authority/signer-entry.js';
import type { RequestFacts } from '../../src/request/facts.js';
import { loadAuthority, type SigningAuthority } from '../../src/signer/signing-authority.js';
import type { SignerName } from '../../src/vocabulary/brands.js';
import { makeFacts, matcher, NOW_MS } from './decide.js';

const DAY_MS = 86_400_000;

/** Every kind of key that a CA may have, with the name that openssl gives its signature algorithm. */
export const CA_KEYS = {
  'RSA 2048': {
    make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    signature: 'sha256WithRSAEncryption',
  },
  'ECDSA P-256': {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    algorithm: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    signature: 'ecdsa-with-SHA256',
  },
  'ECDSA P-384': {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    algorithm: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
    signature: 'ecdsa-with-SHA384',
  },
  'ECDSA P-521': {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    algorithm: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
    signature: 'ecdsa-with-SHA512',
  },
  Ed25519: {
    make: () => generateKeyPairSync('ed25519'),
    algorithm: { name: 'Ed25519' },
    signature: 'ED25519',
  },
} as const;

/** A kind of CA key. */
export type CaKeyKind = keyof typeof CA_KEYS;

/** A new key of a kind, beside how WebCrypto names it. */
interface MadeKey extends KeyPairKeyObjectResult {
  readonly algorithm: webcrypto.Algorithm;
}

const makeKey = (kind: CaKeyKind): MadeKey => ({
  ...CA_KEYS[kind].make(),
  algorithm: CA_KEYS[kind].algorithm,
});

/** What can be changed of a CA. */
export interface CaOptions {
  readonly key?: CaKeyKind;
  readonly pair?: MadeKey;
  readonly name?: JsonName;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly isCa?: boolean;
  readonly keyUsage?: number | undefined;
  readonly hasSubjectKeyId?: boolean;
  readonly purposes?: readonly string[];
  readonly more?: readonly Extension[];
  /** Who signs it; itself unless said. */
  readonly issuer?: CaPem;
  readonly pathLength?: number;
}

/** The two files of a CA. */
export interface CaPem {
  readonly certificate: string;
  readonly key: string;
  readonly pair: MadeKey;
}

/** A CA, made by @peculiar/x509: ten days old, good for a year. */
export async function makeCa(options: CaOptions = {}): Promise<CaPem> {
  const pair = options.pair ?? makeKey(options.key ?? 'ECDSA P-256');
  const keys = await webCryptoPair(pair);
  const keyUsage =
    'keyUsage' in options ? options.keyUsage : KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  const issuerPair = options.issuer?.pair ?? pair;
  const name = new Name(options.name ?? [{ CN: ['test-ca'] }]).toString();
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer:
      options.issuer === undefined ? name : new X509Certificate(options.issuer.certificate).subject,
    publicKey: keys.publicKey,
    signingKey: (await webCryptoPair(issuerPair)).privateKey,
    signingAlgorithm: issuerPair.algorithm,
    serialNumber: '01',
    notBefore: new Date(options.notBeforeMs ?? NOW_MS - 10 * DAY_MS),
    notAfter: new Date(options.notAfterMs ?? NOW_MS + 365 * DAY_MS),
    extensions: [
      ...(options.isCa === false
        ? []
        : [new BasicConstraintsExtension(true, options.pathLength, true)]),
      ...(keyUsage === undefined ? [] : [new KeyUsagesExtension(keyUsage, true)]),
      ...(options.hasSubjectKeyId === false
        ? []
        : [await SubjectKeyIdentifierExtension.create(keys.publicKey)]),
      ...(options.purposes === undefined
        ? []
        : [new ExtendedKeyUsageExtension([...options.purposes])]),
      ...(options.more ?? []),
    ],
  });
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pair,
  };
}

/** A root and a CA below it. `chain` is what tls.crt of the lower one holds. */
export async function makeChain(
  options: { readonly root?: CaOptions; readonly intermediate?: CaOptions } = {},
): Promise<{ readonly root: CaPem; readonly intermediate: CaPem; readonly chain: string }> {
  const root = await makeCa({ name: [{ CN: ['test-root'] }], ...options.root });
  const intermediate = await makeCa({ issuer: root, ...options.intermediate });
  return { root, intermediate, chain: intermediate.certificate + root.certificate };
}

async function webCryptoPair({ privateKey, publicKey, algorithm }: MadeKey) {
  const importing = algorithm as webcrypto.EcKeyImportParams;
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const { subtle } = webcrypto;
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, importing, true, ['sign']),
    publicKey: await subtle.importKey('spki', spki, importing, true, ['verify']),
  };
}

/** A CA ready to sign; throws where the files would be refused. */
export async function makeAuthority(options: CaOptions = {}): Promise<SigningAuthority> {
  const { certificate, key } = await makeCa(options);
  const loaded = await loadAuthority({ certificates: certificate, key, roots: undefined });
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

/** The facts of a public key, as the reader gives them. */
export function keyFactsOf(publicKey: KeyObject): RequestFacts['key'] {
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const spkiSha256 = createHash('sha256').update(spki).digest('hex');
  return { algorithm: 'ecdsa', bits: 256, label: 'ECDSA P-256', spki, spkiSha256 };
}

const { publicKey: usualPublicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Facts like those of makeFacts, but with a key that exists. */
export const makeSignableFacts = (changes: Partial<RequestFacts> = {}): RequestFacts =>
  makeFacts({ key: keyFactsOf(usualPublicKey), ...changes });

/** A ceiling under which nothing is given but what a test names. */
export const makeCeiling = (changes: Partial<Ceiling> = {}): Ceiling => ({
  commonName: undefined,
  organizations: undefined,
  dns: undefined,
  ip: undefined,
  uri: undefined,
  email: undefined,
  usages: ['client auth', 'digital signature', 'key encipherment'],
  ...changes,
});

/** A signer of API clients for a day; `jane` of `dev` fits its ceiling. */
export const makeEntry = (
  changes: Partial<Omit<SignerEntry, 'signerName'>> & { signerName?: string } = {},
): SignerEntry => ({
  ca: { kind: 'files', certFile: 'ca.crt', keyFile: 'ca.key' },
  lifetime: { defaultSeconds: 86_400, maxSeconds: 86_400 },
  allow: makeCeiling({ commonName: [matcher('jane')], organizations: [matcher('dev')] }),
  ...changes,
  signerName: (changes.signerName ?? 'kubernetes.io/kube-apiserver-client') as SignerName,
});
