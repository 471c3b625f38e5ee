// SPDX-License-Identifier: Apache-2.0
// Exhibits whose key is weak, unusual, or none at all.

import { generateKeyPairSync, sign } from 'node:crypto';

import {
  bitString,
  integer,
  nullValue,
  objectIdentifier,
  sequence,
  smallInteger,
} from '../../../../src/x509/der-writer.js';
import {
  curveKey,
  ecdsaWithSha256,
  forge,
  type ForgedKey,
  forgedKey,
  replaceBytes,
  usualKey,
} from '../../../support/forge.js';
import {
  handmadeRsaKey,
  rsaEncryption,
  rsaSpki,
  sha256WithRsa,
} from '../../../support/forge-rsa.js';
import { algorithm, HASH, pss, usualRsaKey } from '../../../support/forge-keys.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

function rsaOf(bits: number): ForgedKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return forgedKey(privateKey, publicKey, { algorithm: sha256WithRsa, hash: 'sha256' });
}

const ed25519 = generateKeyPairSync('ed25519');
const ed448 = generateKeyPairSync('ed448');
const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
const pssOnly = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const x25519 = generateKeyPairSync('x25519');

const edKey: ForgedKey = forgedKey(ed25519.privateKey, ed25519.publicKey, {
  algorithm: algorithm('1.3.101.112'),
});

/** The SPKI of a P-256 key whose point is written compressed. */
function compressedPoint(): ForgedKey {
  const spki = p256.publicKey.export({ type: 'spki', format: 'der' });
  const x = spki.subarray(27, 59);
  const prefix = (spki.at(-1) ?? 0) % 2 === 0 ? 2 : 3;
  return {
    spki: sequence(
      algorithm('1.2.840.10045.2.1', objectIdentifier('1.2.840.10045.3.1.7')),
      bitString(Buffer.concat([Buffer.of(prefix), x])),
    ),
    algorithm: ecdsaWithSha256,
    sign: (signed) => sign('sha256', signed, p256.privateKey),
  };
}

/** A key that is a point of small order, with a signature that everybody can write: R the same point, S zero. */
const smallOrderKey: ForgedKey = {
  spki: sequence(algorithm('1.3.101.112'), bitString(Buffer.from(`01${'00'.repeat(31)}`, 'hex'))),
  algorithm: algorithm('1.3.101.112'),
  sign: () => Buffer.from(`01${'00'.repeat(63)}`, 'hex'),
};

/** Encodings of y for which there is a point whose order divides 8, beside the one of `smallOrderKey`. */
const SMALL_ORDER_OCTETS: Readonly<Record<string, string>> = {
  '2': `ec${'ff'.repeat(30)}7f`,
  '4': '00'.repeat(32),
  '4, with the bit of x': `${'00'.repeat(31)}80`,
  '8': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '8, the other one': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '4, written beyond the field': `ed${'ff'.repeat(30)}7f`,
  '1, written beyond the field': `ee${'ff'.repeat(30)}7f`,
};

const withSpki = (key: ForgedKey, spki: Uint8Array): ForgedKey => ({ ...key, spki });
const flipLast = (bits: Uint8Array): Uint8Array => {
  const flipped = Uint8Array.from(bits);
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  return flipped;
};

/** The key with another AlgorithmIdentifier; an RSA key of 2048 bits has 270 octets, an Ed25519 key 32. */
function withAlgorithm(key: ForgedKey, identifier: Uint8Array): ForgedKey {
  const octets = key.spki.length > 100 ? 270 : 32;
  return withSpki(key, sequence(identifier, bitString(key.spki.subarray(-octets))));
}

/** The point of `key` under the AlgorithmIdentifier of `other`, a P-256 key. */
const withAlgorithmOf = (key: ForgedKey, other: ForgedKey): ForgedKey =>
  withSpki(key, sequence(other.spki.subarray(2, 23), bitString(key.spki.subarray(-97))));

const exported = (key: ForgedKey, from: string, to: string): ForgedKey =>
  withSpki(key, replaceBytes(key.spki, from, to));

export const keyExhibits: Exhibits = {
  'an RSA key of 1024 bits': stricter('KeySize', forge({ key: rsaOf(1024) })),
  'an RSA key of 2047 bits': stricter(
    'KeySize',
    forge({ key: handmadeRsaKey({ primeBits: [1024, 1023] }) }),
  ),
  'an RSA key of 8200 bits': stricter(
    'KeySize',
    forge({ key: handmadeRsaKey({ primeBits: [1025, 1025, 1025, 1025, 1025, 1025, 1025, 1025] }) }),
  ),
  'an RSA key with exponent 3': stricter(
    'KeyExponent',
    forge({ key: handmadeRsaKey({ primeBits: [1024, 1024], exponent: 3n }) }),
  ),
  'an RSA key with an exponent over 31 bits': refused(
    'KeyExponent',
    forge({ key: handmadeRsaKey({ primeBits: [1024, 1024], exponent: 0x1_0000_000fn }) }),
  ),
  'an RSA key with an even exponent': refused(
    'KeyExponent',
    forge({ key: exported(usualRsaKey, '0203010001', '0203010002') }),
  ),
  'an RSA key with exponent 1, for which everybody can sign': refused(
    'KeyExponent',
    forge({ key: handmadeRsaKey({ primeBits: [1024, 1024], exponent: 1n }) }),
  ),
  'an RSA key with an even modulus': refused(
    'KeyModulus',
    forge({ key: handmadeRsaKey({ primeBits: [1024, 1024], even: true }) }),
  ),
  'an RSA key with a negative modulus': refused(
    'DerValue',
    forge({
      key: withSpki(usualRsaKey, rsaSpki(Buffer.from('0201ff', 'hex'), smallInteger(65_537))),
    }),
  ),
  'an RSA key with a third number': refused(
    'DerUnexpected',
    forge({
      key: withSpki(
        usualRsaKey,
        sequence(
          rsaEncryption,
          bitString(
            sequence(integer(Buffer.alloc(256, 0xc1)), smallInteger(65_537), smallInteger(1)),
          ),
        ),
      ),
    }),
  ),
  'bytes after the RSA numbers': refused(
    'DerTrailingBytes',
    forge({
      key: withSpki(
        usualRsaKey,
        sequence(
          rsaEncryption,
          bitString(
            Buffer.concat([
              sequence(integer(Buffer.alloc(256, 0xc1)), smallInteger(65_537)),
              Buffer.of(0),
            ]),
          ),
        ),
      ),
    }),
  ),
  'an RSA key without the NULL of its algorithm': refused(
    'KeyParameters',
    forge({ key: withAlgorithm(usualRsaKey, algorithm('1.2.840.113549.1.1.1')) }),
  ),
  'an Ed25519 key with parameters': refused(
    'KeyParameters',
    forge({ key: withAlgorithm(edKey, algorithm('1.3.101.112', nullValue())) }),
  ),
  'an Ed25519 key of small order, for which everybody can sign': stricter(
    'KeyPoint',
    forge({ key: smallOrderKey }),
  ),
  ...Object.fromEntries(
    Object.entries(SMALL_ORDER_OCTETS).map(([order, octets]) => [
      `an Ed25519 key of order ${order}`,
      refused(
        'KeyPoint',
        forge({
          key: withSpki(
            edKey,
            sequence(algorithm('1.3.101.112'), bitString(Buffer.from(octets, 'hex'))),
          ),
        }),
      ),
    ]),
  ),
  'an Ed25519 key of 31 octets': refused(
    'KeyPoint',
    forge({
      key: withSpki(edKey, sequence(algorithm('1.3.101.112'), bitString(Buffer.alloc(31, 7)))),
    }),
  ),
  'a key for RSASSA-PSS only': refused(
    'KeyAlgorithm',
    forge({
      key: forgedKey(pssOnly.privateKey, pssOnly.publicKey, {
        algorithm: pss(HASH.sha256, HASH.sha256, 32),
        hash: 'sha256',
        pssSalt: 32,
      }),
    }),
  ),
  'a DSA key': refused(
    'KeyAlgorithm',
    forge({
      key: forgedKey(dsa.privateKey, dsa.publicKey, {
        algorithm: algorithm('2.16.840.1.101.3.4.3.2'),
        hash: 'sha256',
      }),
    }),
  ),
  'an Ed448 key': refused(
    'KeyAlgorithm',
    forge({
      key: forgedKey(ed448.privateKey, ed448.publicKey, { algorithm: algorithm('1.3.101.113') }),
    }),
  ),
  'an X25519 key, which cannot sign': refused(
    'KeyAlgorithm',
    forge({ key: withSpki(edKey, x25519.publicKey.export({ type: 'spki', format: 'der' })) }),
  ),
  'the curve P-224': stricter('KeyCurve', forge({ key: curveKey('secp224r1') })),
  'the curve P-192': refused('KeyCurve', forge({ key: curveKey('prime192v1') })),
  'the curve secp256k1': refused('KeyCurve', forge({ key: curveKey('secp256k1') })),
  'the curve brainpoolP256r1': refused('KeyCurve', forge({ key: curveKey('brainpoolP256r1') })),
  'a curve that is spelled out instead of named': refused(
    'KeyCurve',
    forge({ key: curveKey('P-256', 'explicit') }),
  ),
  'a compressed point': refused('KeyPoint', forge({ key: compressedPoint() })),
  'a point in hybrid form': refused(
    'KeyPoint',
    forge({
      key: exported(usualKey, '03420004', `0342000${6 + ((usualKey.spki.at(-1) ?? 0) % 2)}`),
    }),
  ),
  'a point of the curve P-384 that is called P-256': refused(
    'KeyPoint',
    forge({ key: withAlgorithmOf(curveKey('P-384'), usualKey) }),
  ),
  'an ECDSA key without a curve': refused(
    'KeyCurve',
    forge({
      key: withSpki(
        usualKey,
        sequence(algorithm('1.2.840.10045.2.1'), bitString(usualKey.spki.subarray(-65))),
      ),
    }),
  ),
  'a point that is not on its curve': refused(
    'KeyNotOnCurve',
    forge({ key: withSpki(usualKey, flipLast(usualKey.spki)) }),
  ),
};
