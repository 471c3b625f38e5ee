// SPDX-License-Identifier: Apache-2.0
// What clients are to trust, published by the real controller on a real API server with ClusterTrustBundles: made, kept
// right, united while a CA is exchanged, and dropped by fingerprint.

import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringAt } from '../../src/vocabulary/json.js';
import type { ApiObject } from '../support/api-client.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import type { CaPem } from '../support/signing.js';
import {
  askApproved,
  CA_NAMESPACE,
  caSecrets,
  liveCa,
  secretOf,
  signersPolicy,
} from './ca-secrets.js';
import { startCluster } from './cluster.js';
import { policyConfigMap } from './policy-config-map.js';

const SIGNER = 'example.com/mesh';
const BUNDLES = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles';
const BUNDLE = `${BUNDLES}/example.com:mesh:kube-csr-approver`;
const RECORD = `/api/v1/namespaces/${CA_NAMESPACE}/configmaps/trust-trust`;

const cluster = await startCluster({
  apiServerArgs: [
    '--feature-gates=ClusterTrustBundle=true',
    '--runtime-config=certificates.k8s.io/v1beta1/clustertrustbundles=true',
  ],
});
const { api } = cluster;
const secrets = await caSecrets(cluster);
const policy = await policyConfigMap(cluster, 'trust');

const configMapAt = (namespace: string, name = 'mesh-trust'): string =>
  `/api/v1/namespaces/${namespace}/configmaps/${name}`;

const makeNamespace = (name: string): Promise<unknown> =>
  cluster.create('/api/v1/namespaces', { metadata: { name } });

/** The object at `path`; undefined while it is not there. */
async function at(path: string): Promise<ApiObject | undefined> {
  const { status, body } = await api.get(path);
  return status === 200 ? body : undefined;
}

const sha256Of = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

/** What is in a bundle, as openssl reads it. */
const fingerprintsIn = (text: string | undefined): readonly string[] =>
  [...(text ?? '').matchAll(/-----BEGIN[^]*?-----END CERTIFICATE-----/g)].map(([pem]) =>
    sha256Of(pem),
  );

const keyAt = async (path: string, key = 'ca.crt'): Promise<string | undefined> =>
  (await at(path))?.data?.[key];

const bundleText = async (): Promise<string | undefined> =>
  stringAt((await at(BUNDLE))?.spec, 'trustBundle');

/** Every place where the bundle stands, the record first. */
const everywhere = async (): Promise<readonly (readonly string[])[]> =>
  (
    await Promise.all([
      keyAt(RECORD, 'example.com_mesh'),
      keyAt(configMapAt('shop')),
      keyAt(configMapAt('bank')),
      bundleText(),
    ])
  ).map(fingerprintsIn);

const untilEverywhere = (what: string, wanted: readonly CaPem[]): Promise<void> => {
  const expected = JSON.stringify(wanted.map(({ certificate }) => sha256Of(certificate)));
  return untilTrue(what, async () =>
    (await everywhere()).every((found) => JSON.stringify(found) === expected),
  );
};

const NAMESPACES = ['shop', 'bank', 'later', 'ending'];

function trustPolicy(drop?: readonly string[], namespaces = NAMESPACES): string {
  const document = JSON.parse(signersPolicy({ [SIGNER]: { secret: 'mesh-ca' } })) as {
    signers: Record<string, object>;
  };
  const trust = {
    configMap: { name: 'mesh-trust', namespaces },
    clusterTrustBundle: true,
    ...(drop === undefined ? {} : { drop }),
  };
  document.signers[SIGNER] = { ...document.signers[SIGNER], trust };
  return JSON.stringify(document);
}

let controller: RunningController;
let old: CaPem;
let young: CaPem;

beforeAll(async () => {
  [old, young] = await Promise.all([
    liveCa({ name: [{ CN: ['old'] }] }),
    liveCa({ name: [{ CN: ['young'] }], key: 'RSA 2048' }),
  ]);
  await Promise.all(['shop', 'bank', 'ending'].map(makeNamespace));
  await cluster.create('/api/v1/namespaces/bank/configmaps', {
    metadata: { name: 'mesh-trust', labels: { team: 'bank' } },
    data: { 'ca.crt': 'of somebody', note: 'of the bank' },
    binaryData: { logo: 'AAEC' },
  });
  await cluster.create(`/api/v1/namespaces/${CA_NAMESPACE}/configmaps`, {
    metadata: { name: 'trust-trust' },
  });
  await secrets.put('mesh-ca', secretOf(old));
  await api.delete('/api/v1/namespaces/ending');
  await policy.write({ 'policy.yaml': trustPolicy() });
  controller = cluster.run([
    '--policy-configmap=policies/trust',
    `--namespace=${CA_NAMESPACE}`,
    '--controllers=signer',
  ]);
});
afterAll(() => controller.kill());

describe('the trust of a signer', () => {
  it('stands in every chosen namespace and in a ClusterTrustBundle, and is recorded', async () => {
    await untilEverywhere('published', [old]);

    expect((await at(BUNDLE))?.spec['signerName']).toBe(SIGNER);
    const line = await controller.line('trust published', {
      place: 'configmap shop/mesh-trust key ca.crt',
    });
    expect(line).toMatchObject({
      signerName: SIGNER,
      was: 'new',
      anchors: [{ sha256: sha256Of(old.certificate), subject: 'CN=old' }],
    });
  });

  it('leaves alone what else a ConfigMap holds', async () => {
    const bank = await at(configMapAt('bank'));

    expect(bank?.data).toEqual({ 'ca.crt': old.certificate, note: 'of the bank' });
    expect(bank).toMatchObject({
      binaryData: { logo: 'AAEC' },
      metadata: { labels: { team: 'bank' } },
    });
  });

  it('is recorded before it is published', () => {
    const messages = controller.lines().map(({ message }) => message);

    expect(messages.indexOf('trust recorded')).toBeGreaterThan(0);
    expect(messages.indexOf('trust recorded')).toBeLessThan(messages.indexOf('trust published'));
  });

  it('comes to a namespace as soon as there is one', async () => {
    expect(controller.linesOf('trust not published')).toEqual([]);
    await makeNamespace('later');

    const text = await eventually('published', () => keyAt(configMapAt('later')), 2_000);

    expect(fingerprintsIn(text)).toEqual([sha256Of(old.certificate)]);
  });

  it('comes to a namespace that the policy names later, and stays where it is named no more', async () => {
    await makeNamespace('office');
    await policy.write({ 'policy.yaml': trustPolicy(undefined, ['shop', 'bank', 'office']) });

    const text = await eventually('published', () => keyAt(configMapAt('office')), 2_000);

    expect(fingerprintsIn(text)).toEqual([sha256Of(old.certificate)]);
    await api.patch(configMapAt('later'), { data: { 'ca.crt': 'of somebody' } });
    await policy.write({ 'policy.yaml': trustPolicy() });
    await eventually('right again', async () =>
      (await keyAt(configMapAt('later'))) === old.certificate ? true : undefined,
    );
    expect(await keyAt(configMapAt('office'))).toBe(old.certificate);
  });

  it('is not brought to a namespace that ends', async () => {
    expect((await at('/api/v1/namespaces/ending'))?.status).toMatchObject({ phase: 'Terminating' });
    expect(await at(configMapAt('ending'))).toBeUndefined();
    expect(controller.text()).not.toContain('ending/mesh-trust');
  });
});

describe('what somebody else did to it is undone:', () => {
  const smuggled = liveCa({ name: [{ CN: ['smuggled'] }] });
  const places: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
    'a certificate that was added to the ConfigMap': (text) =>
      api.patch(configMapAt('shop'), { data: { 'ca.crt': text } }),
    'a certificate that was added to the ClusterTrustBundle': (text) =>
      api.patch(BUNDLE, { spec: { trustBundle: text } }),
    'a key that was removed': () => api.patch(configMapAt('bank'), { data: { 'ca.crt': null } }),
    'a key that became binary': () =>
      api.patch(configMapAt('bank'), {
        data: { 'ca.crt': null },
        binaryData: { 'ca.crt': 'AAEC' },
      }),
    'a ConfigMap that was deleted': () => api.delete(configMapAt('shop')),
    'a ClusterTrustBundle that was deleted': () => api.delete(BUNDLE),
  };

  it.each(Object.entries(places))('%s', async (_, change) => {
    const before = controller.linesOf('trust restored').length;
    await change(old.certificate + (await smuggled).certificate);

    await eventually('told', () => controller.linesOf('trust restored').at(before), 5_000);

    await untilEverywhere('restored', [old]);
    expect((await at(configMapAt('bank')))?.data?.['note']).toBe('of the bank');
  });

  it('but not during a pause', async () => {
    const told = new Set(['paused', 'pause ended', 'trust restored']);
    await policy.pause('true');
    await controller.line('paused');
    await api.patch(configMapAt('shop'), { data: { 'ca.crt': 'edited' } });
    await policy.pause(null);

    await untilEverywhere('restored', [old]);

    // The ConfigMap is right a moment before the line that tells it.
    const restored = await eventually('told', () => {
      const messages = controller.lines().map(({ message }) => message);
      const paused = messages.indexOf('paused');
      const later = messages.slice(paused).filter((message) => told.has(message));
      return later.at(-1) === 'trust restored' ? later : undefined;
    });
    expect(restored).toEqual(['paused', 'pause ended', 'trust restored']);
  });

  it('and none of it was ever recorded', async () => {
    expect(controller.text()).not.toContain(sha256Of((await smuggled).certificate));
    expect(controller.linesOf('trust recorded')).toHaveLength(1);
  });
});

describe('while the CA is exchanged', () => {
  let before: string;
  let after: string;

  it('old and new are trusted, the new one before it signs', async () => {
    await askApproved(cluster, 'before', { signerName: SIGNER });
    before = await cluster.issued('before');

    await secrets.put('mesh-ca', secretOf(young));
    await askApproved(cluster, 'after', { signerName: SIGNER });
    await untilTrue('loaded', () => controller.linesOf('CA loaded').length === 2);
    await askApproved(cluster, 'later', { signerName: SIGNER });
    after = await cluster.issued('later');
    await untilEverywhere('both', [young, old]);

    await controller.line('certificate issued', { csr: 'later' });
    const lines = controller.lines();
    const published = lines.findIndex(
      ({ message, anchors }) => message === 'trust published' && (anchors as object[]).length === 2,
    );
    const issued = lines.findIndex(
      ({ message, csr }) => message === 'certificate issued' && csr === 'later',
    );
    expect(published).toBeGreaterThan(0);
    expect(issued).toBeGreaterThan(published);
  });

  it('whoever has read what is published verifies certificates of both', async () => {
    const bundle = await cluster.file('bundle.pem', (await keyAt(configMapAt('shop'))) ?? '');

    expect(await opensslVerify(bundle, 'sslserver', before)).toContain('OK');
    expect(await opensslVerify(bundle, 'sslserver', after)).toContain('OK');
  });

  it('the certificate by which the CA that signs is trusted cannot be dropped', async () => {
    const needed = sha256Of(young.certificate);
    await policy.write({ 'policy.yaml': trustPolicy([needed]) });

    const line = await controller.line('certificate stays trusted');

    expect(line).toMatchObject({ level: 'warn', signerName: SIGNER, needed: [needed] });
    await untilEverywhere('still both', [young, old]);
  });

  it('the old one goes everywhere when it is dropped by its fingerprint', async () => {
    const written = new X509Certificate(old.certificate).fingerprint256;
    await policy.write({ 'policy.yaml': trustPolicy([written]) });

    await untilEverywhere('dropped', [young]);

    const recorded = await eventually('told', () => controller.linesOf('trust recorded').at(2));
    expect(recorded).toMatchObject({
      added: [],
      removed: [{ sha256: sha256Of(old.certificate), why: 'dropped' }],
    });
  });

  it('and stays away after a restart', async () => {
    await controller.stop();
    await api.delete(configMapAt('shop'));
    controller = cluster.run([
      '--policy-configmap=policies/trust',
      `--namespace=${CA_NAMESPACE}`,
      '--controllers=signer',
    ]);

    await untilEverywhere('after the restart', [young]);
    expect(controller.linesOf('trust recorded')).toEqual([]);
  });
});
