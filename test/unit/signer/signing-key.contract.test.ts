// SPDX-License-Identifier: Apache-2.0
// What every provider of keys must do; Node's own and @peculiar/webcrypto go through the same table.

import {
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  verify,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { issueCertificate } from '../../../src/signer/issue.js';
import { loadAuthority } from '../../../src/signer/signing-authority.js';
import { type KeyProvider, loadSigningKey } from '../../../src/signer/signing-key.js';
import { makeCsr } from '../../support/decide.js';
import { opensslField, opensslVerify } from '../../support/openssl.js';
import {
  CA_KEYS,
  type CaKeyKind,
  makeCa,
  makeEntry,
  makeSignableFacts,
} from '../../support/signing.js';

/** A provider, seen from outside: what it was given, and what it made of it. */
type Subtle = KeyProvider & Pick<webcrypto.SubtleCrypto, 'exportKey'>;

const PROVIDERS: Readonly<Record<string, Subtle>> = {
  'native WebCrypto': webcrypto.subtle,
  '@peculiar/webcrypto': new PeculiarCrypto().subtle,
};

const rsa = (modulusLength: number) => () => generateKeyPairSync('rsa', { modulusLength });
const ec = (namedCurve: string) => () => generateKeyPairSync('ec', { namedCurve });

const KEYS = {
  'RSA 2048': { make: rsa(2048), hash: 'sha256' },
  'RSA 3072': { make: rsa(3072), hash: 'sha256' },
  'RSA 4096': { make: rsa(4096), hash: 'sha256' },
  'ECDSA P-256': { make: ec('P-256'), hash: 'sha256' },
  'ECDSA P-384': { make: ec('P-384'), hash: 'sha384' },
  'ECDSA P-521': { make: ec('P-521'), hash: 'sha512' },
  Ed25519: { make: () => generateKeyPairSync('ed25519'), hash: undefined },
} as const satisfies Record<string, { make: () => KeyPairKeyObjectResult; hash?: unknown }>;

type Form = 'pkcs8' | 'pkcs1' | 'sec1';

const EC_PARAMETERS =
  '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

/** Every way in which a key of that kind is written. */
const FORMS: readonly (readonly [string, keyof typeof KEYS, Form, (pem: string) => string])[] = (
  Object.keys(KEYS) as (keyof typeof KEYS)[]
).flatMap((kind) => {
  const as = (form: Form, name: string, change = (pem: string) => pem) =>
    [name, kind, form, change] as const;
  return [
    as('pkcs8', 'PKCS#8'),
    as('pkcs8', 'PKCS#8 with the line ends of Windows', (pem) => pem.replaceAll('\n', '\r\n')),
    ...(kind.startsWith('RSA') ? [as('pkcs1', 'PKCS#1')] : []),
    ...(kind.startsWith('ECDSA')
      ? [as('sec1', 'SEC1'), as('sec1', 'SEC1 after EC PARAMETERS', (pem) => EC_PARAMETERS + pem)]
      : []),
  ];
});

const pairs = Object.fromEntries(
  Object.entries(KEYS).map(([kind, { make }]) => [kind, make()]),
) as Readonly<Record<keyof typeof KEYS, KeyPairKeyObjectResult>>;

const pemOf = (kind: keyof typeof KEYS, form: Form): string =>
  pairs[kind].privateKey.export({ format: 'pem', type: form } as never).toString();

const MESSAGE = Buffer.from('what is to be signed');

describe.each(Object.entries(PROVIDERS))('a key in %s', (_provider, subtle) => {
  /** Loads a key, and catches what the provider keeps of it. */
  async function load(pem: string, provider: KeyProvider = subtle) {
    const imported: webcrypto.CryptoKey[] = [];
    const loaded = await loadSigningKey(pem, {
      importKey: async (...given: Parameters<KeyProvider['importKey']>) => {
        const key = await provider.importKey(...given);
        imported.push(key);
        return key;
      },
      sign: (...given) => provider.sign(...given),
    } as KeyProvider);
    if (!loaded.ok) throw new Error(loaded.error.message);
    return { key: loaded.value, imported };
  }

  it.each(FORMS)('in %s of %s signs what anybody can verify', async (_name, kind, form, change) => {
    const { key } = await load(change(pemOf(kind, form)));

    const signature = await key.sign(MESSAGE);

    const { publicKey } = pairs[kind];
    const { hash } = KEYS[kind];
    expect(key.publicKey.equals(publicKey)).toBe(true);
    expect(verify(hash, MESSAGE, publicKey, signature)).toBe(true);
    expect(verify(hash, Buffer.from('something else'), publicKey, signature)).toBe(false);
  });

  it.each(Object.keys(KEYS) as (keyof typeof KEYS)[])(
    'of %s is given back by nobody',
    async (kind) => {
      const { imported } = await load(pemOf(kind, 'pkcs8'));

      expect(imported.map(({ extractable, usages }) => [extractable, usages])).toEqual([
        [false, ['sign']],
      ]);
      const [kept] = imported as [webcrypto.CryptoKey];
      await expect(subtle.exportKey('jwk', kept)).rejects.toThrow(/not extractable/i);
      await expect(subtle.exportKey('pkcs8', kept)).rejects.toThrow(/not extractable/i);
    },
  );

  it('of ECDSA signs in strict DER, whatever r and s begin with', async () => {
    const { key } = await load(pemOf('ECDSA P-256', 'pkcs8'));

    // Of 64 signatures about half have a high bit in r, and half in s.
    const signatures = await Promise.all(
      Array.from({ length: 64 }, (_, index) => key.sign(Buffer.from(`message ${index}`))),
    );

    for (const [index, signature] of signatures.entries()) {
      const message = Buffer.from(`message ${index}`);
      expect(verify('sha256', message, pairs['ECDSA P-256'].publicKey, signature)).toBe(true);
    }
    expect(new Set(signatures.map(({ length }) => length)).size).toBeGreaterThan(1);
  });

  it('leaves no copy of the key in the bytes that it was given', async () => {
    const given: Uint8Array[] = [];
    const remembering = {
      importKey: (format: 'pkcs8', bytes: Uint8Array, ...rest: [never, never, never]) => {
        given.push(bytes);
        return subtle.importKey(format, bytes, ...rest);
      },
      sign: (...parts: Parameters<KeyProvider['sign']>) => subtle.sign(...parts),
    } as unknown as KeyProvider;

    const loaded = await loadSigningKey(pemOf('RSA 2048', 'pkcs8'), remembering);

    expect(loaded.ok).toBe(true);
    expect(given).toHaveLength(1);
    expect(given.every((bytes) => bytes.every((octet) => octet === 0))).toBe(true);
  });

  describe('of a CA', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'signing-key-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const issueWith = async (kind: CaKeyKind, provider: KeyProvider) => {
      const ca = await makeCa({
        key: kind,
        notBeforeMs: Date.now() - 3_600_000,
        notAfterMs: Date.now() + 86_400_000,
      });
      const texts = { certificates: ca.certificate, key: ca.key, roots: undefined };
      const authority = await loadAuthority(texts, provider);
      if (!authority.ok) throw new Error(authority.error.message);
      const issued = await issueCertificate({
        csr: makeCsr(),
        facts: makeSignableFacts(),
        entry: makeEntry(),
        authority: authority.value,
        nowMs: Date.now(),
        serial: Uint8Array.from({ length: 16 }, (_, index) => index + 1),
      });
      return { ca, issued };
    };

    it.each(Object.keys(CA_KEYS) as CaKeyKind[])(
      'with %s makes certificates that openssl verifies',
      async (kind) => {
        const { ca, issued } = await issueWith(kind, subtle);
        if (!issued.ok) throw new Error(issued.error.message);
        const caFile = join(folder, `${kind.replaceAll(' ', '-')}.crt`);
        writeFileSync(caFile, ca.certificate);

        expect(await opensslVerify(caFile, 'sslclient', issued.value.pem)).toBe('stdin: OK');
        expect(await opensslField('-text', issued.value.pem)).toContain(
          `Signature Algorithm: ${CA_KEYS[kind].signature}`,
        );
        expect(new X509Certificate(issued.value.pem).verify(ca.pair.publicKey)).toBe(true);
      },
    );

    it.each<readonly [string, KeyProvider['sign']]>([
      ['rejects', () => Promise.reject(new Error('the token was pulled out: PIN 1234'))],
      [
        'throws',
        () => {
          throw new Error('PIN 1234');
        },
      ],
      ['gives half a signature', async () => new ArrayBuffer(63)],
      ['gives nothing', async () => new ArrayBuffer(0)],
    ])('that %s makes the request wait, and its words are not repeated', async (_name, failing) => {
      const provider = { importKey: subtle.importKey.bind(subtle), sign: failing };

      const { issued } = await issueWith('ECDSA P-256', provider);

      expect(issued).toEqual({
        ok: false,
        error: {
          blame: 'authority',
          code: 'SigningKeyFailed',
          message: 'the CA key did not sign',
        },
      });
    });

    it('that signs something else is found out before anybody sees the certificate', async () => {
      const provider = {
        importKey: subtle.importKey.bind(subtle),
        sign: (algorithm: never, key: never) => subtle.sign(algorithm, key, MESSAGE),
      } as KeyProvider;

      const { issued } = await issueWith('ECDSA P-256', provider);

      expect(issued).toMatchObject({ ok: false, error: { code: 'CertificateDiffers' } });
    });
  });
});

describe('a provider', () => {
  it('that does not take a key makes the CA unusable', async () => {
    const provider = {
      importKey: () => Promise.reject(new Error('not supported')),
      sign: () => Promise.reject(new Error('not supported')),
    } as unknown as KeyProvider;

    expect(await loadSigningKey(pemOf('Ed25519', 'pkcs8'), provider)).toMatchObject({
      ok: false,
      error: { code: 'CaUnusable', message: 'the CA key cannot be imported' },
    });
  });
});
