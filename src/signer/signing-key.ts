// SPDX-License-Identifier: Apache-2.0
// A key that signs certificates: here one that node:crypto holds in memory. Others (WebCrypto, a token) fit the same port.

import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

import { fail, ok, type Result } from '../vocabulary/result.js';
import { signatureAlgorithmOf } from '../authority/signature-algorithm.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
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

/** How the key of each PEM label is encoded (CA-4). */
const TYPES = {
  'PRIVATE KEY': 'pkcs8',
  'EC PRIVATE KEY': 'sec1',
  'RSA PRIVATE KEY': 'pkcs1',
} as const satisfies Record<string, 'pkcs8' | 'sec1' | 'pkcs1'>;

const isKeyLabel = (label: string): label is keyof typeof TYPES => Object.hasOwn(TYPES, label);

/** The one unencrypted key in `pem`; other blocks, such as EC PARAMETERS, are skipped (CA-4). */
export function loadSigningKey(pem: string): Result<SigningKey, SigningTrouble> {
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
  const key = importKey(found.der, found.type);
  if (key === undefined) return unusable('the CA key cannot be read');
  return nativeSigningKey(key);
}

/** A key in the memory of this process; it signs in the thread pool, so that the main thread goes on. */
export function nativeSigningKey(key: KeyObject): Result<SigningKey, SigningTrouble> {
  const publicKey = createPublicKey(key);
  const algorithm = signatureAlgorithmOf(publicKey);
  if (algorithm === undefined) {
    return unusable('the CA key is none of RSA >= 2048, P-256, P-384, P-521, Ed25519');
  }
  const signBytes: SignBytes = (toBeSigned) =>
    new Promise((resolve, reject) => {
      sign(algorithm.hash, toBeSigned, key, (error, signature) => {
        if (error === null) resolve(signature);
        else reject(error);
      });
    });
  return ok({ publicKey, sign: signBytes });
}

function importKey(key: Buffer, type: 'pkcs8' | 'sec1' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPrivateKey({ key, format: 'der', type });
  } catch {
    return undefined;
  }
}

const unusable = (message: string) => fail(authorityTrouble('CaUnusable', message));
