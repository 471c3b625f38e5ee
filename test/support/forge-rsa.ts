// SPDX-License-Identifier: Apache-2.0
// RSA keys that no library makes (odd sizes, exponents and moduli), computed by hand, with valid signatures.

import { createHash, generatePrimeSync } from 'node:crypto';

import {
  bitString,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/x509/der-writer.js';
import type { ForgedKey } from './forge.js';

/** rsaEncryption with NULL. */
export const rsaEncryption = sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue());
/** sha256WithRSAEncryption with NULL. */
export const sha256WithRsa = sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue());

const octetsOf = (value: bigint): Buffer => {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
};

const numberOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString('hex')}`);

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulus, value % modulus];
  let [x, y] = [0n, 1n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  if (a !== 1n) throw new Error('the exponent has no inverse');
  return ((x % modulus) + modulus) % modulus;
}

/** The SubjectPublicKeyInfo of an RSA key. */
export const rsaSpki = (modulus: Uint8Array, exponent: Uint8Array): Uint8Array =>
  sequence(rsaEncryption, bitString(sequence(modulus, exponent)));

/** A prime of `bits` bits (its two highest bits set) for which `exponent` can be inverted. */
function primeFor(bits: number, exponent: bigint): bigint {
  for (;;) {
    const prime = generatePrimeSync(bits, { bigint: true });
    if (exponent === 1n || (prime - 1n) % exponent !== 0n) return prime;
  }
}

/** An RSA key of as many primes as `primeBits` has entries (and perhaps the factor 2), signing with SHA-256. */
export function handmadeRsaKey({
  primeBits,
  exponent = 65_537n,
  even = false,
}: {
  readonly primeBits: readonly number[];
  readonly exponent?: bigint;
  readonly even?: boolean;
}): ForgedKey {
  const primes = primeBits.map((bits) => primeFor(bits, exponent));
  const modulus = primes.reduce((product, prime) => product * prime, even ? 2n : 1n);
  const order = primes.reduce((product, prime) => product * (prime - 1n), 1n);
  const secret = inverse(exponent, order);
  const size = octetsOf(modulus).length;
  return {
    spki: rsaSpki(integer(octetsOf(modulus)), integer(octetsOf(exponent))),
    algorithm: sha256WithRsa,
    sign: (signed) => {
      const sha256 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'), nullValue());
      const digest = sequence(sha256, octetString(createHash('sha256').update(signed).digest()));
      const filling = Buffer.alloc(size - digest.length - 3, 0xff);
      const padded = Buffer.concat([Buffer.of(0, 1), filling, Buffer.of(0), digest]);
      const signature = octetsOf(power(numberOf(padded), secret, modulus));
      return Buffer.concat([Buffer.alloc(size - signature.length), signature]);
    },
  };
}
