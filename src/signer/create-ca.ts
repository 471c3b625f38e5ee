// SPDX-License-Identifier: Apache-2.0
// Makes a new CA: a key, and the certificate that it issues for itself.

import { webcrypto } from 'node:crypto';

import { encodeCertificate } from '../authority/encode.js';
import { encodeRootToBeSigned, type RootPlan } from '../authority/root-certificate.js';
import { signatureAlgorithmOf } from '../authority/signature-algorithm.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { writePem } from '../x509/pem.js';
import type { SubjectValue } from '../x509/subject-writer.js';
import { newSerialNumber } from './serial-numbers.js';
import { loadAuthority, type SigningAuthority } from './signing-authority.js';
import { loadSigningKey } from './signing-key.js';

/** F4, the exponent that everybody uses. */
const RSA_EXPONENT = Uint8Array.of(1, 0, 1);

const rsa = (modulusLength: number) =>
  ({
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: RSA_EXPONENT,
  }) as const;

/** Kinds of keys of a new CA, as WebCrypto makes them. */
const KEYS = {
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'ecdsa-p384': { name: 'ECDSA', namedCurve: 'P-384' },
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
} as const;

/** A kind of key. */
export type CaKeyKind = keyof typeof KEYS;
export const CA_KEY_KINDS: readonly string[] = Object.keys(KEYS);
export const isCaKeyKind = (text: string): text is CaKeyKind => Object.hasOwn(KEYS, text);

/** What a new CA is to be. */
export interface CaWish {
  readonly subject: readonly SubjectValue[];
  readonly key: CaKeyKind;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A new CA: its texts, and what the signer reads in them. */
export interface NewCa {
  /** PEM (tls.crt). */
  readonly certificate: string;
  /** PEM of the PKCS#8 (tls.key). */
  readonly key: string;
  readonly authority: SigningAuthority;
}

/** Makes one; it is read back as the signer will read it, and the error says what that found wrong. */
export async function createCa(wish: CaWish): Promise<Result<NewCa, string>> {
  const keyPem = await createKey(wish.key);
  const key = await loadSigningKey(keyPem);
  if (!key.ok) return fail(key.error.message);
  const signatureAlgorithm = signatureAlgorithmOf(key.value.publicKey);
  if (signatureAlgorithm === undefined) return fail('the signer does not take such a key');
  const { subject, notBeforeMs, notAfterMs } = wish;
  const plan: RootPlan = {
    subject,
    notBeforeMs,
    notAfterMs,
    signatureAlgorithm,
    publicKey: key.value.publicKey,
    serial: newSerialNumber(),
  };
  const toBeSigned = encodeRootToBeSigned(plan);
  const { pem } = encodeCertificate(plan, toBeSigned, await key.value.sign(toBeSigned));
  const authority = await loadAuthority({ certificates: pem, key: keyPem, roots: undefined });
  if (!authority.ok) return fail(authority.error.message);
  return ok({ certificate: pem, key: keyPem, authority: authority.value });
}

async function createKey(kind: CaKeyKind): Promise<string> {
  const { subtle } = webcrypto;
  const { privateKey } = await subtle.generateKey(KEYS[kind], true, ['sign', 'verify']);
  return writePem('PRIVATE KEY', new Uint8Array(await subtle.exportKey('pkcs8', privateKey)));
}
