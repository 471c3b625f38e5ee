// SPDX-License-Identifier: Apache-2.0
// Algorithms and keys for forged requests, from the usual to those that no request may have.

import { generateKeyPairSync } from 'node:crypto';

import {
  context,
  nullValue,
  objectIdentifier,
  sequence,
  smallInteger,
} from '../../src/x509/der-writer.js';
import { type ForgedKey, forgedKey } from './forge.js';
import { sha256WithRsa } from './forge-rsa.js';

/** An AlgorithmIdentifier. */
export const algorithm = (oid: string, ...parameters: readonly Uint8Array[]): Uint8Array =>
  sequence(objectIdentifier(oid), ...parameters);

/** Object identifiers of hashes. */
export const HASH = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
} as const;

const hashOf = (oid: string): Uint8Array => algorithm(oid, nullValue());

/** The AlgorithmIdentifier of RSASSA-PSS with the given hash, hash of its mask, and octets of salt. */
export const pss = (hash: string, maskHash: string, salt: number): Uint8Array =>
  algorithm(
    '1.2.840.113549.1.1.10',
    sequence(
      context(0, hashOf(hash)),
      context(1, algorithm('1.2.840.113549.1.1.8', hashOf(maskHash))),
      context(2, smallInteger(salt)),
    ),
  );

const rsa2048 = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** An RSA key of 2048 bits that signs with `hash` and says that it signs as `identifier`. */
export const rsaKey = (identifier: Uint8Array, hash: string, pssSalt?: number): ForgedKey =>
  forgedKey(rsa2048.privateKey, rsa2048.publicKey, {
    algorithm: identifier,
    hash,
    ...(pssSalt === undefined ? {} : { pssSalt }),
  });

/** The same RSA key, signing as usual. */
export const usualRsaKey: ForgedKey = rsaKey(sha256WithRsa, 'sha256');
