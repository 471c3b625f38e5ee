// SPDX-License-Identifier: Apache-2.0
// What tests of `csr-approver request` begin with: a wish, a key, the object that asks, and certificates for it.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { CsrObject } from '../../src/request/csr-object.js';
import { parseCsrObject } from '../../src/request/parse-csr-object.js';
import { type KeptKey, loginRequest, type LoginWish } from '../../src/review/login-request.js';
import { requestKeyOf } from '../../src/review/request-key.js';

export const janesWish: LoginWish = {
  name: 'jane',
  commonName: 'jane',
  organizations: ['dev', 'qa'],
  signerName: 'kubernetes.io/kube-apiserver-client',
  expirationSeconds: 28_800,
};

/** That key as the command keeps it. */
export function keptKeyOf(keyPem: string): KeptKey {
  const requestKey = requestKeyOf(createPrivateKey(keyPem));
  if (requestKey === undefined) throw new TypeError('such a key signs nothing');
  return { keyPem, requestKey };
}

/** A new P-256 key. */
export const newKey = (): KeptKey =>
  keptKeyOf(
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );

/** The object by which it asks, as the server has it, with this status. */
export function janesRequest(key: KeptKey, wish = janesWish, status: object = {}): CsrObject {
  const object = loginRequest(wish, key.requestKey);
  if (!object.ok) throw new TypeError(object.error);
  const csr = parseCsrObject({ ...object.value, status });
  if (!csr.ok) throw new TypeError(csr.error.detail);
  return csr.value;
}
