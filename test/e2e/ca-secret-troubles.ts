// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with the Secret of a CA: each differs from a good one in one thing.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { KeyUsageFlags } from '@peculiar/x509';
import type { ReasonCode } from '../../src/vocabulary/reasons.js';
import { constrained } from '../support/name-constraints.js';
import { type CaPem, makeCa } from '../support/signing.js';
import { liveCa, secretOf, type SecretTexts } from './ca-secrets.js';

const HOUR_MS = 3_600_000;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/** One thing that is wrong: what the Secret holds (undefined: there is none), the code, and words of the message. */
export type Trouble = readonly [
  name: string,
  secret: (good: GoodCas) => Promise<SecretTexts | undefined>,
  code: ReasonCode,
  words: string,
];

/** Good CAs, of which the bad ones are made. */
export interface GoodCas {
  readonly root: CaPem;
  /** Below the root. */
  readonly low: CaPem;
}

const texts = ({ root, low }: GoodCas): SecretTexts => secretOf(low, root);

const without = (secret: SecretTexts, key: string): SecretTexts =>
  Object.fromEntries(Object.entries(secret).filter(([name]) => name !== key));

export const TROUBLES: readonly Trouble[] = [
  ['is not there', async () => undefined, 'CaUnreadable', 'is not there'],
  [
    'has no tls.key',
    async (good) => without(texts(good), 'tls.key'),
    'CaUnreadable',
    'has no tls.key',
  ],
  [
    'has no tls.crt',
    async (good) => without(texts(good), 'tls.crt'),
    'CaUnreadable',
    'has no tls.crt',
  ],
  [
    'has a tls.crt of more than 64 KiB',
    async (good) => ({
      ...texts(good),
      'tls.crt': `${'# a remark\n'.repeat(6000)}${texts(good)['tls.crt']}`,
    }),
    'CaUnreadable',
    'tls.crt has more than 65536 bytes',
  ],
  [
    'has the key of another CA',
    async (good) => ({ ...texts(good), 'tls.key': (await liveCa()).key }),
    'CaUnusable',
    'does not belong to the CA certificate',
  ],
  [
    'has an encrypted key',
    async ({ root, low }) => {
      const options = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc' } as const;
      const key = low.pair.privateKey.export({ ...options, passphrase: 'secret' }).toString();
      return { ...texts({ root, low }), 'tls.key': key };
    },
    'CaUnusable',
    'the CA key is encrypted',
  ],
  [
    'has an RSA key of 1024 bits',
    async ({ root }) => {
      const pair = { ...generateKeyPairSync('rsa', { modulusLength: 1024 }), algorithm: RSA };
      return secretOf(await liveCa({ issuer: root, pair }), root);
    },
    'CaUnusable',
    'RSA >= 2048',
  ],
  [
    'has a certificate that is not of a CA',
    async ({ root }) => secretOf(await liveCa({ issuer: root, isCa: false }), root),
    'CaUnusable',
    'CA:TRUE',
  ],
  [
    'has a certificate without keyCertSign',
    async ({ root }) =>
      secretOf(await liveCa({ issuer: root, keyUsage: KeyUsageFlags.digitalSignature }), root),
    'CaUnusable',
    'keyCertSign',
  ],
  [
    'has name constraints of a kind that is not understood',
    async ({ root }) =>
      secretOf(
        await liveCa({ issuer: root, more: [constrained({ permitted: ['dir:shop'] })] }),
        root,
      ),
    'CaUnusable',
    'a subtree of kind directoryName cannot be obeyed',
  ],
  [
    'has a name that a CA above it does not allow',
    async () => {
      const root = await liveCa({
        name: [{ CN: ['root'] }],
        more: [constrained({ permitted: ['email:a.example'] })],
      });
      const name = [{ CN: ['low'] }, { E: ['ca@b.example'] }];
      return secretOf(await liveCa({ name, issuer: root }), root);
    },
    'CaUnusable',
    'the e-mail address "ca@b.example" is outside of the name constraints',
  ],
  [
    'is not valid yet',
    async ({ root }) =>
      secretOf(
        await makeCa({
          issuer: root,
          notBeforeMs: Date.now() + HOUR_MS,
          notAfterMs: Date.now() + 2 * HOUR_MS,
        }),
        root,
      ),
    'CaNotYetValid',
    'is not valid before',
  ],
  [
    'has expired',
    async ({ root }) =>
      secretOf(
        await makeCa({
          issuer: root,
          notBeforeMs: Date.now() - 2 * HOUR_MS,
          notAfterMs: Date.now() - HOUR_MS,
        }),
        root,
      ),
    'CaExpired',
    'has expired',
  ],
  [
    'has a CA above it with a path length that is too short',
    async () => {
      const root = await liveCa({ name: [{ CN: ['root'] }], pathLength: 0 });
      return secretOf(await liveCa({ issuer: root }), root);
    },
    'CaUnusable',
    'path length',
  ],
  [
    'has its chain in another order',
    async ({ root, low }) => ({
      ...texts({ root, low }),
      'tls.crt': root.certificate + low.certificate,
    }),
    'CaUnusable',
    'issued itself',
  ],
  [
    'has a CA above it that did not issue it',
    async ({ low }) => secretOf(low, await liveCa({ name: [{ CN: ['root'] }] })),
    'CaUnusable',
    'did not issue the one before it',
  ],
  [
    'has a ca.crt that has nothing to do with it',
    async (good) => ({ ...texts(good), 'ca.crt': (await liveCa()).certificate }),
    'CaUnusable',
    'none of the root certificates',
  ],
  [
    'has a ca.crt that holds no certificate',
    async (good) => ({ ...texts(good), 'ca.crt': 'see the wiki' }),
    'CaUnusable',
    'no certificate in ca.crt',
  ],
];
