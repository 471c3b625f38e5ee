// SPDX-License-Identifier: Apache-2.0
// The public keys that are accepted, as a table by their exact AlgorithmIdentifier, and why all others are not.

import { createHash, type JsonWebKey } from 'node:crypto';

import type { ReasonCode } from '../vocabulary/reasons.js';
import { DerFields } from './der-fields.js';
import { type DerElement, type DerReader, encodingOf, offsetOf } from './der-reader.js';
import { objectIdentifierOf, octetsOfBitString, positiveOctetsOf } from './der-primitives.js';
import { TAG } from './der-tags.js';
import { refuse } from './refused.js';

/** The public key that asks to be certified. */
export interface PublicKeyFacts {
  readonly algorithm: 'rsa' | 'ecdsa' | 'ed25519';
  /** Modulus or field size: 2048–8192 for RSA, 256, 384 or 521 for ECDSA, 256 for Ed25519. */
  readonly bits: number;
  /** For people: `RSA 2048`, `ECDSA P-256`, `Ed25519`. */
  readonly label: string;
  /** DER of the SubjectPublicKeyInfo, exactly as requested. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, lower-case hex. */
  readonly spkiSha256: string;
}

/** A key that was read: what to tell of it, and the form in which node:crypto imports it fastest. */
export interface ReadKey {
  readonly facts: PublicKeyFacts;
  readonly jwk: JsonWebKey;
}

type KeyShape = Pick<PublicKeyFacts, 'algorithm' | 'bits' | 'label'> & {
  readonly jwk: JsonWebKey;
};

/** Reads the octets of the subjectPublicKey; the reader is for keys that are DER themselves. */
type KeyRow = (octets: Uint8Array, reader: DerReader, element: DerElement) => KeyShape;

/** A curve of which only uncompressed points are taken, as everywhere in Kubernetes. */
const curve =
  (name: string, bits: number): KeyRow =>
  (octets) => {
    const size = Math.ceil(bits / 8);
    if (octets.length !== 1 + 2 * size || octets[0] !== 4) {
      refuse('KeyPoint', 'public key', `the point is not an uncompressed point of ${name}`);
    }
    const x = base64url(octets.subarray(1, 1 + size));
    const y = base64url(octets.subarray(1 + size));
    return {
      algorithm: 'ecdsa',
      bits,
      label: `ECDSA ${name}`,
      jwk: { kty: 'EC', crv: name, x, y },
    };
  };

/** Accepted keys by the hex of their whole AlgorithmIdentifier, so that odd parameters are no row. A new key is one row. */
const ACCEPTED: ReadonlyMap<string, KeyRow> = new Map<string, KeyRow>([
  ['300d06092a864886f70d0101010500', (_octets, reader, element) => readRsa(reader, element)],
  ['301306072a8648ce3d020106082a8648ce3d030107', curve('P-256', 256)],
  ['301006072a8648ce3d020106052b81040022', curve('P-384', 384)],
  ['301006072a8648ce3d020106052b81040023', curve('P-521', 521)],
  ['300506032b6570', (octets) => readEd25519(octets)],
]);

/** Names of algorithms that are known and refused, for the text of the refusal. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10040.4.1', 'DSA'],
  ['1.2.840.113549.1.1.7', 'RSAES-OAEP'],
  ['1.2.840.113549.1.1.10', 'RSASSA-PSS'],
  ['1.3.101.110', 'X25519'],
  ['1.3.101.111', 'X448'],
  ['1.3.101.113', 'Ed448'],
]);

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

const REFUSED_CURVES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.3.1.1', 'P-192'],
  ['1.3.132.0.10', 'secp256k1'],
  ['1.3.132.0.33', 'P-224'],
  ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1'],
  ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1'],
  ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1'],
  ['1.2.156.10197.1.301', 'SM2'],
]);

/** Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of an accepted kind and strength; `reader` walked `element`. */
export function readPublicKey(element: DerElement, reader: DerReader): ReadKey {
  const fields = new DerFields(element, TAG.sequence, 'the public key');
  const algorithm = fields.take(TAG.sequence, 'the algorithm of the key');
  const bits = fields.take(TAG.bitString, 'the key');
  const octets = octetsOfBitString(bits);
  fields.end();
  const read = ACCEPTED.get(Buffer.from(encodingOf(algorithm)).toString('hex'));
  if (read === undefined) return refuseAlgorithm(algorithm);
  const { jwk, ...shape } = read(octets, reader, bits);
  const spki = Uint8Array.from(encodingOf(element));
  const spkiSha256 = createHash('sha256').update(spki).digest('hex');
  return { facts: Object.freeze({ ...shape, spki, spkiSha256 }), jwk };
}

function refuseAlgorithm(algorithm: DerElement): never {
  const fields = new DerFields(algorithm, TAG.sequence, 'the algorithm of the key');
  const oid = objectIdentifierOf(fields.take(TAG.objectIdentifier, 'the algorithm of the key'));
  const parameters = algorithm.children[1];
  if (oid === EC_PUBLIC_KEY) {
    const isNamed = parameters?.tag === TAG.objectIdentifier;
    const curveOid = isNamed ? objectIdentifierOf(parameters) : 'that is spelled out or missing';
    const name = REFUSED_CURVES.get(curveOid) ?? curveOid;
    refuse('KeyCurve', 'public key', `the curve ${name} is not accepted`);
  }
  const known = KNOWN_OIDS.has(oid);
  const code: ReasonCode = known ? 'KeyParameters' : 'KeyAlgorithm';
  const detail = known
    ? `the parameters of the key algorithm ${oid} are not the usual ones`
    : `keys of ${REFUSED.get(oid) ?? oid} are not accepted`;
  return refuse(code, 'public key', detail);
}

const KNOWN_OIDS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.3.101.112']);

/** Smaller exponents allow known attacks; larger ones than 31 bits are refused by Go's crypto/rsa. */
const MIN_EXPONENT = 65_537;
const MAX_EXPONENT_OCTETS = 4;

function readRsa(reader: DerReader, bitString: DerElement): KeyShape {
  const key = reader.readExactly(bitString.from + 1, bitString.to);
  const fields = new DerFields(key, TAG.sequence, 'the RSA key');
  const modulusElement = fields.take(TAG.integer, 'the modulus');
  const modulus = positiveOctetsOf(modulusElement, 'the modulus');
  const exponentElement = fields.take(TAG.integer, 'the exponent');
  const exponent = positiveOctetsOf(exponentElement, 'the exponent');
  fields.end();
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < 2048 || bits > 8192) {
    refuse('KeySize', 'public key', `the RSA key has ${bits} bits, not 2048 to 8192`);
  }
  if ((modulus.at(-1) ?? 0) % 2 === 0) {
    refuse('KeyModulus', offsetOf(modulusElement), 'the RSA modulus is even');
  }
  const value = exponent.reduce((sum, octet) => sum * 256 + octet, 0);
  const isTooLong = exponent.length > MAX_EXPONENT_OCTETS || value > 0x7fff_ffff;
  if (isTooLong || value < MIN_EXPONENT || value % 2 === 0) {
    refuse('KeyExponent', 'public key', 'the RSA exponent is not odd, 65537 or more, under 2^31');
  }
  const jwk = { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
  return { algorithm: 'rsa', bits, label: `RSA ${bits}`, jwk };
}

/**
 * The y coordinates (bit of x cleared) of the points of small order: for such a key anybody can make signatures, so
 * that the signature of the request proves nothing (RFC 8032 section 5.1.7; the list is public mathematics).
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

function readEd25519(octets: Uint8Array): KeyShape {
  if (octets.length !== 32) {
    refuse('KeyPoint', 'public key', 'an Ed25519 key does not have 32 octets');
  }
  const y = Buffer.from(octets);
  y[31] = (y[31] ?? 0) & 0x7f;
  if (SMALL_ORDER.has(y.toString('hex'))) {
    refuse('KeyPoint', 'public key', 'anybody can sign for this Ed25519 key (small order)');
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(octets) };
  return { algorithm: 'ed25519', bits: 256, label: 'Ed25519', jwk };
}

const base64url = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64url');
