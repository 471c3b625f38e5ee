// SPDX-License-Identifier: Apache-2.0
// The fix of docs/runbooks/ca-key-leaked.md, command by command: nobody who reads what is published believes the leaked
// root afterwards. A second signer with the same CA, for which nothing is dropped, shows what it is for.

import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { untilTrue } from '../support/eventually.js';
import { examplesOf } from '../support/readme-examples.js';
import type { RunningController } from '../support/running-controller.js';
import type { CaPem } from '../support/signing.js';
import { liveCa, secretOf } from './ca-secrets.js';
import { startCluster } from './cluster.js';
import { openRunbook } from './runbook.js';

const PAGE = 'docs/runbooks/ca-key-leaked.md';
const NAMESPACE = 'kube-csr-approver';
const POLICY = `${NAMESPACE}-policy`;
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const FIX = ['kubectl ', 'openssl x509 -in old-root.crt'];

const cluster = await startCluster();
const { api } = cluster;
const examples = examplesOf(PAGE).filter(({ command }) =>
  FIX.some((start) => command.startsWith(start)),
);
const { folder, follow, followed } = openRunbook(cluster, examples, () => controller.text());

let controller: RunningController;
let leaked: CaPem;
let fresh: CaPem;

const policyText = (dropped: { readonly drop?: readonly string[] } = {}): string => {
  const signer = (bundle: string) => ({
    ca: { secret: 'mesh-ca' },
    trust: { configMap: { name: bundle, namespaces: ['shop'] } },
    lifetime: { default: '1h', max: '24h' },
    allow: { usages: ['client auth'] },
  });
  const mesh = signer('mesh-trust');
  return JSON.stringify({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    signers: {
      'example.com/mesh': { ...mesh, trust: { ...mesh.trust, ...dropped } },
      'example.com/undropped': signer('undropped-trust'),
    },
  });
};

const bundle = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;

async function published(name = 'mesh-trust'): Promise<readonly string[]> {
  const text = (await api.get(bundle(name))).body.data?.['ca.crt'] ?? '';
  return text.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
}

const rootOf = ({ certificate }: CaPem): string => certificate.trim();

beforeAll(async () => {
  leaked = await liveCa({ name: [{ CN: ['mesh CA'] }] });
  fresh = await liveCa({ name: [{ CN: ['mesh CA 2'] }] });
  for (const name of [NAMESPACE, 'shop']) {
    await cluster.create('/api/v1/namespaces', { metadata: { name } });
  }
  await cluster.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name: 'mesh-ca' },
    stringData: { ...secretOf(leaked), 'ca.crt': leaked.certificate },
  });
  const data = { 'policy.yaml': policyText() };
  await cluster.create(CONFIG_MAPS, { metadata: { name: POLICY }, data });
  for (const name of [`${POLICY}-last-good`, `${POLICY}-trust`]) {
    await cluster.create(CONFIG_MAPS, { metadata: { name } });
  }
  const files = {
    'old-root.crt': leaked.certificate,
    'new-root.crt': fresh.certificate,
    'new.crt': fresh.certificate,
    'new.key': fresh.key,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  controller = cluster.run([
    `--policy-configmap=${NAMESPACE}/${POLICY}`,
    `--namespace=${NAMESPACE}`,
  ]);
  for (const name of ['mesh-trust', 'undropped-trust']) {
    await untilTrue(`${name} is published`, async () => (await published(name)).length === 1);
  }
}, 30_000);

afterAll(() => controller.stop());

describe('the runbook for a leaked CA key', () => {
  it('says rightly that what is edited by hand is undone', async () => {
    await api.patch(bundle('mesh-trust'), { data: { 'ca.crt': fresh.certificate } });
    await controller.line('trust restored');

    expect(await published()).toEqual([rootOf(leaked)]);
  });

  it('pauses, and has the new CA written: nothing is published yet', async () => {
    await follow('kubectl -n kube-csr-approver annotate');
    await controller.line('paused');
    await follow('kubectl -n kube-csr-approver patch secret');
    await untilTrue('the new CA is loaded', () => controller.linesOf('CA loaded').length >= 2);

    expect(await published()).toEqual([rootOf(leaked)]);
  });

  it('has the fingerprint of the leaked root dropped by the policy: nothing is published yet', async () => {
    const printed = await follow('openssl x509 -in old-root.crt');
    const [, fingerprint = ''] = /Fingerprint=(.*)$/m.exec(printed) ?? [];
    const data = { 'policy.yaml': policyText({ drop: [fingerprint] }) };
    await api.patch(`${CONFIG_MAPS}/${POLICY}`, { data });
    await untilTrue('it is in force', () => controller.linesOf('policy loaded').length === 2);

    expect(await published()).toEqual([rootOf(leaked)]);
  });

  it('ends the pause, and the leaked root is believed no more', async () => {
    await follow('kubectl -n kube-csr-approver annotate');
    await untilTrue('the bundle changes', async () => (await published())[0] === rootOf(fresh));
    const printed = await follow('kubectl -n shop get configmap mesh-trust');

    expect(printed).toContain(new X509Certificate(fresh.certificate).fingerprint256);
    expect(await published()).toEqual([rootOf(fresh)]);
    expect(followed()).toBe(examples.length);
  });

  it('needs the drop: without it the leaked root is published for ever', async () => {
    await untilTrue('the new root is published, too', async () => {
      return (await published('undropped-trust')).length === 2;
    });

    expect(await published('undropped-trust')).toEqual(
      expect.arrayContaining([rootOf(leaked), rootOf(fresh)]),
    );
  });
});
