// SPDX-License-Identifier: Apache-2.0
// A key that signs certificates: non-extractable in a WebCrypto provider. A token or a service fits the same port.

import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';

import { fail, ok, type Result } from '../vocabulary/result.js';
import { type SignatureAlgorithm, signatureAlgorithmOf } from '../authority/signature-algorithm.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import { ecdsaSigValue } from './ecdsa-signature.js';
import { pemBlocksOf } from './pem-blocks.js';

/**
 * Signs the bytes of a TBSCertificate by the algorithm that belongs to the key (CRT-8) and gives the signature as X.509
 * carries it (ECDSA: DER of Ecdsa-Sig-Value; RSA: PKCS#1 v1.5). Rejects when the key does not sign.
 */
export type SignBytes = (toBeSigned: Uint8Array) => Promise<Uint8Array>;

/** A signing key and its public half. */
export interface SigningKey {
  readonly publicKey: KeyObject;
  readonly sign: SignBytes;
}

/** What of WebCrypto a key needs. Node's own signs in the thread pool, so that the main thread goes on. */
export type KeyProvider = Pick<webcrypto.SubtleCrypto, 'importKey' | 'sign'>;

/** How the key of each PEM label is encoded (CA-4). */
const TYPES = {
  'PRIVATE KEY': 'pkcs8',
  'EC PRIVATE KEY': 'sec1',
  'RSA PRIVATE KEY': 'pkcs1',
} as const satisfies Record<string, 'pkcs8' | 'sec1' | 'pkcs1'>;

const isKeyLabel = (label: string): label is keyof typeof TYPES => Object.hasOwn(TYPES, label);

/** The one unencrypted key in `pem`; other blocks, such as EC PARAMETERS, are skipped (CA-4). */
export async function loadSigningKey(
  pem: string,
  provider: KeyProvider = webcrypto.subtle,
): Promise<Result<SigningKey, SigningTrouble>> {
  const blocks = pemBlocksOf(pem);
  if (blocks.some(({ label, headers }) => label.startsWith('ENCRYPTED') || headers !== '')) {
    return unusable('the CA key is encrypted');
  }
  const [found, ...others] = blocks.flatMap(({ label, der }) =>
    isKeyLabel(label) ? [{ type: TYPES[label], der }] : [],
  );
  if (found === undefined || others.length > 0) {
    return unusable(`expected 1 private key, found ${found === undefined ? 0 : others.length + 1}`);
  }
  const key = readKey(found.der, found.type);
  if (key === undefined) return unusable('the CA key cannot be read');
  const publicKey = createPublicKey(key);
  const algorithm = signatureAlgorithmOf(publicKey);
  if (algorithm === undefined) {
    return unusable('the CA key is none of RSA >= 2048, P-256, P-384, P-521, Ed25519');
  }
  const sign = await importKey(key, algorithm, provider);
  return sign === undefined ? unusable('the CA key cannot be imported') : ok({ publicKey, sign });
}

function readKey(key: Buffer, type: 'pkcs8' | 'sec1' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPrivateKey({ key, format: 'der', type });
  } catch {
    return undefined;
  }
}

/** WebCrypto's names for OpenSSL's curves. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** WebCrypto's names for what OpenSSL calls types of keys. */
const NAMES: ReadonlyMap<string | undefined, string> = new Map([
  ['rsa', 'RSASSA-PKCS1-v1_5'],
  ['ec', 'ECDSA'],
]);

/** Signs with `key` inside `provider`, which never gives it back; undefined when the provider does not take it. */
async function importKey(
  key: KeyObject,
  { hash }: SignatureAlgorithm,
  provider: KeyProvider,
): Promise<SignBytes | undefined> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const digest = { hash: `SHA-${hash?.slice('sha'.length) ?? ''}` };
  const namedCurve = CURVES[details?.namedCurve ?? ''] ?? '';
  const name = NAMES.get(type) ?? 'Ed25519';
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  try {
    const imported = await provider.importKey(
      'pkcs8',
      pkcs8,
      { name, namedCurve, ...digest },
      false,
      ['sign'],
    );
    const sign = async (toBeSigned: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await provider.sign({ name, ...digest }, imported, toBeSigned));
    return type === 'ec' ? async (bytes) => ecdsaSigValue(await sign(bytes)) : sign;
  } catch {
    return undefined;
  } finally {
    pkcs8.fill(0);
  }
}

const unusable = (message: string) => fail(authorityTrouble('CaUnusable', message));
