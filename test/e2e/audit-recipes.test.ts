// SPDX-License-Identifier: Apache-2.0
// Every question of docs/audit-log.md and of the runbook of a leaked CA key is asked of the log of a real run, and answered
// as the page shows. UPDATE_DOCS=1 writes the answers anew.

import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { describeWithJq } from '../support/jq.js';
import { type Meddling, startMeddlingProxy } from '../support/meddling-proxy.js';
import { opensslRequest } from '../support/openssl.js';
import { examplesOf, projectRoot } from '../support/readme-examples.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import { clientCaFiles, developer, DEVELOPERS } from './policies.js';

const PAGES = ['docs/audit-log.md', 'docs/runbooks/ca-key-leaked.md'];
/** These ask a cluster, not the log; test/support/docs-commands.ts says where they are run. */
const ELSEWHERE = ['kubectl ', 'csr-approver ', 'openssl x509 -in old-root.crt'];
const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const BOOTSTRAPPER = { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] };
const MAY_BOOTSTRAP = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';

/** Where an operator sits with the files of the pages. */
const desk = await mkdtemp(join(tmpdir(), 'kube-csr-approver-audit-'));
const auditPolicy = join(desk, 'audit-policy.yaml');
await writeFile(
  auditPolicy,
  'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n',
);
const cluster = await startCluster({
  apiServerArgs: [
    `--audit-policy-file=${auditPolicy}`,
    `--audit-log-path=${join(desk, 'api-server-audit.log')}`,
    '--audit-log-mode=blocking',
  ],
});
const proxy = await startMeddlingProxy(cluster.plane, {
  certPem: cluster.plane.adminCertPem,
  keyPem: cluster.plane.adminKeyPem,
});
const { folder } = cluster.plane.group;

/** What the requester may ask on the page with it. */
let credentialId = '';

beforeAll(async () => {
  const ca = await clientCaFiles(cluster);
  const policy = await cluster.file(
    'policy.yaml',
    `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match: { signerName: ${USER_SIGNER}, requester: { groups: ['${DEVELOPERS}'] } }
    subject: { commonName: '{requester.username}', organizations: [qa] }
    lifetime: { max: 8h }
  kubelet-client: { preset: kubelet-client }
signers:
  ${USER_SIGNER}: { ca: ${ca} }
  ${KUBELET_SIGNER}: { ca: ${ca} }
`,
  );
  const controller = cluster.run(
    ['--policy-file', policy],
    await cluster.kubeconfig('through-proxy', 'none', proxy),
  );
  await controller.line('policy loaded');
  await cluster.bind(MAY_BOOTSTRAP, { kind: 'Group', name: 'system:bootstrappers' });

  const jane = await opensslRequest(folder, '/O=qa/CN=jane');
  await cluster.ask('jane-laptop', {
    pem: jane.pem,
    as: developer('jane'),
    expirationSeconds: 28_800,
  });
  const certPem = await cluster.issued('jane-laptop');
  const kubeconfig = await cluster.kubeconfig('jane', { certPem, keyPem: jane.keyPem });
  const { stdout } = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], kubeconfig);
  const whoami = JSON.parse(stdout) as {
    status: { userInfo: { extra: Record<string, readonly string[]> } };
  };
  credentialId =
    whoami.status.userInfo.extra['authentication.kubernetes.io/credential-id']?.[0] ?? '';

  await cluster.ask('join-worker-1', {
    pem: await makeCsr({ cn: 'system:node:worker-1', o: ['system:nodes'] }),
    as: BOOTSTRAPPER,
    signerName: KUBELET_SIGNER,
    usages: ['digital signature', 'client auth'],
  });
  await cluster.issued('join-worker-1');

  await cluster.ask('by-hand', { as: { user: 'tom' } });
  await controller.line('certificate request decided', { csr: 'by-hand' });
  await cluster.kubectl(['certificate', 'approve', 'by-hand']);
  await cluster.issued('by-hand');

  await cluster.ask('claimed', { as: { user: 'mallory' } });
  await controller.line('certificate request decided', { csr: 'claimed' });
  const message = 'rule developers, policy 3f9c1a2b';
  const condition = { type: 'Approved', status: 'True', reason: 'PolicyApproved', message };
  await cluster.api.patch(`${CSR_PATH}/claimed/approval`, { status: { conditions: [condition] } });
  await cluster.issued('claimed');

  await cluster.ask('too-much', {
    pem: await makeCsr({ cn: 'jane', o: ['admins'] }),
    as: developer('jane'),
    expirationSeconds: 3600,
  });
  await cluster.decided('too-much');

  let isFirst = true;
  proxy.meddle(async ({ method, path }): Promise<Meddling> => {
    const isWrite = method === 'PATCH' && path.startsWith(`${CSR_PATH}/changed/status`);
    if (!isWrite || !isFirst) return 'pass';
    isFirst = false;
    await cluster.api.patch(`${CSR_PATH}/changed`, { metadata: { labels: { team: 'a' } } });
    return 'pass';
  });
  await cluster.ask('changed', { as: developer('ann'), expirationSeconds: 3600 });
  await cluster.issued('changed');
  await controller.line('certificate issued', { csr: 'changed' });
  await controller.stop();
  await proxy.stop();

  // Somebody who holds the key of the CA makes a certificate, and logs in with it.
  const stolen = await cluster.plane.requestClientCert('somebody', ['system:masters']);
  await cluster.client(stolen).get(CSR_PATH);

  await writeFile(join(desk, 'audit.log'), controller.text());
  await writeFile(join(desk, 'ca.crt'), cluster.plane.clientCa.certPem);
  await copyFile(policy, join(desk, 'policy.yaml'));
}, 60_000);

afterAll(() => rm(desk, { recursive: true }));

/** What differs from run to run: times, serial numbers and other digests. */
const masked = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/\b[0-9a-f]{28,64}\b/g, '<hex>')
    .trimEnd();

/** A page has commands that build on the one before, so the blocks of a page share what they set. */
function answersOf(page: string) {
  const answers: { readonly command: string; readonly shown: string; readonly answer: string }[] =
    [];
  let settings = '';
  for (const { command, shown } of examplesOf(page)) {
    if (ELSEWHERE.some((start) => command.startsWith(start))) continue;
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', settings + command], {
      cwd: desk,
      encoding: 'utf8',
      env: { ...process.env, CREDENTIAL_ID: credentialId },
    });
    if (status !== 0) throw new Error(`${command}\n${stderr}`);
    settings += (command.match(/^[A-Z_]+=.*\n/gm) ?? []).join('');
    answers.push({ command, shown: shown.join('\n'), answer: stdout.trimEnd() });
  }
  return answers;
}

async function update(page: string): Promise<void> {
  const path = join(projectRoot, page);
  let text = await readFile(path, 'utf8');
  for (const { command, shown, answer } of answersOf(page)) {
    const begin = text.indexOf('```text\n', text.indexOf(command)) + '```text\n'.length;
    const end = begin + (shown === '' ? 0 : shown.length + 1);
    text = `${text.slice(0, begin)}${answer}\n${text.slice(end)}`;
  }
  await writeFile(path, text);
}

describeWithJq()('the questions of the documentation', () => {
  it.each(PAGES)('are answered by the log of a run, in %s', async (page) => {
    if (process.env['UPDATE_DOCS'] === '1') await update(page);

    const answers = answersOf(page);

    expect(answers.length).toBeGreaterThan(2);
    for (const { command, shown, answer } of answers) {
      expect(answer).not.toBe('');
      expect([command, masked(answer)]).toEqual([command, masked(shown)]);
    }
  });

  it('are asked with a tab between the answers, whatever a requester chose', () => {
    for (const { answer } of PAGES.flatMap(answersOf)) {
      expect(answer.replaceAll(/[\t\n]/g, '')).not.toMatch(/[\p{C}]/u);
    }
  });
});
