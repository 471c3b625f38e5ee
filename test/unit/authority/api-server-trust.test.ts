// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { trustTrouble } from '../../../src/authority/api-server-trust.js';
import { readCaChain } from '../../../src/authority/ca-chain.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import { type CaPem, makeCa } from '../../support/signing.js';

const x509 = ({ certificate }: CaPem): X509Certificate => new X509Certificate(certificate);

/** Of a cluster, from its root down; and another root. */
let root: CaPem;
let middle: CaPem;
let low: CaPem;
let other: CaPem;
beforeAll(async () => {
  root = await makeCa({ name: [{ CN: ['root'] }] });
  middle = await makeCa({ name: [{ CN: ['middle'] }], issuer: root });
  low = await makeCa({ name: [{ CN: ['low'] }], issuer: middle });
  other = await makeCa({ name: [{ CN: ['other'] }] });
});

/** What is said of a CA for which `believed` is. */
function troubleOf(
  signerName: string,
  chain: readonly CaPem[],
  believed: { readonly clientCas?: readonly CaPem[]; readonly requestHeaderCas?: readonly CaPem[] },
  roots: readonly CaPem[] = [],
): string | undefined {
  const der = (ca: CaPem): Uint8Array => x509(ca).raw;
  const read = readCaChain(chain.map(der), roots.map(der));
  if (!read.ok) throw new Error(read.error.message);
  const { clientCas = [], requestHeaderCas = [] } = believed;
  return trustTrouble(signerName as SignerName, read.value, {
    clientCas: clientCas.map(x509),
    requestHeaderCas: requestHeaderCas.map(x509),
  })?.code;
}

const MESH = 'example.com/mesh';

describe('a custom signer', () => {
  it('may use a CA that the API server does not believe', () => {
    expect(troubleOf(MESH, [low, middle], { clientCas: [other] })).toBe(undefined);
  });

  it.each<readonly [string, () => string | undefined]>([
    ['is believed', () => troubleOf(MESH, [root], { clientCas: [other, root] })],
    ['is below one that is', () => troubleOf(MESH, [low, middle], { clientCas: [root] })],
    ['is above one that is', () => troubleOf(MESH, [low, middle, root], { clientCas: [middle] })],
    [
      'is below one of its roots that is',
      () => troubleOf(MESH, [low], { clientCas: [root] }, [middle]),
    ],
    [
      'is below several of its roots',
      () => troubleOf(MESH, [low], { clientCas: [root] }, [root, other, middle]),
    ],
  ])('may not use a CA that %s', (_name, trouble) => {
    expect(trouble()).toBe('CaLogsIn');
  });

  it('may have a believed root beside its own, for clients that still trust it', () => {
    expect(troubleOf(MESH, [low, middle], { clientCas: [other] }, [root, other])).toBe(undefined);
  });
});

describe('a CA of request headers', () => {
  it.each([
    MESH,
    'kubernetes.io/kube-apiserver-client',
    'kubernetes.io/kube-apiserver-client-kubelet',
    'kubernetes.io/kubelet-serving',
  ])('signs for nobody, nor does what stands below it: %s', (signerName) => {
    const believed = { requestHeaderCas: [root] };

    expect(troubleOf(signerName, [root], believed)).toBe('CaOfRequestHeader');
    expect(troubleOf(signerName, [low, middle], believed)).toBe('CaOfRequestHeader');
  });

  it('is worse than one of logins', () => {
    const believed = { clientCas: [root], requestHeaderCas: [root] };

    expect(troubleOf(MESH, [root], believed)).toBe('CaOfRequestHeader');
  });
});
