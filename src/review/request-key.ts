// SPDX-License-Identifier: Apache-2.0
// A private key as the writer of requests uses it.

import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { signatureAlgorithmOf } from '../authority/signature-algorithm.js';
import type { RequestKey } from '../x509/request-writer.js';

/** Undefined for a kind of key that signs nothing here: below RSA 2048, or of another curve than P-256, P-384, P-521. */
export function requestKeyOf(privateKey: KeyObject): RequestKey | undefined {
  const publicKey = createPublicKey(privateKey);
  const algorithm = signatureAlgorithmOf(publicKey);
  if (algorithm === undefined) return undefined;
  return {
    spki: publicKey.export({ type: 'spki', format: 'der' }),
    algorithm: algorithm.identifier,
    sign: (toBeSigned) => sign(algorithm.hash, toBeSigned, privateKey),
  };
}
