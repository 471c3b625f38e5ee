// SPDX-License-Identifier: Apache-2.0
// CAs in Secrets on the real API server: what is wrong with one makes requests wait and is told; what is mended signs;
// and nothing bad ever takes the place of what is good.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import type { RunningController } from '../support/running-controller.js';
import {
  asCa,
  askApproved,
  CA_NAMESPACE,
  caSecrets,
  liveCa,
  secretOf,
  type SecretTexts,
  signersPolicy,
} from './ca-secrets.js';
import { type GoodCas, TROUBLES } from './ca-secret-troubles.js';
import { conditionOf, startCluster, USER_SIGNER } from './cluster.js';

const WAITS = 'certificate waits to be signed';
const NOT_USABLE = 'CA not usable';
/** The signers that are there for logins. */
const LOGINS = [
  USER_SIGNER,
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
];

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-ca-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const frontProxy = await liveCa({ name: [{ CN: ['front-proxy'] }] });
const frontProxyFile = join(folder, 'front-proxy.crt');
writeFileSync(frontProxyFile, frontProxy.certificate);

const cluster = await startCluster({
  apiServerArgs: [
    `--requestheader-client-ca-file=${frontProxyFile}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ],
});
const secrets = await caSecrets(cluster);
const clientCa = asCa(cluster.plane.clientCa);

const nameOf = (words: string): string => words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const signers = [
  ...TROUBLES.map(([name]) => nameOf(name)),
  'changing',
  'client-ca',
  'below-client-ca',
  'front-proxy',
  'below-front-proxy',
  'ends-soon',
  'cuts',
].map((name) => [`example.com/${name}`, { secret: name }] as const);

let controller: RunningController;
let good: GoodCas;

beforeAll(async () => {
  const root = await liveCa({ name: [{ CN: ['root'] }] });
  good = { root, low: await liveCa({ name: [{ CN: ['low'] }], issuer: root }) };
  const policy = signersPolicy({
    ...Object.fromEntries(signers),
    ...Object.fromEntries(LOGINS.map((name) => [name, { secret: 'logins' }])),
  });
  controller = cluster.run([
    '--policy-file',
    await cluster.file('policy.yaml', policy),
    '--controllers=signer',
    `--namespace=${CA_NAMESPACE}`,
  ]);
  await controller.line('policy loaded');
}, 30_000);

afterAll(() => controller.stop());

/** The issuers of what was published: of the leaf, and of each that follows it. */
async function issuersOf(name: string): Promise<readonly string[]> {
  const chain = await cluster.issued(name);
  return (chain.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem).issuer,
  );
}

let asked = 0;
async function ask(signerName: string): Promise<string> {
  asked += 1;
  const name = `ca-${asked}`;
  await askApproved(cluster, name, { signerName });
  return name;
}

describe('a request waits, and is signed as soon as that is mended, when the Secret of the CA', () => {
  it.each(TROUBLES)('%s', async (words, make, code, message) => {
    const name = nameOf(words);
    const secret = await make(good);
    if (secret !== undefined) await secrets.put(name, secret);

    const request = await ask(`example.com/${name}`);
    const waits = await controller.line(WAITS, { csr: request, reason: code });
    expect(waits['detail']).toContain(message);
    const { detail } = waits;
    const told = await controller.line(NOT_USABLE, { ca: `secret ${name}`, reason: code, detail });
    expect(told.level).toBe('error');
    expect(told).not.toHaveProperty('caKeyId');
    await untilTrue('an Event tells it', async () =>
      (await secrets.events(name)).includes(
        `Warning ${code}: ${String(detail)}; nothing is signed`,
      ),
    );
    expect(conditionOf(await cluster.csr(request), 'Failed')).toBe(undefined);

    await secrets.put(name, secretOf(good.low, good.root));
    expect(await issuersOf(request)).toEqual(['CN=low', 'CN=root']);
    expect(conditionOf(await cluster.csr(request), 'Failed')).toBe(undefined);
  });
});

describe('a Secret that was good', () => {
  const SIGNER = 'example.com/changing';

  beforeAll(async () => {
    await secrets.put('changing', secretOf(good.low, good.root));
    await issuersOf(await ask(SIGNER));
  });

  it.each(TROUBLES)('goes on signing when the new one %s', async (_words, make, code) => {
    const keyId = (await controller.line('CA loaded', { ca: 'secret changing' }))['caKeyId'];
    const before = controller.linesOf(NOT_USABLE, { ca: 'secret changing' }).length;
    const secret = await make(good);

    if (secret === undefined) await secrets.remove('changing');
    else await secrets.put('changing', secret);
    await untilTrue(
      'it is told',
      () => controller.linesOf(NOT_USABLE, { ca: 'secret changing' }).length > before,
    );
    const issuers = await issuersOf(await ask(SIGNER));

    const told = controller.linesOf(NOT_USABLE, { ca: 'secret changing' }).slice(before);
    expect(told).toMatchObject([{ reason: code, caKeyId: keyId }]);
    expect(issuers).toEqual(['CN=low', 'CN=root']);
    await secrets.put('changing', secretOf(good.low, good.root));
  });

  it('is exchanged when the new one is good', async () => {
    const young = await liveCa({ name: [{ CN: ['young'] }] });

    await secrets.put('changing', secretOf(young));
    await untilTrue(
      'it is loaded',
      () => controller.linesOf('CA loaded', { ca: 'secret changing' }).length > 1,
    );

    expect(await issuersOf(await ask(SIGNER))).toEqual(['CN=young']);
  });
});

describe('a CA that the API server believes', () => {
  const own = (): Promise<SecretTexts> => liveCa({ name: [{ CN: ['own'] }] }).then(secretOf);

  it.each<readonly [string, string, () => Promise<SecretTexts>]>([
    ['the client CA', 'client-ca', async () => secretOf(clientCa)],
    [
      'a CA below it',
      'below-client-ca',
      async () => secretOf(await liveCa({ name: [{ CN: ['lower'] }], issuer: clientCa }), clientCa),
    ],
  ])(
    'for logins signs for no custom signer, which signs with its own: %s',
    async (_, name, make) => {
      await secrets.put(name, await make());

      const request = await ask(`example.com/${name}`);
      await controller.line(WAITS, { csr: request, reason: 'CaLogsIn' });
      const signerName = `example.com/${name}`;
      await controller.line(NOT_USABLE, { ca: `secret ${name}`, signerName, reason: 'CaLogsIn' });
      await secrets.put(name, await own());

      expect(await issuersOf(request)).toEqual(['CN=own']);
    },
  );

  it.each<readonly [string, string, () => Promise<SecretTexts>]>([
    ['the request-header CA', 'front-proxy', async () => secretOf(frontProxy)],
    [
      'a CA below it',
      'below-front-proxy',
      async () =>
        secretOf(await liveCa({ name: [{ CN: ['lower'] }], issuer: frontProxy }), frontProxy),
    ],
  ])('for who a user is signs for no custom signer: %s', async (_, name, make) => {
    await secrets.put(name, await make());

    const request = await ask(`example.com/${name}`);
    await controller.line(WAITS, { csr: request, reason: 'CaOfRequestHeader' });
    await secrets.put(name, await own());

    expect(await issuersOf(request)).toEqual(['CN=own']);
  });

  it('for who a user is signs for no signer of logins either, and the client CA does', async () => {
    await secrets.put('logins', secretOf(frontProxy));
    const request = 'login';
    await askApproved(cluster, request, {
      signerName: USER_SIGNER,
      usages: ['client auth', 'digital signature'],
      pem: await makeCsr({ cn: 'jane' }),
    });

    await controller.line(WAITS, { csr: request, reason: 'CaOfRequestHeader' });
    for (const signerName of LOGINS) {
      await controller.line(NOT_USABLE, { signerName, reason: 'CaOfRequestHeader' });
    }
    await secrets.put('logins', secretOf(clientCa));

    expect(await issuersOf(request)).toEqual(['CN=test-client-ca']);
    expect(controller.linesOf(NOT_USABLE, { reason: 'CaLogsIn', ca: 'secret logins' })).toEqual([]);
  });
});

describe('a CA that ends soon signs, and is told when it begins to', () => {
  const DAY_MS = 86_400_000;

  it.each<readonly [string, string, number, RegExp]>([
    ['less than 30 days are left', 'ends-soon', 20 * DAY_MS, /^the CA ends in 19 days, on \S+Z$/],
    [
      'certificates of lifetime.max are cut',
      'cuts',
      DAY_MS / 2,
      /^the CA ends in 0 days, on \S+Z; certificates of lifetime\.max are cut to that$/,
    ],
  ])('because %s', async (_, name, leftMs, words) => {
    const signerName = `example.com/${name}`;
    const life = { notBeforeMs: Date.now() - 365 * DAY_MS, notAfterMs: Date.now() + leftMs };
    await secrets.put(name, secretOf(await liveCa({ name: [{ CN: [name] }], ...life })));

    const told = await controller.line('CA ends soon', { signerName });
    expect(told).toMatchObject({ level: 'warn', ca: `secret ${name}`, reason: 'CaEndsSoon' });
    expect(told['detail']).toMatch(words);
    await untilTrue('an Event tells it', async () =>
      (await secrets.events(name)).includes(
        `Warning CaEndsSoon: signer ${signerName}: ${String(told['detail'])}`,
      ),
    );
    const request = await ask(signerName);
    expect(await issuersOf(request)).toEqual([`CN=${name}`]);
    expect(controller.linesOf('CA ends soon', { signerName })).toHaveLength(1);
  });

  it('and no certificate outlives it', async () => {
    await askApproved(cluster, 'day-long', {
      signerName: 'example.com/cuts',
      expirationSeconds: 24 * 3600,
    });
    const { validTo } = new X509Certificate(await cluster.issued('day-long'));

    const told = await controller.line('CA ends soon', { signerName: 'example.com/cuts' });
    expect(new Date(validTo).toISOString()).toBe(told['notAfter']);
  });
});

describe('a controller without the rights to read its CA and which CAs the API server believes', () => {
  const RBAC = '/apis/rbac.authorization.k8s.io/v1';
  /** It looks again every half a minute, and once a minute at most asks the API server. */
  const SEEN_WITHIN_MS = 90_000;
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'signer' }];

  const grant = async (
    namespace: string | undefined,
    rules: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[],
  ): Promise<void> => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    const place = namespace === undefined ? RBAC : `${RBAC}/namespaces/${namespace}`;
    const plural = kind.toLowerCase();
    await cluster.create(`${place}/${plural}s`, { metadata: { name: 'signer' }, rules });
    await cluster.create(`${place}/${plural}bindings`, {
      metadata: { name: 'signer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'signer' },
      subjects,
    });
  };

  it(
    'signs nothing, says why each time, and signs once it may',
    async () => {
      const group = { apiGroups: ['certificates.k8s.io'] };
      await grant(undefined, [
        { ...group, resources: ['certificatesigningrequests'], verbs: ['get', 'list', 'watch'] },
        { ...group, resources: ['certificatesigningrequests/status'], verbs: ['patch'] },
        { ...group, resources: ['signers'], verbs: ['sign'] },
        { apiGroups: ['networking.k8s.io'], resources: ['servicecidrs'], verbs: ['list'] },
      ]);
      await grant('default', [
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get'] },
      ]);
      await secrets.put('restricted', secretOf(good.low, good.root));
      const policy = signersPolicy({ 'example.com/restricted': { secret: 'restricted' } });
      const restricted = cluster.run(
        [
          '--policy-file',
          await cluster.file('restricted.yaml', policy),
          '--controllers=signer',
          `--namespace=${CA_NAMESPACE}`,
        ],
        await cluster.kubeconfig('signer', await cluster.plane.requestClientCert('signer')),
      );

      const request = await ask('example.com/restricted');
      const blind = await restricted.line(WAITS, { csr: request, reason: 'CaUnreadable' });
      expect(blind['detail']).toContain('the Secret restricted cannot be watched');
      await grant(CA_NAMESPACE, [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
      ]);
      const waits = await restricted.line(
        WAITS,
        { csr: request, reason: 'ApiServerTrustUnknown' },
        SEEN_WITHIN_MS,
      );
      expect(waits['detail']).toContain('extension-apiserver-authentication cannot be read');
      await restricted.line(NOT_USABLE, { reason: 'ApiServerTrustUnknown' });
      // It may not write Events either, which stops nothing.
      await restricted.line('the Event about a CA could not be written');
      await grant('kube-system', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]);

      const chain = await cluster.issued(request, SEEN_WITHIN_MS);
      expect(new X509Certificate(chain).issuer).toBe('CN=low');
      await restricted.stop();
    },
    2 * SEEN_WITHIN_MS + 20_000,
  );
});
