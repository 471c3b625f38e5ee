// SPDX-License-Identifier: Apache-2.0
// A person gets a certificate with one command: csr-approver request, decided and signed by csr-approver run.

import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CLIENT_AUTH, issueCertificate } from '../support/control-plane-certificates.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import { startMeddlingProxy } from '../support/meddling-proxy.js';
import { examplesOf, firstMissing } from '../support/readme-examples.js';
import { BUNDLE, runProgram, type RunningController } from '../support/running-controller.js';
import { certificateOf, USER_SIGNER } from './cluster.js';
import { developersPolicy, hashOf } from './policies.js';
import { usersOfACluster } from './request-users.js';

const users = await usersOfACluster();
const { cluster, folder, request, begin } = users;
const policy = await developersPolicy(cluster);
const WAITING = 'waits to be approved';

let controller: RunningController;

beforeAll(async () => {
  const policyFile = await cluster.file('policy.yaml', policy);
  controller = cluster.run(['--policy-file', policyFile]);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
  await rm(folder, { recursive: true });
});

const inFolder = (name: string): string => join(folder, name);
const filesOf = async (name: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((file) => file.startsWith(`${name}.`)).sort();
const modeOf = async (name: string): Promise<string> =>
  ((await stat(inFolder(name))).mode & 0o777).toString(8);

interface User {
  readonly 'client-certificate-data': string;
  readonly 'client-key-data': string;
}

/** Certificate and key that stand in a kubeconfig. */
async function loginOf(name: string): Promise<{ certificate: string; key: string }> {
  const config = parse(await readFile(inFolder(`${name}.kubeconfig`), 'utf8')) as {
    users: { user: User }[];
  };
  const user = config.users[0]?.user;
  const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString('utf8');
  return {
    certificate: text(user?.['client-certificate-data']),
    key: text(user?.['client-key-data']),
  };
}

const whoami = async (name: string): Promise<unknown> => {
  const args = ['auth', 'whoami', '-o', 'json'];
  const { stdout } = await cluster.kubectl(args, inFolder(`${name}.kubeconfig`));
  return (JSON.parse(stdout) as { status: { userInfo: unknown } }).status.userInfo;
};

const publicPem = (keyPem: string): string =>
  createPublicKey(keyPem).export({ type: 'spki', format: 'pem' }).toString();
const certificateKeyPem = (pem: string): string =>
  new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('a developer whom the policy allows it', () => {
  it('has a kubeconfig that logs in, from one command', async () => {
    const { code, stdout, stderr } = await request('jane', 'jane', '--group', 'qa');

    const path = inFolder('jane.kubeconfig');
    expect(stderr).toBe(
      [
        `request jane asks ${USER_SIGNER} for CN=jane, O=qa, 28800 seconds (8h); its key is in ${inFolder('jane.request.key')}`,
        ...stderr.split('\n').filter((line) => line.startsWith('request jane waits ')),
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^request jane is issued: CN=jane, O=qa, valid until 20\d\d-\d\d-\d\d \d\d:\d\d UTC\n/,
    );
    expect(stdout).toContain(`\n${path} is written; use it:\n`);
    expect(stdout).toContain(`\n  kubectl --kubeconfig ${path} auth whoami\n`);
    expect(await filesOf('jane')).toEqual(['jane.kubeconfig']);
    expect(await modeOf('jane.kubeconfig')).toBe('600');
    expect(await whoami('jane')).toMatchObject({
      username: 'jane',
      groups: ['qa', 'system:authenticated'],
    });
  });

  it('may say it again, and gets the same certificate', async () => {
    const before = await loginOf('jane');
    await cluster.kubectl(
      ['config', 'set-context', '--current', '--namespace=shop'],
      inFolder('jane.kubeconfig'),
    );

    const { code, stderr } = await request('jane', 'jane', '--group', 'qa');

    expect([code, stderr]).toEqual([
      0,
      'request jane is there already, made with the key that is here\n',
    ]);
    expect(await loginOf('jane')).toEqual(before);
  });

  it('gets a new certificate with a new key once Kubernetes has deleted the request', async () => {
    const before = await loginOf('jane');
    await cluster.api.delete(`${CSR_PATH}/jane`);

    const { code } = await request('jane', 'jane');

    expect(code).toBe(0);
    const after = await loginOf('jane');
    expect(after.key).not.toBe(before.key);
    expect(await whoami('jane')).toMatchObject({ groups: ['system:authenticated'] });
  });

  it('has a context of another name, and an answer for programs', async () => {
    const args = ['jane-2', '--new-context', 'work', '--lifetime', '1h', '-o', 'json'];

    const { code, stdout } = await request('jane', ...args);

    const answer = JSON.parse(stdout) as { notBefore: string; notAfter: string };
    expect(code).toBe(0);
    expect(answer).toEqual({
      state: 'issued',
      csr: 'jane-2',
      signerName: USER_SIGNER,
      commonName: 'jane',
      organizations: [],
      serial: expect.stringMatching(/^[0-9a-f]+$/) as unknown,
      notBefore: expect.any(String) as unknown,
      notAfter: expect.any(String) as unknown,
      kubeconfig: inFolder('jane-2.kubeconfig'),
      context: 'work',
    });
    const leftMs = Date.parse(answer.notAfter) - Date.now();
    expect(Math.abs(leftMs - 3_600_000)).toBeLessThan(60_000);
    const shown = await cluster.kubectl(
      ['config', 'current-context'],
      inFolder('jane-2.kubeconfig'),
    );
    expect(shown.stdout).toBe('work\n');
  });

  it('may log in by a credential plug-in', async () => {
    const status = { token: users.tokenOf('jane') };
    const plugin = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'echo',
      args: [
        JSON.stringify({
          apiVersion: 'client.authentication.k8s.io/v1',
          kind: 'ExecCredential',
          status,
        }),
      ],
      interactiveMode: 'Never',
    };
    const config = parse(await readFile(users.kubeconfigOf('jane'), 'utf8')) as object;
    const path = await cluster.file(
      'plug-in.kubeconfig',
      JSON.stringify({ ...config, users: [{ name: 'e2e', user: { exec: plugin } }] }),
    );

    const { code } = await request('jane', 'jane-3', '--kubeconfig', path);

    expect(code).toBe(0);
    expect(await readFile(inFolder('jane-3.kubeconfig'), 'utf8')).not.toContain('exec');
    expect(await whoami('jane-3')).toMatchObject({ username: 'jane' });
  });
});

describe('a request that is refused', () => {
  it('ends with 1, says the code and what is allowed, and leaves no file', async () => {
    const { code, stdout } = await request('jane', 'admin', '--user', 'admin');

    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        'request admin was denied: CommonNameNotAllowed',
        `  common name "admin" is not allowed (allowed: {requester.username} ("jane")). This request is final; correct it and create a new one. [rule developers, policy ${hashOf(policy)}]`,
        '',
      ].join('\n'),
    );
    expect(await filesOf('admin')).toEqual([]);
  });

  it('is told as JSON, too', async () => {
    const { code, stdout } = await request('jane', 'long', '--lifetime', '30d', '-o', 'json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'denied',
      csr: 'long',
      reason: 'LifetimeTooLong',
    });
  });

  it('says so of one that the signer gave up', async () => {
    const running = begin('quinn', 'given-up', '--signer', 'example.com/other');
    await untilTrue('it waits', () => running.stderr().includes(WAITING));
    await cluster.kubectl(['certificate', 'approve', 'given-up']);
    const object = await cluster.csr('given-up');
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'NoCa',
      message: 'out of \u001b[31mink',
    };
    await cluster.api.patch(`${CSR_PATH}/given-up/status`, {
      status: { conditions: [...(object.status.conditions ?? []), failed] },
    });

    const { code, stdout } = await running.ended;

    expect([code, stdout]).toEqual([
      1,
      'request given-up was approved, but its signer gave it up: NoCa\n  out of \\u{1b}[31mink\n',
    ]);
  });
});

describe('a request that waits for a person', () => {
  it('goes on where it was interrupted, with the same key', async () => {
    const running = begin('quinn', 'quinn');
    await untilTrue('it waits', () => running.stderr().includes(WAITING));
    const interrupted = await running.interrupt();

    const keyPath = inFolder('quinn.request.key');
    expect(interrupted).toMatchObject({ code: 2, stdout: '' });
    expect(interrupted.stderr).toContain(
      `\nInterrupted: the same command goes on from here, with the key in ${keyPath}\n`,
    );
    expect(await modeOf('quinn.request.key')).toBe('600');
    const key = await readFile(keyPath, 'utf8');

    await cluster.kubectl(['certificate', 'approve', 'quinn']);
    const { code, stderr } = await request('quinn', 'quinn');

    expect([code, stderr.split('\n')[0]]).toEqual([
      0,
      'request quinn is there already, made with the key that is here',
    ]);
    const login = await loginOf('quinn');
    expect(certificateKeyPem(login.certificate)).toBe(publicPem(key));
    expect(await filesOf('quinn')).toEqual(['quinn.kubeconfig']);
    expect(await whoami('quinn')).toMatchObject({ username: 'quinn' });
  });

  it('is still there when the time is over, and the same command goes on', async () => {
    const { code, stdout, stderr } = await request('quinn', 'slow', '--timeout', '1s');

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('\nTimedOut: request slow still waits to be approved; the same comm');
    expect(await filesOf('slow')).toEqual(['slow.request.key']);

    await cluster.kubectl(['certificate', 'deny', 'slow']);
    const again = await request('quinn', 'slow', '--timeout', '1s');

    expect([again.code, again.stdout]).toEqual([
      1,
      'request slow was denied: KubectlDeny\n  This CSR was denied by kubectl certificate deny.\n',
    ]);
  });

  it('is heard of at once by whoever may watch, and soon by whoever may only get', async () => {
    const [watching, polling] = [begin('quinn', 'watching'), begin('pat', 'polling')];
    await untilTrue('both wait', () =>
      [watching, polling].every(({ stderr }) => stderr().includes(WAITING)),
    );

    await cluster.kubectl(['certificate', 'approve', 'watching', 'polling']);

    expect(await watching.ended).toMatchObject({ code: 0 });
    expect(await polling.ended).toMatchObject({ code: 0 });
    expect(await filesOf('polling')).toEqual(['polling.kubeconfig']);
  });
});

describe('what is there already', () => {
  it("is not taken up when it is somebody else's, and nothing is written", async () => {
    await cluster.ask('taken');

    const { code, stdout, stderr } = await request('jane', 'taken');

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^RequestExists: there is a CertificateSigningRequest taken already \(pending\), with a key that is not here\.\nTake another name, or have it deleted: kubectl delete csr taken\.\n/,
    );
    expect(await filesOf('taken')).toEqual([]);
  });

  it('is not taken up when it asks for something else', async () => {
    const { code, stderr } = await request('jane', 'jane-2', '--group', 'qa', '--lifetime', '1h');

    expect(code).toBe(2);
    expect(stderr).toContain('(issued), which asks for CN=jane, not for CN=jane, O=qa.\n');
  });

  it('is no kubeconfig of this command: it stays as it is, and nothing is asked', async () => {
    await writeFile(inFolder('mine.kubeconfig'), 'apiVersion: v1\nkind: Config\n');

    const { code, stderr } = await request('jane', 'mine');

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^FileExists: \S+mine\.kubeconfig is there already and was not written /,
    );
    expect(await readFile(inFolder('mine.kubeconfig'), 'utf8')).toBe(
      'apiVersion: v1\nkind: Config\n',
    );
    expect((await cluster.api.get(`${CSR_PATH}/mine`)).status).toBe(404);
  });
});

describe('trouble', () => {
  it('is told to whoever may not ask, with the role that it takes', async () => {
    const { code, stderr } = await request('eve', 'eve');

    expect(code).toBe(2);
    expect(stderr).toMatch(/^Forbidden: .*cannot get resource \\"certificatesigningrequests\\"/);
    expect(stderr).toContain('ClusterRole kube-csr-approver-requester of the chart.\n');
    expect(await filesOf('eve')).toEqual([]);
  });

  it('is an answer that was lost: the same command finds what was asked for', async () => {
    const quinn = await issueCertificate(cluster.plane.clientCa, {
      subject: [{ O: ['testers'] }, { CN: ['quinn'] }],
      extendedKeyUsages: [CLIENT_AUTH],
    });
    const proxy = await startMeddlingProxy(cluster.plane, quinn);
    proxy.meddle(({ method, path }) =>
      method === 'POST' && path.startsWith(CSR_PATH) ? 'lose' : 'pass',
    );
    const through = ['--kubeconfig', await cluster.kubeconfig('proxied', 'none', proxy)];

    const lost = await request('quinn', 'lost', ...through);

    expect(lost).toMatchObject({ code: 2, stdout: '' });
    expect(lost.stderr).toMatch(/^ApiUnavailable: /);
    expect(await filesOf('lost')).toEqual(['lost.request.key']);

    const running = begin('quinn', 'lost', ...through);
    await untilTrue('it waits', () => running.stderr().includes(WAITING));
    proxy.cutAll();
    await cluster.kubectl(['certificate', 'approve', 'lost']);
    const { code, stderr } = await running.ended;
    await proxy.stop();

    expect([code, stderr.split('\n')[0]]).toEqual([
      0,
      'request lost is there already, made with the key that is here',
    ]);
  });

  it("is another key's certificate, which is never used", async () => {
    const running = begin('quinn', 'swapped', '--signer', 'example.com/other');
    await untilTrue('it waits', () => running.stderr().includes(WAITING));
    await cluster.kubectl(['certificate', 'approve', 'swapped']);
    const others = certificateOf(await cluster.csr('quinn'));
    await cluster.api.patch(`${CSR_PATH}/swapped/status`, {
      status: { certificate: Buffer.from(others).toString('base64') },
    });

    const { code, stdout, stderr } = await running.ended;

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'CertificateRefused: what the server gave for request swapped is not used: it is for another key than the one that was made here\n',
    );
    expect(await filesOf('swapped')).toEqual(['swapped.request.key']);
  });
});

describe('docs/request.md', () => {
  it('tells the truth about every command', async () => {
    const desk = join(folder, 'desk');
    await mkdir(join(desk, 'bin'), { recursive: true });
    const programs = {
      'csr-approver': `exec ${process.execPath} ${BUNDLE} "$@"`,
      kubectl: `exec ${join(cluster.plane.binDir ?? '', 'kubectl')} "$@"`,
    };
    for (const [name, line] of Object.entries(programs)) {
      await writeFile(join(desk, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
    for (const name of ['jane', 'jane-admin']) await cluster.api.delete(`${CSR_PATH}/${name}`);
    const env = {
      NODE_OPTIONS: '',
      HOME: desk,
      KUBECONFIG: users.kubeconfigOf('jane'),
      PATH: `${join(desk, 'bin')}:${process.env['PATH'] ?? ''}`,
    };
    const examples = examplesOf('docs/request.md');

    for (const { command, shown } of examples) {
      const line = `cd '${desk}' && (${command}) 2>&1`;
      const { stdout } = await runProgram('bash', ['-c', line], { env });

      expect([command, firstMissing(shown, stdout), stdout]).toEqual([command, undefined, stdout]);
    }
    expect(examples.length).toBeGreaterThan(2);
  });
});
