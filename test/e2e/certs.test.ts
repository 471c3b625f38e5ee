// SPDX-License-Identifier: Apache-2.0
// csr-approver certs on a real API server: what we signed beside what kube-controller-manager signed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sharedServer } from '../support/control-plane-handle.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { startControllerManager } from '../support/control-plane.js';
import { opensslField, opensslRequest } from '../support/openssl.js';
import { examplesOf } from '../support/readme-examples.js';
import { type LogLine, type Printed, runCommand } from '../support/running-controller.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import { developer, developersPolicy, hashOf } from './policies.js';

const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

/** Envtest's folder has no kube-controller-manager. */
const isThere = existsSync(join(sharedServer().binDir ?? '', 'kube-controller-manager'));
const describeWhereItIs = isThere ? describe : describe.skip;

const cluster = await startCluster();
const policy = await developersPolicy(cluster);
const made = await opensslRequest(cluster.plane.group.folder, '/O=qa/CN=jane');
const logged: { line?: LogLine } = {};

const certsAs = (kubeconfig: string, ...args: string[]): Promise<Printed> =>
  runCommand(['certs', '--kubeconfig', kubeconfig, ...args]);
const certs = (...args: string[]): Promise<Printed> =>
  certsAs(cluster.plane.kubeconfigPath, ...args);

/** Fields that are called as in the line `certificate issued`. */
const AS_LOGGED = 'csr uid signerName requester serial certificateSha256 subject'.split(' ');

/** What differs from run to run. */
const masked = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>').replaceAll(/\b7h\d+m/g, '<left>');

interface Listed {
  readonly total: number;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

const value = async (...args: string[]): Promise<Listed> => {
  const { stdout, stderr } = await certs(...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Listed;
};

const names = async (...args: string[]): Promise<readonly unknown[]> =>
  (await value(...args)).items.map((item) => item['csr']);

beforeAll(async () => {
  const controller = cluster.run(['--policy-file', await cluster.file('policy.yaml', policy)]);
  await cluster.ask('jane-laptop', {
    pem: made.pem,
    as: developer('jane'),
    expirationSeconds: 28_800,
  });
  await cluster.ask('pending', { signerName: 'example.org/nobody' });
  await cluster.issued('jane-laptop');
  logged.line = await controller.line('certificate issued', { csr: 'jane-laptop' });
  await controller.stop();
  if (!isThere) return;
  await startControllerManager(cluster.plane, ['--controllers=csrsigning']);
  await cluster.ask('by-kcm', {
    pem: await makeCsr({ o: ['system:nodes'], cn: 'system:node:worker-1' }),
    as: { user: 'system:node:worker-1', groups: ['system:nodes', 'system:authenticated'] },
    signerName: KUBELET_SIGNER,
  });
  await cluster.kubectl(['certificate', 'approve', 'by-kcm']);
  await cluster.issued('by-kcm', 30_000);
}, 60_000);

describe('certs of a cluster', () => {
  it('tells of our certificate what the log tells', async () => {
    const { items } = await value('--signer', USER_SIGNER);

    const [item] = items;
    expect(items).toHaveLength(1);
    expect(item).toMatchObject({
      ...Object.fromEntries(AS_LOGGED.map((name) => [name, logged.line?.[name]])),
      claimedRule: 'developers',
      claimedPolicyHash: hashOf(policy),
      approvedReason: 'PolicyApproved',
      notBefore: logged.line?.['notBefore'],
      notAfter: logged.line?.['notAfter'],
      expired: false,
    });
  });

  it('names a certificate as the API server names the credential of who logs in with it', async () => {
    const certPem = await cluster.issued('jane-laptop');
    const kubeconfig = await cluster.kubeconfig('jane', { certPem, keyPem: made.keyPem });
    const whoami = await cluster.kubectl(['auth', 'whoami', '-o', 'yaml'], kubeconfig);

    const { items } = await value('--signer', USER_SIGNER);

    expect(whoami.stdout).toContain(`X509SHA256=${String(items[0]?.['certificateSha256'])}\n`);
    expect(await opensslField('-serial', certPem)).toMatch(
      new RegExp(`^serial=0*${String(items[0]?.['serial'])}$`, 'i'),
    );
  });

  it('is a table for people, and says what it cannot know', async () => {
    const { code, stdout, stderr } = await certs('--expires-within', '12h');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 of \d certificates? ending by .*Z\n\nENDS +LEFT +SUBJECT +CSR *\n/);
    expect(stdout).toMatch(/Z {2}7h\d+m {2}O=qa, CN=jane {2}jane-laptop\n/);
    expect(stdout).toContain('  jane asked kubernetes.io/kube-apiserver-client, rule developers\n');
    expect(stderr).toContain('about an hour after it was approved');
  });

  it('says the same of an exported list, also by a pipe', async () => {
    const { stdout: exported } = await cluster.kubectl(['get', 'csr', '-o', 'yaml']);
    const file = await cluster.file('requests.yaml', exported);

    const online = await value();
    const offline = await runCommand(['certs', '-f', file, '-o', 'json']);
    const piped = await runCommand(['certs', '-f', '-', '-o', 'json'], { input: exported });

    expect((JSON.parse(offline.stdout) as Listed).items).toEqual(online.items);
    expect((JSON.parse(piped.stdout) as Listed).items).toEqual(online.items);
  });

  it('ends with 2 and says which right is missing', async () => {
    await cluster.create('/api/v1/namespaces/default/serviceaccounts', {
      metadata: { name: 'stranger' },
    });
    const { stdout: token } = await cluster.kubectl(['create', 'token', 'stranger']);
    const kubeconfig = await cluster.kubeconfig('stranger', { token: token.trim() });

    const { code, stdout, stderr } = await certsAs(kubeconfig);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^ApiUnavailable: .* cannot list resource \\"certificatesigningrequests\\" in API group/,
    );
  });

  it('ends with 2 when nobody answers', async () => {
    const at = { url: 'https://127.0.0.1:1', caPem: cluster.plane.caPem };
    const kubeconfig = await cluster.kubeconfig('nowhere', 'none', at);

    const { code, stdout, stderr } = await certsAs(kubeconfig);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^ApiUnavailable: .*ECONNREFUSED/);
  });
});

describeWhereItIs('certs beside kube-controller-manager', () => {
  it('lists those of kube-controller-manager, too', async () => {
    const { total, items } = await value();

    expect([total, items.map((item) => item['csr'])]).toEqual([2, ['jane-laptop', 'by-kcm']]);
    expect(items[1]).toMatchObject({
      signerName: KUBELET_SIGNER,
      requester: 'system:node:worker-1',
      subject: 'O=system:nodes, CN=system:node:worker-1',
      approvedReason: 'KubectlApprove',
      claimedRule: null,
    });
  });

  it('lists only what ends soon, or what a signer was asked for', async () => {
    expect(await names('--expires-within', '7d')).toEqual(['jane-laptop']);
    expect(await names('--expires-within', '10m')).toEqual([]);
    expect(await names('--signer', KUBELET_SIGNER)).toEqual(['by-kcm']);
  });

  it('answers as docs/audit-log.md shows', async () => {
    const [example] = examplesOf('docs/audit-log.md').filter(({ command }) =>
      command.startsWith('csr-approver certs'),
    );
    const [, ...args] = example?.command.split(' ') ?? [];

    const { stdout } = await runCommand(args, {
      env: { KUBECONFIG: cluster.plane.kubeconfigPath },
    });

    expect(masked(stdout.trimEnd())).toBe(masked(example?.shown.join('\n') ?? ''));
  });
});
