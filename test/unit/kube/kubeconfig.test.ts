// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readKubeconfig } from '../../../src/kube/kubeconfig.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-kubeconfig-'));
  await writeFile(join(folder, 'ca.crt'), 'CA FILE');
});
afterAll(() => rm(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const goodCluster = {
  server: 'https://a.example:6443',
  'certificate-authority-data': base64('CA'),
};

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

let files = 0;
async function fileWith(text: string): Promise<string> {
  files += 1;
  const path = join(folder, `config-${files}`);
  await writeFile(path, text);
  return path;
}

const kubeconfig = ({ cluster = goodCluster, user = {}, context = {} }: Parts): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'here', context: { cluster: 'cluster', user: 'user', ...context } }],
  });

const read = async (parts: Parts) =>
  readKubeconfig({ path: await fileWith(kubeconfig(parts)), nowMs: () => 0 });

/** A credential plug-in that is a line of JavaScript; `credential` is an expression. */
const plugin = (credential: string): object => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', `console.log(JSON.stringify({ status: ${credential} }))`],
    interactiveMode: 'Never',
  },
});

describe('a kubeconfig', () => {
  it('gives server, authority and client certificate', async () => {
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };

    expect(await read({ user, context: { namespace: 'team' } })).toEqual({
      ok: true,
      value: {
        baseUrl: 'https://a.example:6443',
        caPem: 'CA',
        clientCertPem: 'CERT',
        clientKeyPem: 'KEY',
        token: { kind: 'none' },
        namespace: 'team',
      },
    });
  });

  it('may name files beside it', async () => {
    const cluster = { server: 'https://a.example', 'certificate-authority': 'ca.crt' };

    expect(await read({ cluster })).toMatchObject({ value: { caPem: 'CA FILE' } });
  });

  it('may give a token', async () => {
    expect(await read({ user: { token: 't' } })).toMatchObject({
      value: { token: { kind: 'static', token: 't' } },
    });
  });

  it('may say which name the server has, or that its certificate is not checked', async () => {
    const cluster = {
      ...goodCluster,
      'tls-server-name': 'b.example',
      'insecure-skip-tls-verify': true,
    };

    expect(await read({ cluster })).toMatchObject({
      value: { serverName: 'b.example', insecureSkipTlsVerify: true },
    });
  });

  it('may be used with another context than its current one', async () => {
    const path = await fileWith(kubeconfig({}).replaceAll('"here"', '"there"'));

    expect(await readKubeconfig({ path, context: 'there', nowMs: () => 0 })).toMatchObject({
      ok: true,
    });
  });
});

describe('a credential plug-in', () => {
  /** A plug-in that counts in a file how often it was asked, and says so in its token. */
  const counting = async (expires: string) => {
    let nowMs = 0;
    const asked = JSON.stringify(await fileWith(''));
    const token = `(fs.appendFileSync(${asked}, 'x'), 't' + fs.readFileSync(${asked}).length)`;
    const user = plugin(`{ token: ${token}, expirationTimestamp: ${expires} }`);
    const path = await fileWith(kubeconfig({ user }));
    const config = await readKubeconfig({ path, nowMs: () => nowMs });
    if (!config.ok || config.value.token.kind !== 'function') throw new Error('no function');
    const moveTo = (ms: number): void => {
      nowMs = ms;
    };
    return { get: config.value.token.get, moveTo };
  };

  it('gives a token, and is asked again each time that the server refused that', async () => {
    const { get } = await counting('undefined');

    expect([await get(false), await get(true), await get(false), await get(true)]).toEqual([
      't1',
      't2',
      't2',
      't3',
    ]);
  });

  it('is asked again, after a moment, when its token has expired', async () => {
    const { get, moveTo } = await counting("'2000-01-01T00:00:00Z'");
    moveTo(9_999);
    const before = await get(false);
    moveTo(10_000);

    expect([before, await get(false)]).toEqual(['t1', 't2']);
  });

  it('is not asked again while its token is good', async () => {
    const { get, moveTo } = await counting("'2100-01-01T00:00:00Z'");
    moveTo(10_000);
    const second = await get(false);
    moveTo(20_000);

    expect(await get(false)).toBe(second);
  });

  it('may give a client certificate', async () => {
    const credential = "{ clientCertificateData: 'CERT', clientKeyData: 'KEY' }";

    expect(await read({ user: plugin(credential) })).toMatchObject({
      value: { clientCertPem: 'CERT', clientKeyPem: 'KEY' },
    });
  });

  it('is told which version of the protocol is spoken', async () => {
    const config = await read({ user: plugin('{ token: process.env.KUBERNETES_EXEC_INFO }') });
    if (!config.ok || config.value.token.kind !== 'function') throw new Error('no function');

    expect(JSON.parse((await config.value.token.get(false)) ?? '')).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false },
    });
  });

  it('that fails is named by file and context; what it wrote is not shown', async () => {
    const config = await read({ user: plugin("process.stderr.write('secret') && nothing") });

    expect(config).toMatchObject({
      ok: false,
      error: {
        code: 'CredentialsUnavailable',
        message: expect.stringContaining('context "here": the credentials cannot be had'),
      },
    });
    expect(JSON.stringify(config)).not.toContain('secret');
  });

  it('that is not installed is told by the code', async () => {
    const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/none' } };

    expect(await read({ user })).toMatchObject({
      error: { message: expect.stringContaining('(ENOENT)') },
    });
  });
});

describe('a kubeconfig that is refused', () => {
  const cases: Readonly<Record<string, readonly [Parts, string, string]>> = {
    'has a context that is not there': [
      { context: { cluster: 'none' } },
      'ContextMissing',
      'no such context',
    ],
    'has a user that is not there': [
      { context: { user: 'none' } },
      'ContextMissing',
      'no such user',
    ],
    'has no URL': [{ cluster: { server: 'a.example' } }, 'KubeconfigInvalid', 'server URL'],
    'has plain http': [
      { cluster: { server: 'http://a.example' } },
      'KubeconfigInvalid',
      'plain http',
    ],
    'goes through a proxy': [
      { cluster: { ...goodCluster, 'proxy-url': 'http://p.example' } },
      'KubeconfigInvalid',
      'proxy-url',
    ],
    'impersonates somebody, which would act with more rights if it were ignored': [
      { user: { as: 'jane', token: 't' } },
      'KubeconfigInvalid',
      'impersonation',
    ],
    'has a password': [
      { user: { username: 'jane', password: 'secret' } },
      'KubeconfigInvalid',
      'basic authentication',
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [parts, code, words]) => {
    const config = await read(parts);

    expect(config).toMatchObject({
      ok: false,
      error: { code, message: expect.stringContaining(words) },
    });
    expect(JSON.stringify(config)).not.toContain('secret');
  });

  it('is not there', async () => {
    const path = join(folder, 'none');

    expect(await readKubeconfig({ path, nowMs: () => 0 })).toEqual({
      ok: false,
      error: { code: 'KubeconfigUnreadable', message: `${path} cannot be read (ENOENT)` },
    });
  });

  it('is no YAML: the line is told, its text is not', async () => {
    const path = await fileWith('users:\n  token: secret: secret\n');
    const config = await readKubeconfig({ path, nowMs: () => 0 });

    expect(config).toEqual({
      ok: false,
      error: { code: 'KubeconfigInvalid', message: `${path}:2 is no kubeconfig` },
    });
  });
});
