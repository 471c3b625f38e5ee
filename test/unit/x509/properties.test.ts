// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { reasons } from '../../../src/vocabulary/reasons.js';
import { MAX_REQUEST_PEM_BYTES } from '../../../src/vocabulary/limits.js';
import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import { octetString, sequence, setOf, tlv } from '../../../src/x509/der-writer.js';
import { readPem } from '../../../src/x509/pem.js';
import { readRequestAgain } from '../../../src/x509/second-reader.js';
import { toPem } from '../../support/forge.js';

const realPems = [
  'openssl-kubelet-serving-p256',
  'go-several-organizations-ed25519',
  'keytool-rsa2048',
  'certtool-p256',
].map((file) => readFileSync(new URL(`../../fixtures/requests/${file}.csr.pem`, import.meta.url)));
const realDers = realPems.map((pem) => readPem(pem, 'CERTIFICATE REQUEST'));

const readDer = (der: Uint8Array) => readCertificationRequest(Buffer.from(toPem(der)));

/** `facts`, or the code of the refusal, which must be one that is registered. */
function outcomeOf(pem: Uint8Array): 'facts' | ReasonCode {
  const read = readCertificationRequest(pem);
  if (read.ok) return 'facts';
  expect(reasons[read.error.code]).toBeDefined();
  expect(read.error.detail).toMatch(/^[\x20-\x7e]+$/);
  return read.error.code;
}

describe('any bytes give facts or a refusal, never an exception', () => {
  it('bytes as PEM', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(outcomeOf(bytes)).not.toBe('facts');
      }),
      { numRuns: 300 },
    );
  });

  it('text between BEGIN and END', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary-ascii' }), (text) => {
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`;

        expect(outcomeOf(Buffer.from(pem, 'latin1'))).not.toBe('facts');
      }),
      { numRuns: 300 },
    );
  });

  it('bytes as DER', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
        expect(outcomeOf(Buffer.from(toPem(bytes)))).not.toBe('facts');
      }),
      { numRuns: 500 },
    );
  });

  it('well-formed DER of any structure', () => {
    const { tree } = fc.letrec<{ tree: Uint8Array; leaf: Uint8Array; branch: Uint8Array }>(
      (tie) => ({
        tree: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('branch')),
        leaf: fc
          .tuple(
            fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 19, 22, 0x80, 0x82, 0x87),
            fc.uint8Array({ maxLength: 6 }),
          )
          .map(([tag, content]) => tlv(tag, content)),
        branch: fc
          .tuple(
            fc.constantFrom(
              (parts: Uint8Array[]) => sequence(...parts),
              (parts: Uint8Array[]) => setOf(...parts),
              (parts: Uint8Array[]) => octetString(...parts),
              (parts: Uint8Array[]) => tlv(0xa0, ...parts),
            ),
            fc.array(tie('tree'), { maxLength: 5 }),
          )
          .map(([wrap, parts]) => wrap(parts)),
      }),
    );

    fc.assert(
      fc.property(tree, (der) => {
        expect(outcomeOf(Buffer.from(toPem(der)))).not.toBe('facts');
      }),
      { numRuns: 500 },
    );
  });

  it('bytes to the second reader', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(readRequestAgain(Buffer.from(toPem(bytes))).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a real request that was changed is never read', () => {
  it.each(realDers.map((der) => [der.length, der] as const))(
    'not with any one bit flipped (%i bytes)',
    (_length, der) => {
      // All bits of what is signed and of the frame; of the long signatures and keys every 41st is enough.
      const bits = Array.from({ length: der.length * 8 }, (_, bit) => bit).filter(
        (bit) => bit < 1200 || bit % 41 === 0,
      );

      const read = bits.filter((bit) => {
        const changed = Buffer.from(der);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        return readDer(changed).ok;
      });

      expect(read).toEqual([]);
    },
  );

  it.each(realDers.map((der) => [der.length, der] as const))(
    'not with its end cut off, wherever (%i bytes)',
    (_length, der) => {
      const outcomes = Array.from({ length: der.length - 1 }, (_, index) =>
        readDer(der.subarray(0, index + 1)),
      );

      expect(outcomes.filter((read) => read.ok || read.error.code !== 'DerTruncated')).toEqual([]);
    },
  );

  it('not with bytes put in, taken out or doubled', () => {
    const change = fc.record({
      der: fc.constantFrom(...realDers),
      at: fc.nat(2000),
      drop: fc.nat(4),
      put: fc.uint8Array({ maxLength: 4 }),
    });

    fc.assert(
      fc.property(change, ({ der, at, drop, put }) => {
        const from = at % der.length;
        const changed = Buffer.concat([der.subarray(0, from), put, der.subarray(from + drop)]);
        fc.pre(!changed.equals(der));

        expect(outcomeOf(Buffer.from(toPem(changed)))).not.toBe('facts');
      }),
      { numRuns: 1000 },
    );
  });

  it('is the very same request, or refused, whatever is done to its PEM', () => {
    const edit = fc.record({
      index: fc.nat(realPems.length - 1),
      at: fc.nat(2000),
      drop: fc.nat(3),
      put: fc.string({
        maxLength: 3,
        unit: fc.constantFrom('\n', '\r', ' ', '\t', '-', '=', 'A', '/', '\0'),
      }),
    });

    fc.assert(
      fc.property(edit, ({ index, at, drop, put }) => {
        const pem = realPems[index] ?? Buffer.alloc(0);
        const from = at % (pem.length + 1);
        const changed = Buffer.concat([
          pem.subarray(0, from),
          Buffer.from(put, 'latin1'),
          pem.subarray(from + drop),
        ]);

        const read = readCertificationRequest(changed);

        expect(
          !read.ok || Buffer.from(read.value.der).equals(realDers[index] ?? Buffer.alloc(0)),
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the bytes around it in memory', () => {
    const [pem = Buffer.alloc(0)] = realPems;
    const surrounded = Buffer.concat([Buffer.alloc(64, 0x41), pem, Buffer.alloc(64, 0x41)]);

    expect(readCertificationRequest(surrounded.subarray(64, 64 + pem.length))).toEqual(
      readCertificationRequest(pem),
    );
  });
});

describe('the costliest bytes of the largest size are refused in bounded time', () => {
  const room = Math.floor((MAX_REQUEST_PEM_BYTES - 200) * 0.73);
  const nested = (octets: number): Uint8Array => {
    let element: Uint8Array = tlv(5);
    while (element.length < octets) element = sequence(element);
    return element;
  };

  it.each<readonly [string, Uint8Array]>([
    ['nesting', nested(room)],
    ['elements without content', sequence(Buffer.alloc(room - 4 - (room % 2), '0500', 'hex'))],
    ['one long OBJECT IDENTIFIER', sequence(tlv(6, Buffer.alloc(room, 0x81)))],
    ['one long INTEGER', sequence(sequence(tlv(2, Buffer.alloc(room, 0x7f))))],
    [
      'a large SET that is almost sorted',
      tlv(0x31, Buffer.alloc(room - 4 - (room % 3), '040100', 'hex')),
    ],
  ])('%s', (_name, der) => {
    const pem = Buffer.from(toPem(der));
    const before = performance.now();

    const read = readCertificationRequest(pem);

    expect(read).toMatchObject({ ok: false });
    expect(pem.length).toBeLessThanOrEqual(MAX_REQUEST_PEM_BYTES);
    expect(performance.now() - before).toBeLessThan(250);
  });

  it.each<readonly [string, string]>([
    ['blank lines', '\n'.repeat(MAX_REQUEST_PEM_BYTES)],
    ['dashes', '-'.repeat(MAX_REQUEST_PEM_BYTES)],
    ['BEGIN lines', '-----BEGIN \n'.repeat(1400)],
    ['blanks after BEGIN', `-----BEGIN CERTIFICATE REQUEST-----${' '.repeat(16_000)}x`],
  ])('PEM of nothing but %s', (_name, pem) => {
    const before = performance.now();

    const read = readCertificationRequest(Buffer.from(pem));

    expect(read).toMatchObject({ ok: false });
    expect(performance.now() - before).toBeLessThan(250);
  });
});
