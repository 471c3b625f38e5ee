// SPDX-License-Identifier: Apache-2.0
// A CA certificate and the key that belongs to it, checked before the first signature.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { type CaCertificate, readCaCertificate } from '../authority/ca-certificate.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import { pemBlocksOf } from './pem-blocks.js';
import { loadSigningKey, type SigningKey } from './signing-key.js';

/** What signs for one signer name. */
export interface SigningAuthority {
  readonly certificate: CaCertificate;
  readonly key: SigningKey;
}

/** A CA from the text of its two files: exactly one certificate (CA-3), of a CA, and its own key. */
export function loadAuthority(
  certificatePem: string,
  keyPem: string,
): Result<SigningAuthority, SigningTrouble> {
  const [first, ...others] = pemBlocksOf(certificatePem).filter(
    ({ label }) => label === 'CERTIFICATE',
  );
  if (first === undefined || others.length > 0) {
    return unusable(
      `expected 1 CA certificate, found ${first === undefined ? 0 : others.length + 1}`,
    );
  }
  const certificate = readCaCertificate(first.der);
  if (!certificate.ok) return certificate;
  const key = loadSigningKey(keyPem);
  if (!key.ok) return key;
  if (!key.value.publicKey.equals(certificate.value.publicKey)) {
    return unusable('the CA key does not belong to the CA certificate');
  }
  return ok({ certificate: certificate.value, key: key.value });
}

/** Why a CA cannot be used at `nowMs`; undefined when it can. */
export function outOfDate(
  { certificate }: SigningAuthority,
  nowMs: number,
): SigningTrouble | undefined {
  const { notBeforeMs, notAfterMs } = certificate;
  if (nowMs < notBeforeMs) {
    const from = new Date(notBeforeMs).toISOString();
    return authorityTrouble('CaNotYetValid', `the CA certificate is not valid before ${from}`);
  }
  if (nowMs < notAfterMs) return undefined;
  const since = new Date(notAfterMs).toISOString();
  return authorityTrouble('CaExpired', `the CA certificate has expired: notAfter ${since}`);
}

const unusable = (message: string) => fail(authorityTrouble('CaUnusable', message));
