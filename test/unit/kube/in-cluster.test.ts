// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readInClusterConfig } from '../../../src/kube/in-cluster.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kube-csr-approver-pod-'));
});
afterAll(() => rm(root, { recursive: true }));

const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
const mounted = { 'ca.crt': 'CA\n', token: 'TOKEN\n', namespace: 'kube-system\n' };

async function folderWith(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

describe('the configuration of a pod', () => {
  it('is made of its environment and its service account', async () => {
    const folder = await folderWith('all', mounted);

    expect(await readInClusterConfig({ env, folder })).toEqual({
      ok: true,
      value: {
        baseUrl: 'https://10.0.0.1:443',
        caPem: 'CA\n',
        token: { kind: 'file', path: join(folder, 'token') },
        namespace: 'kube-system',
      },
    });
  });

  it('has an IPv6 address in brackets', async () => {
    const folder = await folderWith('ipv6', mounted);
    const config = await readInClusterConfig({
      env: { ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' },
      folder,
    });

    expect(config).toMatchObject({ value: { baseUrl: 'https://[fd00::1]:443' } });
  });

  it('may lack the namespace', async () => {
    const folder = await folderWith('no-namespace', { 'ca.crt': 'CA', token: 'TOKEN' });
    const config = await readInClusterConfig({ env, folder });

    expect(config.ok && config.value.namespace).toBeUndefined();
  });

  it.each(['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'])('needs %s', async (variable) => {
    const config = await readInClusterConfig({ env: { ...env, [variable]: '' }, folder: root });

    expect(config).toMatchObject({ ok: false, error: { code: 'NotInCluster' } });
  });

  it.each(['ca.crt', 'token'])('says that %s is missing', async (file) => {
    const { [file]: _, ...others } = mounted as Record<string, string>;
    const folder = await folderWith(`no-${file}`, others);

    expect(await readInClusterConfig({ env, folder })).toEqual({
      ok: false,
      error: {
        code: 'ServiceAccountFileUnreadable',
        message: `${join(folder, file)} cannot be read (ENOENT)`,
      },
    });
  });

  it('says that a file is empty', async () => {
    const folder = await folderWith('empty', { ...mounted, token: '\n' });

    expect(await readInClusterConfig({ env, folder })).toMatchObject({
      error: { message: `${join(folder, 'token')} is empty` },
    });
  });
});
