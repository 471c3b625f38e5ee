// SPDX-License-Identifier: Apache-2.0
// What helm and kubectl do to an installation, on a real API server: what the controller has, keeps and needs outlives it.
// There is no kubelet; the test carries out the Job as its ServiceAccount.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { freePorts } from '../support/control-plane-processes.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { CHART, type Container, NAMESPACE, RELEASE, ROOT, startHelm } from '../support/helm.js';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.js';
import { opensslField, opensslVerify } from '../support/openssl.js';
import { runCommand, type RunningController } from '../support/running-controller.js';
import { MESH, meshSigner } from './chart-values.js';
import { startCluster } from './cluster.js';

const helm = await startHelm();
const cluster = await startCluster();

const CA = 'mesh-ca';
const IN = `/api/v1/namespaces/${NAMESPACE}`;
const JOB = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${RELEASE}-ca`;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${RELEASE}`;
const POLICY = `${IN}/configmaps/${RELEASE}-policy`;
const LAST_GOOD = `${IN}/configmaps/${RELEASE}-policy-last-good`;

const workloads = {
  match: { signerName: MESH, requester: { groups: ['oidc:dev-team'] } },
  sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/.*/'] },
  usages: ['client auth', 'server auth', 'digital signature'],
  lifetime: { max: '1h' },
};
const values = {
  policy: { rules: { workloads }, signers: { [MESH]: meshSigner } },
  createCAs: { [CA]: { subject: 'CN=mesh CA,O=Example\\, Inc.', lifetime: '365d' } },
};

/** Runs helm on the cluster; throws when it fails. */
async function onCluster(...args: readonly string[]): Promise<void> {
  const place = [`--kubeconfig=${cluster.plane.kubeconfigPath}`, `--namespace=${NAMESPACE}`];
  const { code, stderr } = await helm.run([...args, ...place]);
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`);
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A kubeconfig with the token of that ServiceAccount. */
async function asAccount(name: string): Promise<string> {
  const token = (await kubectl('-n', NAMESPACE, 'create', 'token', name)).trim();
  return cluster.kubeconfig(name, { token });
}

interface Job {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly serviceAccountName: string; readonly containers: Container[] };
    };
  };
}

/** Does what kubelet and job controller do once the Job is there; resolves with what its containers printed. */
async function carryOutJob(): Promise<readonly string[]> {
  const job = await eventually('the Job', async () => {
    const { status, body } = await cluster.api.get(JOB);
    return status === 200 ? (body as unknown as Job) : undefined;
  });
  const { serviceAccountName, containers } = job.spec.template.spec;
  const kubeconfig = await asAccount(serviceAccountName);
  const mayRead = ['auth', 'can-i', 'get', `secrets/${CA}`, '-n', NAMESPACE];
  expect((await cluster.kubectl(mayRead, kubeconfig)).stdout.trim()).toBe('no');
  const printed: string[] = [];
  for (const { args } of containers) {
    const { code, stdout, stderr } = await runCommand([...args, '--kubeconfig', kubeconfig]);
    expect([code, stderr]).toEqual([0, '']);
    printed.push(stdout);
  }
  const now = new Date().toISOString();
  const done = (type: string) => ({ type, status: 'True', lastTransitionTime: now });
  const status = {
    startTime: now,
    completionTime: now,
    succeeded: 1,
    conditions: [done('SuccessCriteriaMet'), done('Complete')],
    uncountedTerminatedPods: {},
  };
  const { status: code, text } = await cluster.api.patch(`${JOB}/status`, { status });
  if (code !== 200) throw new Error(text);
  return printed;
}

/** Installs or upgrades, with the Job carried out; what its containers printed. */
async function release(verb: 'install' | 'upgrade', changed: object): Promise<readonly string[]> {
  const file = await cluster.file(`${verb}.json`, JSON.stringify(changed));
  const [printed] = await Promise.all([carryOutJob(), onCluster(verb, RELEASE, CHART, '-f', file)]);
  return printed;
}

const secretText = async (key: string): Promise<string> => {
  const { body } = await cluster.api.get(`${IN}/secrets/${CA}`);
  return Buffer.from(body.data?.[key] ?? '', 'base64').toString('utf8');
};
const lastGood = async () =>
  (await cluster.api.get(LAST_GOOD)).body.data?.['v1alpha1-1.policy.yaml'];
const policy = async () => (await cluster.api.get(POLICY)).body.data?.['policy.yaml'] ?? '';
const holder = async () => (await cluster.api.get(LEASE)).body.spec['holderIdentity'];
const statusOf = async (path: string) => (await cluster.api.get(path)).status;

async function issueOne(name: string): Promise<string> {
  await cluster.ask(name, {
    pem: await makeCsr({ uri: ['spiffe://cluster.local/ns/shop/sa/web'] }),
    as: { user: 'jane', groups: ['oidc:dev-team'] },
    signerName: MESH,
    usages: ['client auth', 'digital signature'],
    expirationSeconds: 1800,
  });
  return cluster.issued(name);
}

beforeAll(() => kubectl('apply', '-f', join(ROOT, 'deploy/base/namespace.yaml')));

describe('an installation', () => {
  let controller: RunningController;
  let caPem: string;
  let leader: unknown;

  it('makes its CA, once, by an account that can do nothing else', async () => {
    const [printed] = await release('install', values);
    caPem = await secretText('tls.crt');

    expect(printed).toMatch(
      /^Secret kube-csr-approver\/mesh-ca made: valid until \d{4}-\d\d-\d\d, SHA-256 fingerprint [0-9a-f]{64}\n$/,
    );
    expect(await opensslField('-subject', caPem)).toContain('CN=mesh CA,O=Example\\, Inc.');
    expect(await statusOf(JOB)).toBe(404);
    expect(await statusOf(`${IN}/serviceaccounts/${RELEASE}-ca`)).toBe(404);
    expect(
      await statusOf(
        `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${RELEASE}-ca`,
      ),
    ).toBe(404);
  });

  it('signs with it', async () => {
    controller = cluster.run(
      [
        `--policy-configmap=${NAMESPACE}/${RELEASE}-policy`,
        '--leader-elect=true',
        `--lease=${RELEASE}`,
      ],
      await asAccount(RELEASE),
    );

    const certificate = await issueOne('installed');

    const caFile = await cluster.file('ca.crt', caPem);
    expect(await opensslVerify(caFile, 'sslclient', certificate)).toContain('OK');
    await controller.line('last good policy kept');
    expect(await lastGood()).toBe(await policy());
    leader = await holder();
    expect(leader).toMatch(/_/);
  });

  it('keeps CA, leader and what was decided when it is upgraded; the new policy is in force at once', async () => {
    const before = await lastGood();
    const rules = { workloads: { ...workloads, lifetime: { max: '2h' } } };

    const [printed] = await release('upgrade', { ...values, policy: { ...values.policy, rules } });

    expect(printed).toBe(`Secret ${NAMESPACE}/${CA} is there already; nothing was changed\n`);
    await eventually('the new policy is kept', async () =>
      (await lastGood()) === before ? undefined : true,
    );
    expect(parse((await lastGood()) ?? '')).toMatchObject({ rules });
    expect(await secretText('tls.crt')).toBe(caPem);
    expect(await holder()).toBe(leader);
    expect(controller.linesOf('not leading any more')).toEqual([]);
    await issueOne('upgraded');
  });

  it('goes back to the policy before when it is rolled back', async () => {
    await onCluster('rollback', RELEASE, '1');

    await eventually('the old policy is kept', async () =>
      (await lastGood())?.includes('max: 1h') ? true : undefined,
    );
    expect(await lastGood()).toBe(await policy());
    expect(await secretText('tls.crt')).toBe(caPem);
    expect(await holder()).toBe(leader);
    await issueOne('rolled-back');
  });

  it('leaves CA and last good policy behind when it is uninstalled, and no rights', async () => {
    const kept = await lastGood();
    await controller.stop();

    await onCluster('uninstall', RELEASE);

    expect(await lastGood()).toBe(kept);
    expect(await secretText('tls.crt')).toBe(caPem);
    expect(await holder()).toBe('');
    expect(await statusOf(POLICY)).toBe(404);
    for (const plural of ['clusterroles', 'clusterrolebindings']) {
      const { body } = await cluster.api.get(`/apis/rbac.authorization.k8s.io/v1/${plural}`);
      const ours = body.items.filter(({ metadata }) => metadata.name.startsWith(RELEASE));
      expect(ours).toEqual([]);
    }
  });

  it('finds both again when it comes back', async () => {
    const kept = await lastGood();

    const [printed] = await release('install', values);

    expect(printed).toContain('nothing was changed');
    expect(await secretText('tls.crt')).toBe(caPem);
    expect(await lastGood()).toBe(kept);
    await onCluster('uninstall', RELEASE);
    await kubectl('-n', NAMESPACE, 'delete', 'configmap', `${RELEASE}-policy-last-good`);
  });
});

it('kubectl apply of the manifests keeps the last good policy', async () => {
  const base = join(ROOT, 'deploy/base');
  const data = { 'v1alpha1-1.policy.yaml': 'what the controller has written' };
  await kubectl('apply', '-k', base);
  await cluster.api.patch(LAST_GOOD, { data });

  await kubectl('apply', '-k', base);

  expect((await cluster.api.get(LAST_GOOD)).body.data).toEqual(data);
});

describe('with an API server that hardly answers', () => {
  const ANSWERS_AFTER_MS = 1_000;
  const LOOKED_AT_MS = 5_000;

  let proxy: MeddlingProxy;
  beforeEach(async () => {
    const { adminCertPem: certPem, adminKeyPem: keyPem } = cluster.plane;
    proxy = await startMeddlingProxy(cluster.plane, { certPem, keyPem });
  });
  afterEach(() => proxy.stop());

  /** Starts the controller; asks as the kubelet does until `isEnough` says so of what /readyz answers. */
  async function probe(isEnough: (ready: number, sinceMs: number) => boolean): Promise<number> {
    const [port = 0] = await freePorts(1);
    const controller = cluster.run(
      [
        `--policy-configmap=${NAMESPACE}/${RELEASE}-policy`,
        '--leader-elect=true',
        `--health-addr=127.0.0.1:${port}`,
      ],
      await cluster.kubeconfig('slow', 'none', proxy),
    );
    await controller.line('started');
    const startedMs = performance.now();
    let slowestMs = 0;
    await untilTrue(
      'enough was seen',
      async () => {
        const askedMs = performance.now();
        const live = await eventually('an answer', () =>
          fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined),
        );
        slowestMs = Math.max(slowestMs, performance.now() - askedMs);
        expect(live.status).toBe(200);
        const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
        return isEnough(ready.status, performance.now() - startedMs);
      },
      20_000,
    );
    await controller.kill();
    return slowestMs;
  }

  const patience = async (): Promise<number> => {
    const { livenessProbe, startupProbe } = (await helm.render({})).container();
    expect([livenessProbe.httpGet.path, startupProbe.httpGet.path]).toEqual(['/livez', '/livez']);
    return Math.min(livenessProbe.timeoutSeconds, startupProbe.timeoutSeconds) * 1000;
  };

  it('the controller gets ready late, and would not be restarted meanwhile', async () => {
    proxy.meddle(() => delay(ANSWERS_AFTER_MS, 'pass'));

    const slowestMs = await probe((ready) => ready === 200);

    expect(slowestMs).toBeLessThan(await patience());
  }, 30_000);

  it('and never does, it is alive and waits', async () => {
    proxy.meddle(() => delay(LOOKED_AT_MS * 4, 'cut', { ref: false }));
    const answers = new Set<number>();

    const slowestMs = await probe((ready, sinceMs) => {
      answers.add(ready);
      return sinceMs > LOOKED_AT_MS;
    });

    expect(slowestMs).toBeLessThan(await patience());
    expect(answers.has(200)).toBe(false);
  });
});

describe('csr-approver ca create', () => {
  const create = (...args: readonly string[]) =>
    runCommand(['ca', 'create', '--kubeconfig', cluster.plane.kubeconfigPath, ...args]);
  const made = ['--secret=by-hand', `--namespace=${NAMESPACE}`];

  it('makes a CA that carries the name of its Secret', async () => {
    const { code, stderr } = await create(...made, '--key=rsa-3072');

    const { body } = await cluster.api.get(`${IN}/secrets/by-hand`);
    expect([code, stderr]).toEqual([0, '']);
    expect(body).toMatchObject({ type: 'kubernetes.io/tls' });
    const certificate = Buffer.from(body.data?.['tls.crt'] ?? '', 'base64').toString('utf8');
    expect(await opensslField('-subject', certificate)).toContain('CN=by-hand');
  });

  it('never replaces what is there', async () => {
    const before = (await cluster.api.get(`${IN}/secrets/by-hand`)).text;

    const { code, stdout, stderr } = await create(...made);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`Secret ${NAMESPACE}/by-hand is there already; nothing was changed\n`);
    expect((await cluster.api.get(`${IN}/secrets/by-hand`)).text).toBe(before);
  });

  const misunderstood: Readonly<Record<string, { args: readonly string[]; says: string }>> = {
    'no Secret': { args: [], says: 'UsageError: --secret NAME is missing' },
    'another key': { args: [...made, '--key=dsa'], says: '"dsa" is not one of ecdsa-p256' },
    'a life of an hour': { args: [...made, '--lifetime=1h'], says: 'no duration of 1d or more' },
    'a name of nothing': { args: [...made, '--subject=O=Example'], says: 'has 0 common names' },
    'a namespace that there is not': {
      args: ['--secret=by-hand', '--namespace=nowhere'],
      says: 'ApiError: Secret nowhere/by-hand could not be made: namespaces \\"nowhere\\" not found',
    },
  };

  it.each(Object.entries(misunderstood))(
    'says what is wrong with %s',
    async (_, { args, says }) => {
      const { code, stdout, stderr } = await create(...args);

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(says);
    },
  );
});
