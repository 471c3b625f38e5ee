// SPDX-License-Identifier: Apache-2.0
// Exhibits whose signature proves nothing, or too little.

import { generateKeyPairSync } from 'node:crypto';

import { bitString, nullValue, sequence, smallInteger } from '../../../../src/x509/der-writer.js';
import {
  curveKey,
  ecdsaWithSha256,
  forge,
  forgedKey,
  replaceBytes,
  usualKey,
} from '../../../support/forge.js';
import { algorithm, HASH, pss, rsaKey, usualRsaKey } from '../../../support/forge-keys.js';
import { sha256WithRsa } from '../../../support/forge-rsa.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const signatureExhibits: Exhibits = {
  'a signature with SHA-1 and RSA': stricter(
    'SignatureHashWeak',
    forge({ key: rsaKey(algorithm('1.2.840.113549.1.1.5', nullValue()), 'sha1') }),
  ),
  'a signature with MD5 and RSA': refused(
    'SignatureHashWeak',
    forge({ key: rsaKey(algorithm('1.2.840.113549.1.1.4', nullValue()), 'md5') }),
  ),
  'a signature with SHA-1 and ECDSA': stricter(
    'SignatureHashWeak',
    forge({
      key: forgedKey(p256.privateKey, p256.publicKey, {
        algorithm: algorithm('1.2.840.10045.4.1'),
        hash: 'sha1',
      }),
    }),
  ),
  'a signature with SHA-224 and RSA': refused(
    'SignatureAlgorithm',
    forge({ key: rsaKey(algorithm('1.2.840.113549.1.1.14', nullValue()), 'sha224') }),
  ),
  'a signature algorithm of RSA without its NULL': stricter(
    'SignatureAlgorithm',
    forge({ key: rsaKey(algorithm('1.2.840.113549.1.1.11'), 'sha256') }),
  ),
  'a signature algorithm of ECDSA with a NULL': stricter(
    'SignatureAlgorithm',
    forge({ key: { ...usualKey, algorithm: algorithm('1.2.840.10045.4.3.2', nullValue()) } }),
  ),
  'a signature algorithm without an identifier': refused(
    'DerUnexpected',
    forge({ key: { ...usualKey, algorithm: sequence() } }),
  ),
  'RSASSA-PSS with a salt of 20 octets': refused(
    'SignaturePss',
    forge({ key: rsaKey(pss(HASH.sha256, HASH.sha256, 20), 'sha256', 20) }),
  ),
  'RSASSA-PSS with two different hashes': refused(
    'SignaturePss',
    forge({ key: rsaKey(pss(HASH.sha256, HASH.sha384, 32), 'sha256', 32) }),
  ),
  'RSASSA-PSS with SHA-1': refused(
    'SignaturePss',
    forge({ key: rsaKey(pss(HASH.sha1, HASH.sha1, 20), 'sha1', 20) }),
  ),
  'an RSA algorithm over an ECDSA key': refused(
    'SignatureKeyMismatch',
    forge({ key: { ...usualKey, algorithm: sha256WithRsa } }),
  ),
  'an ECDSA algorithm over an RSA key': refused(
    'SignatureKeyMismatch',
    forge({ key: { ...usualRsaKey, algorithm: ecdsaWithSha256 } }),
  ),
  'a signature by another key': refused(
    'SignatureInvalid',
    forge({ key: { ...curveKey('P-256'), spki: usualKey.spki } }),
  ),
  'a subject that was changed after signing': refused(
    'SignatureInvalid',
    forge({
      key: {
        ...usualKey,
        sign: (signed) => usualKey.sign(replaceBytes(signed, '0c05616c696365', '0c05626c696365')),
      },
    }),
  ),
  'a signature of no octets': refused(
    'SignatureInvalid',
    forge({ rewriteSignature: () => bitString(Buffer.alloc(0)) }),
  ),
  'a signature with bytes after its numbers': refused(
    'SignatureInvalid',
    forge({
      key: { ...usualKey, sign: (signed) => Buffer.concat([usualKey.sign(signed), Buffer.of(0)]) },
    }),
  ),
  'an ECDSA signature of two zeros': refused(
    'SignatureInvalid',
    forge({ key: { ...usualKey, sign: () => sequence(smallInteger(0), smallInteger(0)) } }),
  ),
};
