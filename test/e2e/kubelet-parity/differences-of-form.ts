// SPDX-License-Identifier: Apache-2.0
// Requests that only kube-controller-manager approves because their form, size, key or signature is not accepted here.

import { nullValue, smallInteger, utf8String } from '../../../src/x509/der-writer.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { curveKey, extension } from '../../support/forge.js';
import { algorithm, rsaKey } from '../../support/forge-keys.js';
import { handmadeRsaKey } from '../../support/forge-rsa.js';
import { type Asked, ecdsa, extensions, key } from './asked.js';

/** One request that kube-controller-manager approves and we do not. */
export interface Difference {
  /** What ours says; undefined where it does not look at the request at all. */
  readonly code: ReasonCode | undefined;
  /** Why, in words for docs/kubelet.md. */
  readonly why: string;
  readonly asked: Asked;
}

/** A row of the table. */
export const differs = (code: ReasonCode | undefined, why: string, asked: Asked): Difference => ({
  code,
  why,
  asked,
});

const SEVERAL = 'readers differ in which text they take';
const BOUNDED = 'the work that a request may cause is bounded';

/** Odd structures and texts, large requests, weak keys and signatures. */
export const differencesOfForm: Readonly<Record<string, Difference>> = {
  'a version that does not exist': differs('RequestVersion', 'only version 0 is defined', {
    parts: { version: smallInteger(1) },
  }),
  'a field after the attributes': differs('DerUnexpected', 'nobody knows what it means', {
    parts: { furtherFields: [utf8String('x')] },
  }),
  'more extensions than any tool writes (33)': differs(
    'ExtensionsTooMany',
    BOUNDED,
    extensions(
      ...Array.from({ length: 33 }, (_, index) =>
        extension(`1.3.6.1.4.1.99999.2.${index}`, nullValue()),
      ),
    ),
  ),
  'a request of more than 16 KiB': differs('RequestTooLarge', BOUNDED, {
    text: (pem) => pem + '\n'.repeat(17_000),
  }),
  'text before the PEM block': differs('PemTextAround', SEVERAL, {
    text: (pem) => `Certificate Request:\n${pem}`,
  }),
  'text after the PEM block': differs('PemTextAround', SEVERAL, {
    text: (pem) => `${pem}that was it\n`,
  }),
  'a header in the PEM block': differs('PemHeader', SEVERAL, {
    text: (pem) => pem.replace('\n', '\nComment: mine\n\n'),
  }),
  'a second PEM block': differs('PemSeveralBlocks', SEVERAL, { text: (pem) => pem + pem }),
  'a broken PEM block before a good one': differs('PemSeveralBlocks', SEVERAL, {
    text: (pem) =>
      `-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----\n${pem}`,
  }),
  'an RSA key of 1024 bits': differs(
    'KeySize',
    'too short to be safe',
    key(handmadeRsaKey({ primeBits: [512, 512] })),
  ),
  'an RSA key with exponent 3': differs(
    'KeyExponent',
    'known attacks on small exponents',
    key(handmadeRsaKey({ primeBits: [1024, 1024], exponent: 3n })),
  ),
  'a P-224 key': differs(
    'KeyCurve',
    'weaker than all others, and many TLS programs do not take it',
    key(curveKey('secp224r1')),
  ),
  'an RSA request that is signed with SHA-1': differs(
    'SignatureHashWeak',
    'a broken hash',
    key(rsaKey(algorithm('1.2.840.113549.1.1.5', nullValue()), 'sha1')),
  ),
  'an ECDSA request that is signed with SHA-1': differs(
    'SignatureHashWeak',
    'a broken hash',
    key(ecdsa('P-256', 'sha1', '1.2.840.10045.4.1')),
  ),
};
