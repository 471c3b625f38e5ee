// SPDX-License-Identifier: Apache-2.0
// Which signature algorithm each kind of CA key signs with (CRT-8), as a table: a new kind is one row.

import type { KeyObject } from 'node:crypto';

import { nullValue, objectIdentifier, sequence } from '../x509/der-writer.js';

/** How certificates of one CA are signed. */
export interface SignatureAlgorithm {
  /** As OpenSSL and RFC 3279 name it, for example `ecdsa-with-SHA256`. */
  readonly name: string;
  /** DER of the AlgorithmIdentifier. */
  readonly identifier: Uint8Array;
  /** Absent where the algorithm hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined;
}

/** RSA keys of a CA below this are refused (NIST SP 800-131A). */
const MIN_RSA_BITS = 2048;

const ecdsa = (hash: 'sha256' | 'sha384' | 'sha512', oid: string): SignatureAlgorithm => ({
  name: `ecdsa-with-${hash.toUpperCase()}`,
  identifier: sequence(objectIdentifier(oid)),
  hash,
});

const RSA: SignatureAlgorithm = {
  name: 'sha256WithRSAEncryption',
  identifier: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
  hash: 'sha256',
};

const ED25519: SignatureAlgorithm = {
  name: 'Ed25519',
  identifier: sequence(objectIdentifier('1.3.101.112')),
  hash: undefined,
};

/** By OpenSSL's name of the curve. */
const ECDSA: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['prime256v1', ecdsa('sha256', '1.2.840.10045.4.3.2')],
  ['secp384r1', ecdsa('sha384', '1.2.840.10045.4.3.3')],
  ['secp521r1', ecdsa('sha512', '1.2.840.10045.4.3.4')],
]);

/** The algorithm that a CA with this public key signs with; undefined for keys that sign nothing here. */
export function signatureAlgorithmOf(key: KeyObject): SignatureAlgorithm | undefined {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType;
  if (type === 'rsa') return modulusLength >= MIN_RSA_BITS ? RSA : undefined;
  if (type === 'ec') return ECDSA.get(namedCurve);
  return type === 'ed25519' ? ED25519 : undefined;
}
