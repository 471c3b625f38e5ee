// SPDX-License-Identifier: Apache-2.0
// The signature algorithms that are accepted, as a table by their exact AlgorithmIdentifier, and the check itself.

import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';

import { type DerElement, encodingOf } from './der-reader.js';
import { objectIdentifierOf } from './der-primitives.js';
import { TAG } from './der-tags.js';
import { context, nullValue, objectIdentifier, sequence, smallInteger } from './der-writer.js';
import type { PublicKeyFacts, ReadKey } from './keys.js';
import { refuse } from './refused.js';

/** One accepted signature algorithm. */
export interface SignatureAlgorithm {
  /** As OpenSSL and RFC 3279 name it, for example `ecdsa-with-SHA256`. */
  readonly name: string;
  /** The kind of key that it fits. */
  readonly key: PublicKeyFacts['algorithm'];
  /** Absent where the algorithm hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined;
  /** Octets of salt of RSASSA-PSS; absent for all others. */
  readonly pssSaltOctets?: number;
}

type Row = readonly [identifier: string, algorithm: SignatureAlgorithm];

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';

/** RSASSA-PSS (RFC 4055 section 3.1) in the one form that Go takes: MGF1 with the same hash, salt as long as the hash. */
function pss(hash: 'sha256' | 'sha384' | 'sha512', hashOid: string): Row {
  const pssSaltOctets = Number(hash.slice(3)) / 8;
  const hashIdentifier = sequence(objectIdentifier(hashOid), nullValue());
  const identifier = sequence(
    objectIdentifier(RSA_PSS),
    sequence(
      context(0, hashIdentifier),
      context(1, sequence(objectIdentifier(MGF1), hashIdentifier)),
      context(2, smallInteger(pssSaltOctets)),
    ),
  );
  return [hex(identifier), { name: `RSASSA-PSS-${hash}`, key: 'rsa', hash, pssSaltOctets }];
}

/** Accepted algorithms by the hex of their whole AlgorithmIdentifier. A new algorithm is one row. */
const ACCEPTED: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  [
    '300d06092a864886f70d01010b0500',
    { name: 'sha256WithRSAEncryption', key: 'rsa', hash: 'sha256' },
  ],
  [
    '300d06092a864886f70d01010c0500',
    { name: 'sha384WithRSAEncryption', key: 'rsa', hash: 'sha384' },
  ],
  [
    '300d06092a864886f70d01010d0500',
    { name: 'sha512WithRSAEncryption', key: 'rsa', hash: 'sha512' },
  ],
  ['300a06082a8648ce3d040302', { name: 'ecdsa-with-SHA256', key: 'ecdsa', hash: 'sha256' }],
  ['300a06082a8648ce3d040303', { name: 'ecdsa-with-SHA384', key: 'ecdsa', hash: 'sha384' }],
  ['300a06082a8648ce3d040304', { name: 'ecdsa-with-SHA512', key: 'ecdsa', hash: 'sha512' }],
  ['300506032b6570', { name: 'Ed25519', key: 'ed25519', hash: undefined }],
  pss('sha256', '2.16.840.1.101.3.4.2.1'),
  pss('sha384', '2.16.840.1.101.3.4.2.2'),
  pss('sha512', '2.16.840.1.101.3.4.2.3'),
]);

/** Hashes for which collisions are known or near: a signature over one of two texts holds for the other. */
const WEAK: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2'],
  ['1.2.840.113549.1.1.4', 'MD5'],
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.3.14.3.2.29', 'SHA-1'],
  ['1.2.840.10045.4.1', 'SHA-1'],
  ['1.2.840.10040.4.3', 'SHA-1'],
]);

/** The accepted algorithm that `element`, an AlgorithmIdentifier, names. */
export function readSignatureAlgorithm(element: DerElement): SignatureAlgorithm {
  const accepted = ACCEPTED.get(hex(encodingOf(element)));
  if (accepted !== undefined) return accepted;
  const first = element.children[0];
  if (first?.tag !== TAG.objectIdentifier) {
    return refuse('DerUnexpected', AT, 'the signature algorithm has no identifier');
  }
  const oid = objectIdentifierOf(first);
  const weak = WEAK.get(oid);
  if (weak !== undefined) {
    return refuse('SignatureHashWeak', AT, `signatures with ${weak} are not accepted`);
  }
  if (oid === RSA_PSS) {
    return refuse('SignaturePss', AT, 'the RSASSA-PSS parameters are not one of the usual sets');
  }
  return refuse('SignatureAlgorithm', AT, `the signature algorithm ${oid} is not accepted so`);
}

/** Refuses unless `signature` is that of `key` over exactly `signed`. */
export function requireSignature(
  key: ReadKey,
  algorithm: SignatureAlgorithm,
  { signed, signature }: { readonly signed: Uint8Array; readonly signature: Uint8Array },
): void {
  if (algorithm.key !== key.facts.algorithm) {
    const detail = `${algorithm.name} does not fit a key of ${key.facts.label}`;
    refuse('SignatureKeyMismatch', AT, detail);
  }
  const publicKey = importKey(key);
  if (!isSignature(publicKey, algorithm, { signed, signature })) {
    refuse('SignatureInvalid', 'signature', 'the signature is not one of the requested key');
  }
}

const AT = 'signature algorithm';

/** OpenSSL refuses to import points that are not on their curve; that is a fact of the request, not a fault of ours. */
function importKey(key: ReadKey): KeyObject {
  try {
    return createPublicKey({ key: key.jwk, format: 'jwk' });
  } catch {
    return refuse('KeyNotOnCurve', 'public key', 'the point of the key is not on its curve');
  }
}

function isSignature(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  { signed, signature }: { readonly signed: Uint8Array; readonly signature: Uint8Array },
): boolean {
  const padding =
    algorithm.pssSaltOctets === undefined
      ? {}
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.pssSaltOctets };
  try {
    return verify(algorithm.hash ?? null, signed, { key, ...padding }, signature);
  } catch {
    // Some malformed signatures make OpenSSL fail instead of saying no; both mean that this is none.
    return false;
  }
}
