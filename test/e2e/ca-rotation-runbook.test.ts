// SPDX-License-Identifier: Apache-2.0
// docs/runbooks/ca-rotation.md, command by command, while a real TLS server renews its certificate all the time and
// clients connect to it all the time: who trusts what was published never fails.

import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { untilTrue } from '../support/eventually.js';
import { opensslRequest } from '../support/openssl.js';
import { examplesOf } from '../support/readme-examples.js';
import type { RunningController } from '../support/running-controller.js';
import { liveCa, secretOf } from './ca-secrets.js';
import { startCluster } from './cluster.js';
import { openRunbook } from './runbook.js';
import {
  type ConnectingClient,
  type RenewingServer,
  type Served,
  startClient,
  startRenewingServer,
} from './tls-life.js';

const PAGE = 'docs/runbooks/ca-rotation.md';
const NAMESPACE = 'kube-csr-approver';
const SIGNER = 'example.com/mesh';
const HOST = 'web.example';
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

const cluster = await startCluster();
const { api } = cluster;
const examples = examplesOf(PAGE);
const { folder, follow, followed } = openRunbook(cluster, examples, () => controller.text());

const policyText = (dropped: { readonly drop?: readonly string[] } = {}): string =>
  JSON.stringify({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    rules: {
      web: {
        match: { signerName: SIGNER, requester: { usernames: ['web'] } },
        subject: { commonName: 'web' },
        sans: { dns: [HOST] },
        usages: ['server auth', 'digital signature'],
      },
    },
    signers: {
      [SIGNER]: {
        ca: { secret: 'mesh-ca' },
        trust: { configMap: { name: 'mesh-trust', namespaces: ['shop'] }, ...dropped },
        lifetime: { default: '1h', max: '24h' },
        allow: {
          subject: { commonName: 'web' },
          sans: { dns: [HOST] },
          usages: ['server auth', 'digital signature'],
        },
      },
    },
  });

const published = async (): Promise<string> =>
  (await api.get('/api/v1/namespaces/shop/configmaps/mesh-trust')).body.data?.['ca.crt'] ?? '';

let asked = 0;
/** A key and a certificate for it, as a workload gets one. */
async function renew(): Promise<Served> {
  asked += 1;
  const name = `web-${asked}`;
  const { pem, keyPem } = await opensslRequest(folder, '/CN=web', [`subjectAltName=DNS:${HOST}`]);
  const usages = ['server auth', 'digital signature'];
  await cluster.ask(name, { pem, signerName: SIGNER, usages, as: { user: 'web' } });
  return { cert: await cluster.issued(name), key: keyPem };
}

let controller: RunningController;
let server: RenewingServer;
/** Reads the bundle before each connection, as a mounted file. */
let following: ConnectingClient;
/** Reads the bundle when the page says that every client must have. */
let slow: ConnectingClient;
let readBySlow = '';
/** Has read it once. */
let forgetful: ConnectingClient;

beforeAll(async () => {
  for (const name of [NAMESPACE, 'shop']) {
    await cluster.create('/api/v1/namespaces', { metadata: { name } });
  }
  const texts = Object.entries(secretOf(await liveCa({ name: [{ CN: ['mesh CA'] }] })));
  await cluster.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name: 'mesh-ca' },
    data: Object.fromEntries(
      texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
  });
  const data = { 'policy.yaml': policyText() };
  await cluster.create(CONFIG_MAPS, { metadata: { name: 'policy' }, data });
  for (const name of ['policy-last-good', 'policy-trust']) {
    await cluster.create(CONFIG_MAPS, { metadata: { name } });
  }
  controller = cluster.run([`--policy-configmap=${NAMESPACE}/policy`]);
  await untilTrue('trust is published', async () => (await published()) !== '');
  server = await startRenewingServer(renew);
  following = startClient(server, HOST, published);
  const first = await published();
  readBySlow = first;
  slow = startClient(server, HOST, async () => readBySlow);
  forgetful = startClient(server, HOST, async () => first);
}, 30_000);

/** Renewals and connections that began after the call. */
async function lifeGoesOn(): Promise<void> {
  const clients = [following, slow, forgetful];
  const before = clients.map((client) => client.attempts());
  const renewals = server.renewals();
  await untilTrue(
    'the server has renewed and the clients have connected',
    () =>
      server.renewals() >= renewals + 3 &&
      clients.every((client, index) => client.attempts() >= (before[index] ?? 0) + 10),
    30_000,
  );
}

describe('the runbook for changing a CA', () => {
  // Before the cluster goes.
  afterAll(async () => {
    await Promise.all([following, slow, forgetful].map((client) => client.stop()));
    await server.stop();
    await controller.stop();
  });

  it('looks what is trusted', async () => {
    expect(await follow('kubectl -n shop get configmap')).toContain('CN = mesh CA');

    await lifeGoesOn();
    expect(server.issuer()).toBe('CN=mesh CA');
  });

  it('makes a CA that can sign', async () => {
    await follow('openssl req -x509');

    expect(new X509Certificate(readFileSync(join(folder, 'new.crt'))).ca).toBe(true);
  });

  it('publishes both roots while the old CA signs', async () => {
    await follow('cat old.crt new.crt > both.crt');
    await follow('kubectl -n shop get configmap');

    await lifeGoesOn();
    expect(server.issuer()).toBe('CN=mesh CA');
  });

  it('lets the new CA sign once every client has read that', async () => {
    readBySlow = await published();

    await follow('kubectl -n kube-csr-approver patch secret');
    await follow('kubectl -n kube-csr-approver logs');

    await untilTrue('the server has renewed', () => server.issuer() === 'CN=mesh CA 2');
    await lifeGoesOn();
    expect(server.issuer()).toBe('CN=mesh CA 2');
  });

  it('shows who still has a certificate of the old CA', async () => {
    const lines = (await follow('OLD=')).trim().split('\n');

    expect(lines.length).toBeGreaterThan(2);
    expect(lines[0]).toMatch(/^web\tCN=web\t\d{4}-/);
  });

  it('drops the old root', async () => {
    const printed = await follow('kubectl -n kube-csr-approver patch secret');
    const [, fingerprint = ''] = /Fingerprint=(.*)$/m.exec(printed) ?? [];
    const data = { 'policy.yaml': policyText({ drop: [fingerprint] }) };
    await api.patch(`${CONFIG_MAPS}/policy`, { data });
    await follow('kubectl -n shop get configmap');

    readBySlow = await published();
    await lifeGoesOn();
    expect(readBySlow.trim()).toBe(readFileSync(join(folder, 'new.crt'), 'utf8').trim());
  });

  it('leaves no copy of the key behind, and has no more commands', async () => {
    await follow('shred');

    expect(existsSync(join(folder, 'new.key'))).toBe(false);
    expect(followed()).toBe(examples.length);
  });

  it('is felt by no client that read what was published', () => {
    expect([following.failures(), slow.failures()]).toEqual([[], []]);
    expect(Math.min(following.attempts(), slow.attempts())).toBeGreaterThan(40);
  });

  it('is felt by a client that did not: the clients of this test do look', () => {
    expect(new Set(forgetful.failures())).toEqual(new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE']));
  });

  it('needs no restart, and no request waits', () => {
    expect(controller.linesOf('started')).toHaveLength(1);
    expect(controller.linesOf('CA not usable')).toEqual([]);
    expect(controller.linesOf('certificate waits to be signed')).toEqual([]);
  });
});
