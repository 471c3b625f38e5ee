// SPDX-License-Identifier: Apache-2.0
import { rename, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../support/control-plane-processes.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import { proxyPlace, startMeddlingProxy } from '../support/meddling-proxy.js';
import type { Meddling, MeddlingProxy, ProxiedCall } from '../support/meddling-proxy.js';
import type { RunningController } from '../support/running-controller.js';
import { conditionOf, decisionsOf, startCluster } from './cluster.js';
import { developer, developersPolicy, hashOf } from './policies.js';

/** What SIGTERM promises. */
const STOPPED_WITHIN_MS = 5_000;

const cluster = await startCluster();
const admin = { certPem: cluster.plane.adminCertPem, keyPem: cluster.plane.adminKeyPem };
const policy = await developersPolicy(cluster);
const policyFile = await cluster.file('policy.yaml', policy);

const isApproval = ({ method, path }: ProxiedCall): boolean =>
  method === 'PATCH' && path.includes('/approval');

describe('SIGTERM', () => {
  let proxy: MeddlingProxy;
  let throughProxy: string;

  beforeAll(async () => {
    proxy = await startMeddlingProxy(cluster.plane, admin);
    throughProxy = await cluster.kubeconfig('through-proxy', 'none', proxy);
  });

  afterEach(async () => {
    proxy.meddle(() => 'pass');
    await cluster.api.delete(CSR_PATH);
  });

  afterAll(() => proxy.stop());

  /** Asks for a hundred certificates and runs until decisions are on their way, which the server does not get. */
  async function withWritesOnTheirWay(label: string, untilReleased: Promise<void>) {
    const pem = await makeCsr({ cn: 'jane' });
    const names = Array.from({ length: 100 }, (_, index) => `${label}-${index}`);
    for (let first = 0; first < names.length; first += 20) {
      const batch = names.slice(first, first + 20);
      // In batches: a server answers a hundred calls at once with 429.
      await Promise.all(batch.map((name) => cluster.ask(name, { pem, as: developer('jane') })));
    }
    const isOne = (call: ProxiedCall): boolean => isApproval(call) && call.path.includes(label);
    proxy.meddle(async (call): Promise<Meddling> => {
      if (isOne(call)) await untilReleased;
      return 'pass';
    });
    const controller = cluster.run(['--policy-file', policyFile], throughProxy);
    await untilTrue('ten writes are on their way', () => proxy.calls.filter(isOne).length >= 10);
    return { controller, writes: () => proxy.calls.filter(isOne) };
  }

  it('lets the writes that are on their way end, begins no other, and exits with 0', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { controller, writes } = await withWritesOnTheirWay('drained', released);

    const stopping = controller.stop();
    const begun = writes().length;
    release();
    const { code, afterMs } = await stopping;

    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(STOPPED_WITHIN_MS);
    expect(controller.lines().at(-1)?.message).toBe('stopped');
    // Those that the process had begun before the signal reached it; there are 32 at a time.
    expect(writes().length - begun).toBeLessThanOrEqual(32);
    expect(writes().every(({ status }) => status === 200)).toBe(true);
    const { items } = (await cluster.api.get(CSR_PATH)).body;
    const decided = items.filter((object) => decisionsOf(object).length > 0);
    const told = controller.linesOf('certificate request decided').map(({ csr }) => String(csr));
    expect(decided.map(({ metadata }) => metadata.name).toSorted()).toEqual(told.toSorted());
    expect(items.length - decided.length).toBeGreaterThan(50);
  });

  it('ends in time also when the server never answers', async () => {
    const { controller } = await withWritesOnTheirWay('stuck', new Promise(() => {}));

    const { code, afterMs } = await controller.stop();

    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(STOPPED_WITHIN_MS);
    expect(controller.lines().at(-1)?.message).toBe('stopped');
  });

  it('ends at once what has nothing to do', async () => {
    const controller = cluster.run(['--policy-file', policyFile]);
    await controller.line('policy loaded');

    const { code, afterMs } = await controller.stop();

    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(2_000);
    expect(controller.lines().at(-1)?.message).toBe('stopped');
    expect(controller.stderr()).toBe('');
  });
});

describe('a server that is not there', () => {
  it('is tried until it is, and then requests are decided', async () => {
    const [port = 0] = await freePorts(1);
    const place = await proxyPlace(port);
    await cluster.ask('asked-before', { as: developer('jane') });
    const kubeconfig = await cluster.kubeconfig('too-early', 'none', {
      url: `https://127.0.0.1:${port}`,
      caPem: place.caPem,
    });

    const controller = cluster.run(['--policy-file', policyFile], kubeconfig);
    const trouble = await controller.line('watch ended', {
      collection: 'certificatesigningrequests',
    });
    expect(trouble.level).toBe('warn');
    const late = await startMeddlingProxy(cluster.plane, admin, place);

    expect(await cluster.issued('asked-before')).toContain('BEGIN CERTIFICATE');
    expect((await controller.stop()).code).toBe(0);
    await late.stop();
  });
});

describe('a policy that is not there', () => {
  it('lets nothing be decided until it is', async () => {
    const late = await cluster.file('late.yaml', '');
    await rm(late);
    const asked = await cluster.ask('without-policy', { as: developer('jane') });

    const controller = cluster.run(['--policy-file', late]);
    const refused = await controller.line('policy refused');
    expect(refused['problems']).toMatchObject([{ code: 'PolicyNotFound' }]);
    await controller.line('started');
    const { resourceVersion } = (await cluster.csr('without-policy')).metadata;
    expect(resourceVersion).toBe(asked.metadata.resourceVersion);
    await rename(await cluster.file('late.yaml.new', policy), late);

    const decided = await cluster.decided('without-policy');
    expect(conditionOf(decided, 'Approved')?.message).toBe(
      `rule developers, policy ${hashOf(policy)}`,
    );
    await controller.stop();
  });
});

describe('one controller of the two', () => {
  it('approver: approves and signs nothing', async () => {
    const controller = cluster.run(['--policy-file', policyFile, '--controllers', 'approver']);

    await cluster.ask('only-approved', { as: developer('jane') });

    await cluster.decided('only-approved');
    await controller.line('certificate request decided', { csr: 'only-approved' });
    await controller.stop();
    expect((await cluster.csr('only-approved')).status.certificate).toBeUndefined();
  });

  it('signer: signs what a person approves, and approves nothing', async () => {
    const controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
    await controller.line('policy loaded');
    await cluster.ask('first', { as: developer('jane') });
    await cluster.ask('second', { as: developer('jane') });

    await cluster.kubectl(['certificate', 'approve', 'second']);

    expect(await cluster.issued('second')).toContain('BEGIN CERTIFICATE');
    await controller.stop();
    expect((await cluster.csr('first')).status).toEqual({});
  });
});

describe('a controller without the right to approve for a signer', () => {
  const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const signers = {
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: ['kubernetes.io/kube-apiserver-client'],
  };
  const needed = [
    {
      apiGroups: ['certificates.k8s.io'],
      resources: ['certificatesigningrequests'],
      verbs: ['get', 'list', 'watch'],
    },
    {
      apiGroups: ['certificates.k8s.io'],
      resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
      verbs: ['patch'],
    },
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['subjectaccessreviews'],
      verbs: ['create'],
    },
    { ...signers, verbs: ['sign'] },
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['extension-apiserver-authentication'],
      verbs: ['get'],
    },
  ];

  let proxy: MeddlingProxy;
  let controller: RunningController;

  beforeAll(async () => {
    await cluster.create(ROLES, { metadata: { name: 'controller' }, rules: needed });
    await cluster.bind('controller', { kind: 'User', name: 'controller' });
    const identity = await cluster.plane.requestClientCert('controller');
    proxy = await startMeddlingProxy(cluster.plane, identity);
    controller = cluster.run(
      ['--policy-file', policyFile],
      await cluster.kubeconfig('restricted', 'none', proxy),
    );
  });

  afterAll(async () => {
    await controller.stop();
    await proxy.stop();
  });

  it('warns, tries ever more seldom, and decides once it has the right', async () => {
    await cluster.ask('not-permitted', { as: developer('jane') });

    const warning = await controller.line('decision not written', { csr: 'not-permitted' });
    expect(warning).toMatchObject({ level: 'warn', outcome: 'forbidden' });
    const writes = (): readonly ProxiedCall[] =>
      proxy.calls.filter((call) => isApproval(call) && call.path.includes('not-permitted'));
    await untilTrue('it has tried four times', () => writes().length >= 4);
    const [first, , , fourth] = writes();
    // Half of 200, 400 and 800 ms at least: a loop would be there at once.
    expect((fourth?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(700);
    expect(decisionsOf(await cluster.csr('not-permitted'))).toEqual([]);
    expect(controller.linesOf('certificate request decided', { csr: 'not-permitted' })).toEqual([]);

    const rules = [...needed, { ...signers, verbs: ['approve'] }];
    await cluster.api.patch(`${ROLES}/controller`, { rules });

    await cluster.decided('not-permitted');
    await controller.line('certificate request decided', { csr: 'not-permitted' });
    expect(await cluster.issued('not-permitted')).toContain('BEGIN CERTIFICATE');
  });
});
