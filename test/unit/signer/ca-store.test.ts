// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CaAccess } from '../../../src/signer/ca-access.js';
import { CaStore } from '../../../src/signer/ca-store.js';
import { loadAuthority } from '../../../src/signer/signing-authority.js';
import { loadSigningKey } from '../../../src/signer/signing-key.js';
import { NOW_MS } from '../../support/decide.js';
import type { ApiServerTrust } from '../../../src/authority/api-server-trust.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import { fail, ok, type Result } from '../../../src/vocabulary/result.js';
import { CA_KEYS, type CaKeyKind, type CaPem, makeCa, makeChain } from '../../support/signing.js';

const FILES = { kind: 'files', certFile: 'ca.crt', keyFile: 'ca.key' } as const;
const MESH = { ca: FILES, signerName: 'example.com/mesh' as SignerName };
const HOUR_MS = 3_600_000;

/** A store over files in memory and a clock that only the test moves. */
function setUp(ca: CaPem | undefined) {
  const contents = new Map<string, string>();
  const state = {
    nowMs: NOW_MS,
    looks: 0,
    troubles: [] as string[],
    /** Which CA went on signing at each of these. */
    inUse: [] as (string | undefined)[],
    loaded: [] as string[],
    trust: { clientCas: [], requestHeaderCas: [] } as ApiServerTrust,
    /** Why it is not known. */
    distrust: undefined as string | undefined,
    /** Told before each answer to what the version is. */
    onVersion: () => {},
  };
  const version = (): Result<string, string> => {
    const both = [contents.get(FILES.certFile), contents.get(FILES.keyFile)];
    if (both.includes(undefined)) return fail('a file is not there');
    return ok(createHash('sha256').update(both.join()).digest('hex'));
  };
  const access: CaAccess = {
    version: async () => {
      state.looks += 1;
      const answer = version();
      state.onVersion();
      return answer;
    },
    read: async () => {
      const now = version();
      if (!now.ok) return now;
      const [certificates = '', key = ''] = [FILES.certFile, FILES.keyFile].map((path) =>
        contents.get(path),
      );
      return ok({ certificates, key, roots: undefined, version: now.value });
    },
  };
  const put = ({ certificate, key }: Pick<CaPem, 'certificate' | 'key'>) => {
    contents.set(FILES.certFile, certificate);
    contents.set(FILES.keyFile, key);
  };
  if (ca !== undefined) put(ca);
  const store = new CaStore({
    access,
    trust: async () => (state.distrust === undefined ? ok(state.trust) : fail(state.distrust)),
    nowMs: () => state.nowMs,
    onTrouble: ({ trouble, inUse }) => {
      state.troubles.push(trouble.code);
      state.inUse.push(inUse?.certificate.keyId);
    },
    onLoaded: (_source, { certificate }) => state.loaded.push(certificate.keyId),
  });
  const keyId = async (signerName = 'example.com/mesh') => {
    const got = await store.get({ ca: FILES, signerName: signerName as SignerName });
    return got.ok ? got.value.certificate.keyId : got.error.code;
  };
  const later = (ms = 1000) => {
    state.nowMs += ms;
  };
  return { contents, state, put, store, keyId, later };
}

const load = ({ certificate, key }: Pick<CaPem, 'certificate' | 'key'>) =>
  loadAuthority({ certificates: certificate, key, roots: undefined });

const keyIdOf = async (ca: CaPem): Promise<string> => {
  const loaded = await load(ca);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value.certificate.keyId;
};

describe('a CA in files', () => {
  it('signs, and its files are looked at once a second however many requests there are', async () => {
    const ca = await makeCa();
    const { keyId, state, later } = setUp(ca);

    expect(new Set(await Promise.all([keyId(), keyId(), keyId()]))).toEqual(
      new Set([await keyIdOf(ca)]),
    );
    expect(state.looks).toBe(1);
    later(999);
    await keyId();
    expect(state.looks).toBe(1);
    later(1);
    await keyId();
    expect(state.looks).toBe(2);
    expect(state.troubles).toEqual([]);
  });

  it('is exchanged when both files changed', async () => {
    const [old, young] = [await makeCa(), await makeCa()];
    const { keyId, put, later } = setUp(old);
    await keyId();

    put(young);
    later();

    expect(await keyId()).toBe(await keyIdOf(young));
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
    const { keyId, put, later, state, store } = setUp(old);
    await keyId();

    put({ ...old, ...(await change(await makeCa())) });
    later();
    const first = await keyId();
    later();
    const second = await keyId();

    expect([first, second]).toEqual([await keyIdOf(old), await keyIdOf(old)]);
    expect(state.troubles).toEqual([code]);
    expect(state.inUse).toEqual([await keyIdOf(old)]);
    expect(store.troubles(MESH)).toMatchObject([{ code }]);
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

    expect(await keyId()).toBe(await keyIdOf(old));
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

    expect(await keyId()).toBe(await keyIdOf(young));
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
    expect(await keyId()).toBe(await keyIdOf(renewed));
  });

  it('tells once that it has expired, and that nothing is signed any more', async () => {
    const { keyId, later, state, store } = setUp(await makeCa({ notAfterMs: NOW_MS + HOUR_MS }));
    await keyId();

    later(HOUR_MS);
    await keyId();
    later();
    await keyId();

    expect([state.troubles, state.inUse]).toEqual([['CaExpired'], [undefined]]);
    expect(store.troubles(MESH)).toMatchObject([{ code: 'CaExpired' }]);
  });

  it('is looked at at once when somebody knows that it changed, and again for what changed meanwhile', async () => {
    const [first, second] = [await makeCa(), await makeCa()];
    const { keyId, put, store, state } = setUp(undefined);
    await keyId();

    put(first);
    expect(await keyId()).toBe('CaUnreadable');
    store.changed(FILES);
    expect(await keyId()).toBe(await keyIdOf(first));
    // The look has the old version in its hands when the new one comes.
    store.changed(FILES);
    state.onVersion = () => {
      state.onVersion = () => {};
      put(second);
      store.changed(FILES);
    };
    const looks = await Promise.all([keyId(), Promise.resolve().then(() => keyId())]);

    expect(looks.at(-1)).toBe(await keyIdOf(second));
  });

  it('is told as loaded when it is another, not when only its place was written again', async () => {
    const ca = await makeCa();
    const { keyId, put, later, state } = setUp(ca);
    await keyId();

    put({ ...ca, key: `${ca.key}\n` });
    later();
    await keyId();

    expect(state.loaded).toHaveLength(1);
  });

  it('that was never there signs as soon as it is', async () => {
    const ca = await makeCa();
    const { keyId, put, later, state } = setUp(undefined);

    expect(await keyId()).toBe('CaUnreadable');
    put(ca);
    later();
    expect(await keyId()).toBe(await keyIdOf(ca));
    expect(state.troubles).toEqual(['CaUnreadable']);
  });
});

describe('what can be a CA', () => {
  it.each(Object.keys(CA_KEYS) as CaKeyKind[])('a key of %s in PKCS#8', async (key) => {
    const ca = await makeCa({ key });

    expect((await load(ca)).ok).toBe(true);
  });

  it.each([
    ['SEC1', 'ECDSA P-384', 'sec1'],
    ['PKCS#1', 'RSA 2048', 'pkcs1'],
  ] as const)('a key in %s', async (_name, kind, type) => {
    const ca = await makeCa({ key: kind });
    const key = ca.pair.privateKey.export({ format: 'pem', type } as never).toString();

    expect((await load({ ...ca, key })).ok).toBe(true);
  });

  it('a key after its EC PARAMETERS, as openssl ecparam writes it, and text around the blocks', async () => {
    const ca = await makeCa();
    const parameters =
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

    const certificate = `Certificate:\n  Data:\n${ca.certificate}`;
    expect((await load({ certificate, key: parameters + ca.key })).ok).toBe(true);
  });

  const pemOf = (pair: ReturnType<typeof generateKeyPairSync>) =>
    pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const encrypted = (ca: CaPem, type: 'pkcs8' | 'pkcs1' | 'sec1') =>
    ca.pair.privateKey
      .export({ format: 'pem', type, cipher: 'aes-256-cbc', passphrase: 'x' } as never)
      .toString();

  it.each<readonly [string, (ca: CaPem) => Partial<CaPem>, string]>([
    ['no certificate', () => ({ certificate: '' }), 'there is no CA certificate'],
    [
      'two certificates',
      ({ certificate }) => ({ certificate: certificate + certificate }),
      'CA certificate 1 issued itself, so nothing stands above it',
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

    expect(await load({ certificate, key })).toEqual({
      ok: false,
      error: { blame: 'authority', code: 'CaUnusable', message },
    });
  });

  it('not an RSA key under 2048 bits', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

    expect(
      await loadSigningKey(privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()),
    ).toMatchObject({ ok: false, error: { code: 'CaUnusable' } });
  });
});

describe('a CA that the API server believes', () => {
  const x509 = ({ certificate }: CaPem): X509Certificate => new X509Certificate(certificate);
  const LOGINS = [
    'kubernetes.io/kube-apiserver-client',
    'kubernetes.io/kube-apiserver-client-kubelet',
    'kubernetes.io/kubelet-serving',
  ];

  it('for logins signs for the signers that are there for them, and for no custom one', async () => {
    const ca = await makeCa();
    const { keyId, state } = setUp(ca);
    state.trust = { clientCas: [x509(await makeCa()), x509(ca)], requestHeaderCas: [] };

    expect(await Promise.all(LOGINS.map(keyId))).toEqual(LOGINS.map(() => expect.any(String)));
    expect(await keyId(LOGINS[0])).toBe(await keyIdOf(ca));
    expect(await keyId('example.com/mesh')).toBe('CaLogsIn');
  });

  it('is known by its key, whatever else its certificate says', async () => {
    const ca = await makeCa();
    const { keyId, state } = setUp(ca);
    const other = await makeCa({ pair: ca.pair, name: [{ CN: ['another name'] }] });
    state.trust = { clientCas: [x509(other)], requestHeaderCas: [] };

    expect(await keyId()).toBe('CaLogsIn');
  });

  it('is also one that was issued by a CA that it believes', async () => {
    const { root, intermediate } = await makeChain();
    const { keyId, state } = setUp(intermediate);
    state.trust = { clientCas: [x509(root)], requestHeaderCas: [] };

    expect(await keyId()).toBe('CaLogsIn');
  });

  it('for who a user is signs for nobody', async () => {
    const ca = await makeCa();
    const { keyId, state } = setUp(ca);
    state.trust = { clientCas: [], requestHeaderCas: [x509(ca)] };

    expect(await Promise.all([...LOGINS, 'example.com/mesh'].map(keyId))).toEqual(
      Array.from({ length: 4 }, () => 'CaOfRequestHeader'),
    );
  });

  it('is told once for each signer that may not use it, and again after that was mended', async () => {
    const ca = await makeCa();
    const { keyId, state, store } = setUp(ca);
    const believed = { clientCas: [x509(ca)], requestHeaderCas: [] };

    state.trust = believed;
    await keyId();
    await keyId();
    await keyId('example.com/other');
    state.trust = { clientCas: [], requestHeaderCas: [] };
    await keyId();
    expect(store.troubles(MESH)).toEqual([]);
    state.trust = believed;
    await keyId();

    expect(state.troubles).toEqual(['CaLogsIn', 'CaLogsIn', 'CaLogsIn']);
    expect(new Set(state.inUse)).toEqual(new Set([undefined]));
    expect(store.troubles({ ...MESH, signerName: LOGINS[0] as SignerName })).toEqual([]);
  });

  it('is not known without that ConfigMap: then nobody signs', async () => {
    const { keyId, state } = setUp(await makeCa());
    state.distrust = 'not permitted';

    expect(await keyId(LOGINS[0])).toBe('ApiServerTrustUnknown');
    expect(await keyId()).toBe('ApiServerTrustUnknown');
    state.distrust = undefined;
    expect(await keyId()).not.toBe('ApiServerTrustUnknown');
  });

  it('is not one that only has the same name', async () => {
    const ca = await makeCa();
    const { keyId, state } = setUp(ca);
    state.trust = { clientCas: [x509(await makeCa())], requestHeaderCas: [] };

    expect(await keyId()).toBe(await keyIdOf(ca));
  });
});

describe('a CA that no signer names any more', () => {
  it('is forgotten', async () => {
    const ca = await makeCa();
    const { keyId, store, state } = setUp(ca);
    await keyId();

    store.retain([{ ca: FILES }]);
    await keyId();
    store.retain([]);
    await keyId();

    expect(state.loaded).toHaveLength(2);
  });
});
