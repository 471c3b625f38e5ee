// SPDX-License-Identifier: Apache-2.0
// What the real API server takes for a ClusterTrustBundle: Kubernetes' own cases as data (kind ctb-validation), and that
// whatever is published is among it.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { bundleText } from '../../src/authority/trust-bundle.js';
import { trustBundleName } from '../../src/authority/trust-names.js';
import { realClock } from '../../src/cli/clock.js';
import { createTrustBundle, servedTrustBundles } from '../../src/kube/cluster-trust-bundles.js';
import { createConfigMap } from '../../src/kube/config-maps.js';
import { createTransport } from '../../src/kube/transport.js';
import type { SignerName } from '../../src/vocabulary/brands.js';
import { CA_KEYS, type CaKeyKind } from '../support/signing.js';
import { namedCa } from '../support/trust.js';
import { startCluster } from './cluster.js';

interface Bundle {
  readonly signerName: string;
  readonly trustBundle: readonly string[];
}

interface Case extends Bundle {
  readonly name: string;
  readonly suppressBundleParsing?: true;
  readonly old?: Bundle;
  readonly new?: Bundle;
}

interface UpstreamCase {
  readonly id: string;
  readonly kind: string;
  readonly input: Case;
  readonly expect: {
    readonly errors: readonly { readonly field: string; readonly detail: string }[];
  };
}

const file = new URL('../fixtures/upstream-cases.json', import.meta.url);
const cases = (JSON.parse(readFileSync(file, 'utf8')) as readonly UpstreamCase[])
  .filter(({ kind }) => kind === 'ctb-validation')
  // Of an update that changes nothing else; what is not read cannot be created.
  .filter(({ input }) => input.suppressBundleParsing !== true);

const live = { notBeforeMs: Date.now() - 86_400_000, notAfterMs: Date.now() + 86_400_000 };
const [ca1, ca2] = await Promise.all([namedCa('ca1', live), namedCa('ca2', live)]);

const RECIPES: Readonly<Record<string, string>> = {
  ca1: ca1.certificate,
  ca2: ca2.certificate,
  'ca1 in a PEM block of type NOTACERTIFICATE': ca1.certificate.replaceAll(
    'CERTIFICATE',
    'NOTACERTIFICATE',
  ),
  'ca1 again with extra blank/tab lines in the PEM': ca1.certificate.replace(/\n/, '\n\t\n\n'),
};

const textOf = (recipe: readonly string[]): string =>
  recipe
    .map((part) => RECIPES[part] ?? `${/^text:(.*)$/.exec(part)?.[1] ?? 'unknown recipe'}\n`)
    .join('');

const cluster = await startCluster({
  apiServerArgs: [
    '--feature-gates=ClusterTrustBundle=true',
    '--runtime-config=certificates.k8s.io/v1beta1/clustertrustbundles=true',
  ],
});
const { api, plane } = cluster;
const PATH = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles';

const transport = createTransport(
  {
    baseUrl: plane.url,
    caPem: plane.caPem,
    clientCertPem: plane.adminCertPem,
    clientKeyPem: plane.adminKeyPem,
    token: { kind: 'none' },
  },
  { clock: realClock, version: '0.0.0-test' },
);
afterAll(() => transport.close());
const { signal } = new AbortController();
const writer = { transport, fence: { isHeld: () => true }, signal };

const objectOf = (name: string, { signerName, trustBundle }: Bundle): object => ({
  metadata: { name },
  spec: { signerName, trustBundle: textOf(trustBundle) },
});

/** What the server says of the object, or of its change. */
async function answerTo({ name, old, new: next, ...bundle }: Case) {
  const path = `${PATH}/${encodeURIComponent(name)}`;
  if (old === undefined || next === undefined) {
    const created = await api.create(PATH, objectOf(name, bundle));
    await api.delete(path);
    return created;
  }
  await cluster.create(PATH, objectOf(name, old));
  const { spec } = objectOf(name, next) as { spec: object };
  const changed = await api.patch(path, { spec });
  await api.delete(path);
  return changed;
}

describe('the API server reads a ClusterTrustBundle as it is written down', () => {
  it.each(cases.map(({ id, input, expect: expected }) => [id, input, expected.errors] as const))(
    '%s',
    async (_, input, errors) => {
      const { status, text } = await answerTo(input);

      expect([200, 201].includes(status)).toBe(errors.length === 0);
      for (const { field, detail } of errors) {
        expect(text).toContain(field);
        expect(JSON.parse(text)).toMatchObject({
          message: expect.stringContaining(detail) as unknown,
        });
      }
    },
  );
});

describe('what is published', () => {
  it('is served in the version that the server has', async () => {
    expect(await servedTrustBundles(transport, signal)).toEqual({
      kind: 'served',
      version: 'v1beta1',
    });
  });

  it.each([
    'example.com/mesh',
    'kubernetes.io/kubelet-serving',
    `${'a'.repeat(63)}.example/${'b'.repeat(200)}.c-d`,
  ])('is accepted under the name for %s', async (signerName) => {
    const name = trustBundleName(signerName as SignerName);
    const content = { version: 'v1beta1', name, text: ca1.certificate } as const;

    const outcomes = [
      await createTrustBundle(writer, content, signerName),
      await createTrustBundle(writer, content, signerName),
    ];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'conflict']);
  });

  it('is accepted with a CA of every kind of key in it', async () => {
    const cas = await Promise.all(
      (Object.keys(CA_KEYS) as CaKeyKind[]).map((key) => namedCa(key, { key, ...live })),
    );
    const anchors = cas.map(({ anchor: certificate, sha256 }) => ({ certificate, sha256 }));
    const content = {
      version: 'v1beta1',
      name: 'example.com:all:x',
      text: bundleText(anchors),
    } as const;

    expect((await createTrustBundle(writer, content, 'example.com/all')).kind).toBe('written');
  });

  it('cannot be made in a namespace that ends, which is no trouble', async () => {
    await cluster.create('/api/v1/namespaces', { metadata: { name: 'ending' } });
    await api.delete('/api/v1/namespaces/ending');
    const target = { namespace: 'ending', name: 'mesh-trust', key: 'ca.crt', text: 'one' };

    expect(await createConfigMap(writer, target, '')).toEqual({ kind: 'gone' });
  });
});
