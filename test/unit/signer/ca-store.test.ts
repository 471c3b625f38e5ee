import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { caFilesOnDisk } from '../../../src/signer/ca-files.js';
import { type CaFileAccess, CaStore } from '../../../src/signer/ca-store.js';
import { loadAuthority } from '../../../src/signer/signing-authority.js';
import { loadSigningKey } from '../../../src/signer/signing-key.js';
import { NOW_MS } from '../../support/decide.js';
import { CA_KEYS, type CaKeyKind, type CaPem, makeCa } from '../../support/signing.js';

const FILES = { certFile: 'ca.crt', keyFile: 'ca.key' };
const HOUR_MS = 3_600_000;

/** A store over files in memory and a clock that only the test moves. */
function setUp(ca: CaPem | undefined) {
  const contents = new Map<string, string>();
  const state = { nowMs: NOW_MS, looks: 0, troubles: [] as string[] };
  const contentOf = (path: string): string => {
    const text = contents.get(path);
    if (text === undefined) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
    return text;
  };
  const files: CaFileAccess = {
    version: async (path) => {
      state.looks += 1;
      return createHash('sha256').update(contentOf(path)).digest('hex');
    },
    read: async (path) => contentOf(path),
  };
  const put = ({ certificate, key }: Pick<CaPem, 'certificate' | 'key'>) => {
    contents.set(FILES.certFile, certificate);
    contents.set(FILES.keyFile, key);
  };
  if (ca !== undefined) put(ca);
  const store = new CaStore({
    files,
    nowMs: () => state.nowMs,
    onTrouble: (_files, { code }) => state.troubles.push(code),
  });
  const keyId = async () => {
    const got = await store.get(FILES);
    return got.ok ? got.value.certificate.keyId : got.error.code;
  };
  const later = (ms = 1000) => {
    state.nowMs += ms;
  };
  return { contents, state, put, store, keyId, later };
}

const keyIdOf = (ca: CaPem): string => {
  const loaded = loadAuthority(ca.certificate, ca.key);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value.certificate.keyId;
};

describe('a CA in files', () => {
  it('signs, and its files are looked at once a second however many requests there are', async () => {
    const ca = await makeCa();
    const { keyId, state, later } = setUp(ca);

    expect(new Set(await Promise.all([keyId(), keyId(), keyId()]))).toEqual(new Set([keyIdOf(ca)]));
    expect(state.looks).toBe(2);
    later(999);
    await keyId();
    expect(state.looks).toBe(2);
    later(1);
    await keyId();
    expect(state.looks).toBe(4);
    expect(state.troubles).toEqual([]);
  });

  it('is exchanged when both files changed', async () => {
    const [old, young] = [await makeCa(), await makeCa()];
    const { keyId, put, later } = setUp(old);
    await keyId();

    put(young);
    later();

    expect(await keyId()).toBe(keyIdOf(young));
  });

  it.each<readonly [string, (young: CaPem) => Promise<Partial<CaPem>>, string]>([
    ['is half written', ({ key }) => Promise.resolve({ certificate: '', key }), 'CaUnusable'],
    [
      'has its certificate changed first',
      ({ certificate }) => Promise.resolve({ certificate }),
      'CaUnusable',
    ],
    ['has its key changed first', ({ key }) => Promise.resolve({ key }), 'CaUnusable'],
    ['has expired', () => makeCa({ notAfterMs: NOW_MS - HOUR_MS }), 'CaExpired'],
    ['is not valid yet', () => makeCa({ notBeforeMs: NOW_MS + HOUR_MS }), 'CaNotYetValid'],
    ['is no CA', () => makeCa({ isCa: false }), 'CaUnusable'],
  ])('goes on signing when a new one %s, and that is told once', async (_name, change, code) => {
    const old = await makeCa();
    const { keyId, put, later, state } = setUp(old);
    await keyId();

    put({ ...old, ...(await change(await makeCa())) });
    later();
    const first = await keyId();
    later();
    const second = await keyId();

    expect([first, second]).toEqual([keyIdOf(old), keyIdOf(old)]);
    expect(state.troubles).toEqual([code]);
  });

  it('tells of a trouble again after it was mended in between', async () => {
    const old = await makeCa();
    const { keyId, put, later, state } = setUp(old);
    await keyId();

    for (const next of [{ ...old, key: '' }, old, { ...old, key: '' }]) {
      put(next);
      later();
      await keyId();
    }

    expect(state.troubles).toEqual(['CaUnusable', 'CaUnusable']);
  });

  it('goes on signing when its files are gone', async () => {
    const old = await makeCa();
    const { keyId, contents, later, state } = setUp(old);
    await keyId();

    contents.clear();
    later();

    expect(await keyId()).toBe(keyIdOf(old));
    expect(state.troubles).toEqual(['CaUnreadable']);
  });

  it('is exchanged by itself when the new one becomes valid', async () => {
    const [old, young] = [await makeCa(), await makeCa({ notBeforeMs: NOW_MS + HOUR_MS })];
    const { keyId, put, later } = setUp(old);
    await keyId();
    put(young);
    later();
    await keyId();

    later(HOUR_MS);

    expect(await keyId()).toBe(keyIdOf(young));
  });

  it('does not sign after it has expired, and does again when it was renewed', async () => {
    const { keyId, put, later } = setUp(await makeCa({ notAfterMs: NOW_MS + HOUR_MS }));
    await keyId();

    later(HOUR_MS - 1);
    expect(await keyId()).not.toBe('CaExpired');
    later(1);
    expect(await keyId()).toBe('CaExpired');
    const renewed = await makeCa();
    put(renewed);
    later();
    expect(await keyId()).toBe(keyIdOf(renewed));
  });

  it('that was never there signs as soon as it is', async () => {
    const ca = await makeCa();
    const { keyId, put, later, state } = setUp(undefined);

    expect(await keyId()).toBe('CaUnreadable');
    put(ca);
    later();
    expect(await keyId()).toBe(keyIdOf(ca));
    expect(state.troubles).toEqual(['CaUnreadable']);
  });
});

describe('what can be a CA', () => {
  it.each(Object.keys(CA_KEYS) as CaKeyKind[])('a key of %s in PKCS#8', async (key) => {
    const ca = await makeCa({ key });

    expect(loadAuthority(ca.certificate, ca.key).ok).toBe(true);
  });

  it.each([
    ['SEC1', 'ECDSA P-384', 'sec1'],
    ['PKCS#1', 'RSA 2048', 'pkcs1'],
  ] as const)('a key in %s', async (_name, kind, type) => {
    const ca = await makeCa({ key: kind });
    const key = ca.pair.privateKey.export({ format: 'pem', type } as never).toString();

    expect(loadAuthority(ca.certificate, key).ok).toBe(true);
  });

  it('a key after its EC PARAMETERS, as openssl ecparam writes it, and text around the blocks', async () => {
    const ca = await makeCa();
    const parameters =
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

    expect(loadAuthority(`Certificate:\n  Data:\n${ca.certificate}`, parameters + ca.key).ok).toBe(
      true,
    );
  });

  const pemOf = (pair: ReturnType<typeof generateKeyPairSync>) =>
    pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const encrypted = (ca: CaPem, type: 'pkcs8' | 'pkcs1' | 'sec1') =>
    ca.pair.privateKey
      .export({ format: 'pem', type, cipher: 'aes-256-cbc', passphrase: 'x' } as never)
      .toString();

  it.each<readonly [string, (ca: CaPem) => Partial<CaPem>, string]>([
    ['no certificate', () => ({ certificate: '' }), 'expected 1 CA certificate, found 0'],
    [
      'two certificates',
      ({ certificate }) => ({ certificate: certificate + certificate }),
      'expected 1 CA certificate, found 2',
    ],
    ['no key', () => ({ key: '' }), 'expected 1 private key, found 0'],
    ['two keys', ({ key }) => ({ key: key + key }), 'expected 1 private key, found 2'],
    [
      'a key of somebody else',
      () => ({ key: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })) }),
      'the CA key does not belong to the CA certificate',
    ],
    [
      'an encrypted PKCS#8 key',
      (ca) => ({ key: encrypted(ca, 'pkcs8') }),
      'the CA key is encrypted',
    ],
    ['an encrypted SEC1 key', (ca) => ({ key: encrypted(ca, 'sec1') }), 'the CA key is encrypted'],
    [
      'a key that is none',
      () => ({ key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' }),
      'the CA key cannot be read',
    ],
    [
      'a key on another curve',
      () => ({ key: pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })) }),
      'the CA key is none of RSA >= 2048, P-256, P-384, P-521, Ed25519',
    ],
    [
      'an RSA-PSS key',
      () => ({ key: pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })) }),
      'the CA key is none of RSA >= 2048, P-256, P-384, P-521, Ed25519',
    ],
  ])('not %s', async (_name, change, message) => {
    const ca = await makeCa();
    const { certificate, key } = { ...ca, ...change(ca) };

    expect(loadAuthority(certificate, key)).toEqual({
      ok: false,
      error: { blame: 'authority', code: 'CaUnusable', message },
    });
  });

  it('not an RSA key under 2048 bits', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

    expect(
      loadSigningKey(privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()),
    ).toMatchObject({ ok: false, error: { code: 'CaUnusable' } });
  });
});

describe('files on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ca-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are read whole and have another version when they were written again', async () => {
    const path = join(folder, 'ca.crt');
    writeFileSync(path, 'one');
    const before = await caFilesOnDisk.version(path);
    writeFileSync(path, 'other');

    expect(await caFilesOnDisk.read(path)).toBe('other');
    expect(await caFilesOnDisk.version(path)).not.toBe(before);
  });

  it('are not read when they are larger than any key', async () => {
    const path = join(folder, 'ca.crt');
    writeFileSync(path, 'x'.repeat(64 * 1024 + 1));

    await expect(caFilesOnDisk.read(path)).rejects.toThrow('too large');
  });
});
