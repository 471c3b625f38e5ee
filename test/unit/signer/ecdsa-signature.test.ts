// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, type KeyPairKeyObjectResult, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ecdsaSigValue } from '../../../src/signer/ecdsa-signature.js';

describe('the DER of an ECDSA signature', () => {
  const hexOf = (...octets: readonly number[]): string =>
    Buffer.from(ecdsaSigValue(Uint8Array.from(octets))).toString('hex');

  it.each<readonly [string, readonly number[], string]>([
    ['has r and s as they are', [1, 2, 3, 4], '3008 02020102 02020304'],
    [
      'keeps a high bit from meaning less than nothing',
      [128, 1, 127, 1],
      '3009 0203008001 02027f01',
    ],
    ['drops leading zeros', [0, 0, 1, 0, 0, 2], '3006 020101 020102'],
    ['keeps the zero before a high bit', [0, 128, 0, 255], '3008 02020080 020200ff'],
    ['has one octet for nothing', [0, 0, 0, 0], '3006 020100 020100'],
  ])('%s', (_name, octets, der) => {
    expect(hexOf(...octets)).toBe(der.replaceAll(' ', ''));
  });

  it.each([0, 1, 63])('is not made of %d octets', (length) => {
    expect(() => ecdsaSigValue(new Uint8Array(length))).toThrow('not an ECDSA signature');
  });

  it('is read by OpenSSL as the same r and s, for every curve', () => {
    const curve = fc.constantFrom('P-256', 'P-384', 'P-521');
    const message = fc.uint8Array({ maxLength: 64 });
    const byCurve = Object.fromEntries(
      ['P-256', 'P-384', 'P-521'].map((namedCurve) => [
        namedCurve,
        generateKeyPairSync('ec', { namedCurve }),
      ]),
    );
    fc.assert(
      fc.property(curve, message, (name, bytes) => {
        const { privateKey, publicKey } = byCurve[name] as KeyPairKeyObjectResult;
        const raw = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        expect(verify('sha256', bytes, publicKey, ecdsaSigValue(raw))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('says in the shortest way what was given', () => {
    const half = fc
      .tuple(fc.nat({ max: 8 }), fc.uint8Array({ minLength: 24, maxLength: 24 }))
      .map(([zeros, octets]) =>
        [...Array.from({ length: zeros }, () => 0), ...octets].slice(0, 24),
      );
    fc.assert(
      fc.property(half, half, (r, s) => {
        const der = ecdsaSigValue(Uint8Array.from([...r, ...s]));
        expect(integersOf(der)).toEqual([valueOf(r), valueOf(s)]);
      }),
    );
  });
});

const valueOf = (octets: readonly number[]): bigint =>
  BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`);

/** The two INTEGERs of a SEQUENCE of less than 128 octets, which must be the shortest ones. */
function integersOf(der: Uint8Array): readonly bigint[] {
  const [sequence, length, ...content] = der;
  expect([sequence, length]).toEqual([0x30, content.length]);
  const integers: bigint[] = [];
  for (let at = 0; at < content.length;) {
    const [tag, size = 0] = content.slice(at);
    const octets = content.slice(at + 2, at + 2 + size);
    const [first = 0, second = 0] = octets;
    expect([tag, octets.length]).toEqual([0x02, size]);
    expect(first < 0x80 && !(size > 1 && first === 0 && second < 0x80)).toBe(true);
    integers.push(valueOf(octets));
    at += 2 + size;
  }
  return integers;
}
