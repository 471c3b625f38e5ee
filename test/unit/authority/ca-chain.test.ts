// SPDX-License-Identifier: Apache-2.0
import 'reflect-metadata';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SubjectAlternativeNameExtension } from '@peculiar/x509';
import { readCaChain } from '../../../src/authority/ca-chain.js';
import { NOW_MS } from '../../support/decide.js';
import { constrained } from '../../support/name-constraints.js';
import { CA_KEYS, type CaOptions, type CaPem, makeCa } from '../../support/signing.js';

const HOUR_MS = 3_600_000;

const rootPair = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  algorithm: CA_KEYS['ECDSA P-256'].algorithm,
};

const der = ({ certificate }: CaPem): Uint8Array => new X509Certificate(certificate).raw;

/** Three CAs, the lowest first; each can be changed. */
async function three(changes: Record<'root' | 'middle' | 'low', CaOptions> | object = {}) {
  const given: { root?: CaOptions; middle?: CaOptions; low?: CaOptions } = changes;
  const root = await makeCa({ name: [{ CN: ['root'] }], ...given.root });
  const middle = await makeCa({ name: [{ CN: ['middle'] }], issuer: root, ...given.middle });
  const low = await makeCa({ name: [{ CN: ['low'] }], issuer: middle, ...given.low });
  return { root, middle, low };
}

const read = (chain: readonly CaPem[], roots: readonly CaPem[] = []) => {
  const result = readCaChain(chain.map(der), roots.map(der));
  if (!result.ok) return result.error.message;
  const { certificate, intermediates, anchors } = result.value;
  const names = (list: readonly { readonly seen: { readonly byOpenssl: X509Certificate } }[]) =>
    list.map(({ seen }) => seen.byOpenssl.subject);
  return {
    certificate: names([certificate])[0],
    intermediates: names(intermediates),
    anchors: names(anchors),
  };
};

describe('a CA with those above it', () => {
  it('alone signs for itself, and is what clients are to trust', async () => {
    expect(read([await makeCa({ name: [{ CN: ['root'] }] })])).toEqual({
      certificate: 'CN=root',
      intermediates: [],
      anchors: ['CN=root'],
    });
  });

  it('appends the CAs below the root, the signing one first', async () => {
    const { root, middle, low } = await three();

    expect(read([low, middle, root])).toEqual({
      certificate: 'CN=low',
      intermediates: ['CN=low', 'CN=middle'],
      anchors: ['CN=root'],
    });
  });

  it('has its roots beside it as well', async () => {
    const { root, middle, low } = await three();

    expect(read([low, middle], [await makeCa(), root])).toMatchObject({
      intermediates: ['CN=low', 'CN=middle'],
      anchors: ['CN=test-ca', 'CN=root'],
    });
  });

  it('without a root has its highest certificate for one', async () => {
    const { middle, low } = await three();

    expect(read([low, middle])).toMatchObject({ anchors: ['CN=middle'] });
  });

  it('is valid as long as all of it is', async () => {
    const middle = { notBeforeMs: NOW_MS - HOUR_MS, notAfterMs: NOW_MS + HOUR_MS };
    const { root, middle: upper, low } = await three({ middle });

    const result = readCaChain([low, upper, root].map(der), []);
    expect(result).toMatchObject({
      ok: true,
      value: { certificate: { notBeforeMs: NOW_MS - HOUR_MS, notAfterMs: NOW_MS + HOUR_MS } },
    });
  });

  it('is of no use longer than the root beside it, of several the one that lives longest', async () => {
    const root = { pair: rootPair, notAfterMs: NOW_MS + HOUR_MS };
    const { root: old, middle, low } = await three({ root });
    const young = await makeCa({
      name: [{ CN: ['root'] }],
      pair: rootPair,
      notAfterMs: NOW_MS + 2 * HOUR_MS,
    });
    const unrelated = await makeCa();

    const endBelow = (...roots: readonly CaPem[]) => {
      const chain = readCaChain([low, middle].map(der), roots.map(der));
      return chain.ok ? chain.value.certificate.notAfterMs - NOW_MS : chain.error.message;
    };
    expect(endBelow(old)).toBe(HOUR_MS);
    expect(endBelow(old, unrelated)).toBe(HOUR_MS);
    expect(endBelow(old, young)).toBe(2 * HOUR_MS);
  });

  it.each<[string, object]>([
    ['one CA below', { middle: { pathLength: 1 } }],
    ['two CAs below', { root: { pathLength: 2 } }],
    ['none below the one that signs', { low: { pathLength: 0 } }],
  ])('may have a path length that allows %s', async (_, changes) => {
    const { root, middle, low } = await three(changes);

    expect(read([low, middle, root])).toMatchObject({ certificate: 'CN=low' });
  });
});

describe('a chain that no client could verify is refused:', () => {
  it('no certificate at all', () => {
    expect(read([])).toBe('there is no CA certificate');
  });

  it('another order', async () => {
    const { root, middle, low } = await three();

    expect(read([low, root, middle])).toBe('CA certificate 2 did not issue the one before it');
  });

  it('a CA of the right name with another key', async () => {
    const { root, low } = await three();
    const impostor = await makeCa({ name: [{ CN: ['middle'] }], issuer: root });

    expect(read([low, impostor, root])).toBe('CA certificate 2 did not issue the one before it');
  });

  it('something above a root', async () => {
    const { root, middle, low } = await three();

    expect(read([low, middle, root, root])).toBe(
      'CA certificate 3 issued itself, so nothing stands above it',
    );
  });

  it.each<[string, object, number]>([
    ['in the middle', { middle: { pathLength: 0 } }, 2],
    ['of the root', { root: { pathLength: 1 } }, 3],
  ])('a path length %s that is too short', async (_, changes, number) => {
    const { root, middle, low } = await three(changes);

    expect(read([low, middle, root])).toBe(
      `the path length of CA certificate ${number} does not allow those before it`,
    );
  });

  it('a path length of a root beside it that is too short', async () => {
    const { root, middle, low } = await three({ root: { pathLength: 1 } });

    expect(read([low, middle], [root])).toBe(
      'none of the root certificates is above the CA certificate',
    );
  });

  it('roots that have nothing to do with it', async () => {
    const { middle, low } = await three();

    expect(read([low, middle], [await makeCa()])).toBe(
      'none of the root certificates is above the CA certificate',
    );
  });

  it('one certificate that is no CA', async () => {
    const { root, middle, low } = await three({ middle: { isCa: false } });

    expect(read([low, middle, root])).toBe(
      'the certificate is not one of a CA (CA:TRUE, keyCertSign)',
    );
  });

  it('more certificates than anybody has', async () => {
    const ca = await makeCa();

    expect(read(Array.from({ length: 17 }, () => ca))).toBe(
      'there are more than 16 CA certificates',
    );
  });
});

describe('the name constraints of a chain', () => {
  const bound = (...permitted: readonly string[]): CaOptions => ({
    more: [constrained({ permitted })],
  });
  const boundBy = (chain: readonly CaPem[], roots: readonly CaPem[] = []) => {
    const result = readCaChain(chain.map(der), roots.map(der));
    if (!result.ok) return result.error.message;
    return result.value.certificate.nameConstraints.map(({ ca }) => ca);
  };

  it('are those of every CA in it', async () => {
    const all = { low: bound('dns:c'), middle: bound('dns:b'), root: bound('dns:a') };
    const { root, middle, low } = await three(all);

    expect(boundBy([low, middle, root])).toEqual(['CN=low', 'CN=middle', 'CN=root']);
    expect(boundBy([low, middle, root], [root])).toEqual(['CN=low', 'CN=middle', 'CN=root']);
  });

  it('are none where no CA has any', async () => {
    const { root, middle, low } = await three();

    expect(boundBy([low, middle, root])).toEqual([]);
  });

  it('are those of each root beside it that is above it, and of no other', async () => {
    const { root, middle, low } = await three({ root: bound('dns:a') });
    const other = await makeCa({ name: [{ CN: ['other'] }], ...bound('dns:b') });

    expect(boundBy([low, middle], [root, other])).toEqual(['CN=root']);
  });

  const mail = (address: string): CaOptions => ({ name: [{ CN: ['low'] }, { E: [address] }] });
  const alternative = (type: 'dns' | 'ip' | 'url' | 'email', value: string): CaOptions => ({
    more: [new SubjectAlternativeNameExtension([{ type, value }])],
  });

  it.each<readonly [string, CaOptions, CaOptions, CaOptions]>([
    ['an e-mail address in its subject', bound('email:a.b'), mail('ca@a.b'), mail('ca@b.b')],
    ['a DNS name', bound('dns:a.b'), alternative('dns', 'ca.a.b'), alternative('dns', 'ca.b.b')],
    [
      'an IPv6 address',
      bound('ip:fd00::/ffff::'),
      alternative('ip', 'fd00::7'),
      alternative('ip', 'fd01::7'),
    ],
    ['a URI', bound('uri:a.b'), alternative('url', 'a://a.b'), alternative('url', 'a://b.b')],
    [
      'an e-mail address',
      bound('email:a.b'),
      alternative('email', 'ca@a.b'),
      alternative('email', 'ca@b.b'),
    ],
  ])('bind the CAs below: one is refused for %s', async (_what, root, inside, outside) => {
    const kept = await three({ root, low: inside });
    const broken = await three({ root, low: outside });

    expect(boundBy([kept.low, kept.middle, kept.root])).toEqual(['CN=root']);
    expect(boundBy([broken.low, broken.middle, broken.root])).toMatch(
      /^a CA in the chain is out of bounds: .* is outside of the name constraints of the CA "CN=root"/,
    );
  });

  it('do not bind the CA that has them', async () => {
    const low = { ...mail('ca@b.b'), ...bound('email:a.b') };
    const { root, middle, low: lowest } = await three({ low });

    expect(boundBy([lowest, middle, root])).toEqual(['CN=low, emailAddress=ca@b.b']);
  });
});
