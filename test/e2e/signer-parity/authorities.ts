// SPDX-License-Identifier: Apache-2.0
// CAs of all kinds for the comparison of signers: those with which both sign, and those with which ours does not.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyUsageFlags } from '@peculiar/x509';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { commonName, dns, organization } from '../../support/forge.js';
import { constrained } from '../../support/name-constraints.js';
import { type CaOptions, type CaPem, makeCa } from '../../support/signing.js';
import {
  each,
  key,
  KEYS,
  lifetime,
  names,
  type SignerKind,
  subject,
  type Wanted,
} from './wanted.js';

/** Certificate and key, as the two files hold them. */
export type CaTexts = Pick<CaPem, 'certificate' | 'key'>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const RSA_KEY = 'RSA 2048';

/** A CA of ten years, made yesterday. */
export const lastingCa = (options: CaOptions = {}): Promise<CaPem> =>
  makeCa({
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.now() + 3650 * DAY_MS,
    ...options,
  });

/** A CA for each signer, by what is special about it. */
export type Authorities = Readonly<Record<SignerKind, readonly [string, () => Promise<CaTexts>]>>;

const ofKind = (kind: NonNullable<CaOptions['key']>): Authorities[SignerKind] => [
  `a CA with ${kind}`,
  () => lastingCa({ key: kind }),
];

/** Kinds of keys, and what a CA certificate may have or lack; each signer has another one in each round. */
export const alikeRounds: readonly Authorities[] = [
  {
    client: ofKind(RSA_KEY),
    kubelet: ofKind('ECDSA P-384'),
    serving: ofKind('Ed25519'),
    any: [
      'a CA with ECDSA P-521 and name constraints that its requests keep',
      () => lastingCa({ key: 'ECDSA P-521', more: [constrained({ permitted: ['dns:example'] })] }),
    ],
  },
  {
    client: ofKind('Ed25519'),
    kubelet: ofKind(RSA_KEY),
    serving: ofKind('ECDSA P-384'),
    any: [
      'a CA with RSA 4096',
      () =>
        lastingCa({
          pair: { ...generateKeyPairSync('rsa', { modulusLength: 4096 }), algorithm: RSA },
        }),
    ],
  },
  {
    client: [
      'a CA that ends in two hours',
      () => lastingCa({ notAfterMs: Date.now() + 2 * HOUR_MS }),
    ],
    kubelet: [
      'a CA without key usage and key identifier',
      () => lastingCa({ keyUsage: undefined, hasSubjectKeyId: false }),
    ],
    serving: [
      'a CA with a long name, and no CA may stand below it',
      () =>
        lastingCa({
          pathLength: 0,
          name: [{ C: ['CH'] }, { O: ['Größe & Söhne'] }, { OU: ['b'] }, { CN: ['ca_1'] }],
        }),
    ],
    any: [
      'a CA that is called like who asks',
      () => lastingCa({ name: [{ O: ['shop'] }, { CN: ['web'] }] }),
    ],
  },
];

/** A few requests for each CA. */
export const handful: Readonly<Record<string, Wanted>> = {
  ...each(['client', 'kubelet', 'serving', 'any'], {
    'nothing special': {},
    ...Object.fromEntries(
      ['RSA 2048', 'P-384', 'P-521', 'Ed25519'].map((kind) => [
        `a ${kind} key`,
        KEYS[kind] === undefined ? {} : key(KEYS[kind]),
      ]),
    ),
    'ten minutes': lifetime(600),
    'eight hours': lifetime(28_800),
  }),
  ...each(['client', 'any'], {
    'no subject, but a name': {
      parts: { ...subject().parts, ...names(dns('web.example')).parts },
    },
    'two organizations': subject(organization('b'), organization('a'), commonName('x')),
  }),
};

/** What our signer says of a CA with which kube-controller-manager signs, or tries to. */
export interface RefusedAuthority {
  readonly make: () => Promise<CaTexts>;
  readonly code: ReasonCode;
  readonly why: string;
}

const refused = (
  make: RefusedAuthority['make'],
  code: ReasonCode,
  why: string,
): RefusedAuthority => ({ make, code, why });

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const UNVERIFIABLE = 'no client could verify what it signs';

/** CAs by what is wrong with them, and the signer that is given each. */
export const refusedRounds: readonly Readonly<
  Record<SignerKind, readonly [string, RefusedAuthority]>
>[] = [
  {
    client: [
      'a certificate that is not one of a CA',
      refused(() => lastingCa({ isCa: false }), 'CaUnusable', UNVERIFIABLE),
    ],
    kubelet: [
      'a CA whose key usage lacks keyCertSign',
      refused(
        () => lastingCa({ keyUsage: KeyUsageFlags.digitalSignature }),
        'CaUnusable',
        UNVERIFIABLE,
      ),
    ],
    serving: [
      'a CA with a P-224 key',
      refused(p224Ca, 'CaUnusable', 'many TLS programs do not take it'),
    ],
    any: [
      'a CA with an RSA key of 1024 bits',
      refused(
        () =>
          lastingCa({
            pair: { ...generateKeyPairSync('rsa', { modulusLength: 1024 }), algorithm: RSA },
          }),
        'CaUnusable',
        'too short to be safe',
      ),
    ],
  },
  {
    client: [
      'a CA that is confined to server auth',
      refused(() => lastingCa({ purposes: [SERVER_AUTH] }), 'CaConstrained', UNVERIFIABLE),
    ],
    kubelet: [
      'a CA that is not valid yet',
      refused(
        () => lastingCa({ notBeforeMs: Date.now() + HOUR_MS }),
        'CaNotYetValid',
        `${UNVERIFIABLE}; it signs as soon as it is valid`,
      ),
    ],
    serving: [
      'a CA whose name constraints leave out one of its names',
      refused(
        () => lastingCa({ more: [constrained({ permitted: ['dns:corp.example'] })] }),
        'OutsideNameConstraints',
        UNVERIFIABLE,
      ),
    ],
    any: [
      'a CA that has expired',
      refused(
        () => lastingCa({ notAfterMs: Date.now() - HOUR_MS }),
        'CaExpired',
        'nothing can be valid below it',
      ),
    ],
  },
];

/** No other library here makes one. */
async function p224Ca(): Promise<CaTexts> {
  const folder = mkdtempSync(join(tmpdir(), 'p224-'));
  const keyFile = join(folder, 'ca.key');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-224', '-nodes'];
  const certificate = execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', keyFile, '-days', '3650', '-subj', '/CN=test-ca'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const keyPem = readFileSync(keyFile, 'utf8');
  rmSync(folder, { recursive: true });
  return { certificate, key: keyPem };
}
