// SPDX-License-Identifier: Apache-2.0
// The real kubectl against the small API server: what somebody who plays with the demo does.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureControlPlane } from '../control-plane/build.mjs';
import { serverUnderTest } from '../contract/server-under-test.js';
import { csrObject, makeCsr } from '../support/control-plane-requests.js';

const { api, server, name } = serverUnderTest();
const run = promisify(execFile);

// It builds nothing where there is no Go; then only KUBEBUILDER_ASSETS has a kubectl.
const programs = await ensureControlPlane();
const describeWithKubectl = programs.ok ? describe : describe.skip;

describeWithKubectl('kubectl', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-kubectl-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, KUBECONFIG: server.kubeconfigPath, HOME: folder };
    const binDir = programs.ok ? programs.binDir : '';
    const editor = { KUBE_EDITOR: "sed -i.before -e 's/one/two/'" };
    const { stdout } = await run(join(binDir, 'kubectl'), args, { env: { ...env, ...editor } });
    return stdout;
  };

  const createdBy = async (label: string): Promise<string> => {
    const path = join(folder, `${label}.json`);
    const object = csrObject(await makeCsr({ cn: 'jane' }), {
      name: name(label),
      expirationSeconds: 86_400,
    });
    await writeFile(path, JSON.stringify(object));
    await kubectl('create', '-f', path);
    return name(label);
  };

  it('create -f and get csr show a request as the real server does (API-30)', async () => {
    const csr = await createdBy('shown');

    const [head = '', row = ''] = (await kubectl('get', 'csr', csr)).split('\n');

    expect(head.split(/\s+/)).toEqual(
      'NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION'.split(' '),
    );
    expect(row).toMatch(/\d+s +example\.com\/contract +admin +24h +Pending/);
  });

  it('certificate approve and deny decide, and a denial after an approval is refused', async () => {
    const [approved, denied] = [await createdBy('approved'), await createdBy('denied')];

    await kubectl('certificate', 'approve', approved);
    await kubectl('certificate', 'deny', denied);

    expect(await kubectl('get', 'csr', approved, denied)).toMatch(/Approved\n.*Denied\n/);
    await expect(kubectl('certificate', 'deny', approved)).rejects.toThrow('already Approved');
  });

  it('get csr -w shows what happens', async () => {
    const csr = await createdBy('watched');
    const watching = kubectl('get', 'csr', csr, '-w', '--request-timeout=3s').catch(
      (error: { readonly stdout?: string }) => error.stdout ?? '',
    );
    // Until kubectl has begun to watch, the change would be part of its first list.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await kubectl('certificate', 'approve', csr);

    expect(await watching).toMatch(/Pending\n.*Approved\n/);
  });

  it('get -o yaml and describe show the whole request', async () => {
    const csr = await createdBy('described');

    expect(await kubectl('get', 'csr', csr, '-o', 'yaml')).toContain('expirationSeconds: 86400');
    const description = await kubectl('describe', 'csr', csr);
    expect(description).toMatch(/Requesting User: +admin/);
    expect(description).toMatch(/Common Name: +jane/);
  });

  it('delete csr deletes it', async () => {
    const csr = await createdBy('deleted');

    await kubectl('delete', 'csr', csr);

    expect(await kubectl('get', 'csr', csr, '--ignore-not-found')).toBe('');
  });

  it('create -f refuses an unknown field', async () => {
    const path = join(folder, 'unknown.json');
    const object = csrObject(await makeCsr({ cn: 'jane' }), { name: name('unknown') });
    await writeFile(path, JSON.stringify({ ...object, isCA: true }));

    await expect(kubectl('create', '-f', path)).rejects.toThrow('unknown field "isCA"');
  });

  it('create, get and edit configmap change it', async () => {
    const policy = name('policy');
    await kubectl('create', 'configmap', policy, '--from-literal=policy.yaml=one');

    await kubectl('edit', 'configmap', policy);

    expect(await kubectl('get', 'configmap', policy, '-o', 'yaml')).toContain('policy.yaml: two');
  });

  it('get events shows Events of both APIs', async () => {
    await api.create('/apis/events.k8s.io/v1/namespaces/default/events', {
      metadata: { name: name('event') },
      eventTime: '2026-01-02T03:04:05.000006Z',
      type: 'Normal',
      reason: 'ReviewRequired',
      action: 'Review',
      note: 'somebody should look',
      reportingController: 'example.com/contract',
      reportingInstance: 'contract-0',
      regarding: { kind: 'CertificateSigningRequest', name: 'jane' },
    });

    expect(await kubectl('get', 'events')).toMatch(
      /Normal +ReviewRequired +certificatesigningrequest\/jane +somebody should look/,
    );
  });

  it('auth can-i and auth whoami are answered', async () => {
    expect(await kubectl('auth', 'whoami')).toMatch(/Username +admin/);
    expect(await kubectl('auth', 'can-i', 'approve', 'signers.certificates.k8s.io')).toBe('yes\n');
  });
});
