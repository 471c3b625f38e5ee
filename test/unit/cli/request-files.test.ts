// SPDX-License-Identifier: Apache-2.0
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  dropKey,
  keepKubeconfig,
  newKeptKey,
  readKeptKeys,
} from '../../../src/cli/request-files.js';
import type { RequestOrder } from '../../../src/cli/request-order.js';
import { loginKubeconfig } from '../../../src/review/login-kubeconfig.js';
import { janesWish, newKey } from '../../support/logins.js';

let folder = '';
let order: RequestOrder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-files-'));
  order = {
    wish: janesWish,
    commonName: 'jane',
    keyPath: join(folder, 'jane.request.key'),
    kubeconfigPath: join(folder, 'jane.kubeconfig'),
    contextName: 'jane',
    timeoutMs: 1000,
    timeout: '1s',
  };
});
afterEach(() => rm(folder, { recursive: true }));

const textWith = (keyPem: string): string =>
  loginKubeconfig({
    name: 'jane',
    request: 'jane',
    server: { baseUrl: 'https://api.example' },
    certificatePem: 'CERT',
    keyPem,
  });
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the key', () => {
  it('is written for its user alone before anybody hears of it, and found again', async () => {
    const made = await newKeptKey(order);

    expect(await modeOf(order.keyPath)).toBe(0o600);
    const found = await readKeptKeys(order);
    expect(found.ok && found.value.inUse).toBe(undefined);
    expect(found.ok && found.value.pending?.keyPem).toBe(made.ok && made.value.keyPem);
    expect(found.ok && found.value.pending?.requestKey.spki).toEqual(
      made.ok && made.value.requestKey.spki,
    );
  });

  it('never takes the place of a file', async () => {
    await writeFile(order.keyPath, 'mine');

    const made = await newKeptKey(order);

    expect(made).toEqual({ ok: false, error: `FileUnwritable: ${order.keyPath}: EEXIST` });
    expect(await readFile(order.keyPath, 'utf8')).toBe('mine');
  });

  it('is not written through a link', async () => {
    await symlink(join(folder, 'elsewhere'), order.keyPath);

    expect(await newKeptKey(order)).toMatchObject({ ok: false });
    expect(await readdir(folder)).toEqual(['jane.request.key']);
  });

  it.each([
    ['empty', ''],
    ['no key', 'mine'],
    ['cut short', '-----BEGIN PRIVATE KEY-----\nMIGH'],
  ])('is refused where its file is %s', async (_, text) => {
    await writeFile(order.keyPath, text, { mode: 0o600 });

    expect(await readKeptKeys(order)).toEqual({
      ok: false,
      error: `KeyUnusable: ${order.keyPath} holds no private key that can ask; move it away`,
    });
  });

  it.each([0o640, 0o604, 0o660])('is refused where others may know it (%i)', async (mode) => {
    await newKeptKey(order);
    await chmod(order.keyPath, mode);

    expect(await readKeptKeys(order)).toEqual({
      ok: false,
      error: `KeyUnusable: ${order.keyPath} is not yours alone, so others may know this key; move it away`,
    });
  });

  it('goes when there will be no certificate, also when it has gone already', async () => {
    await newKeptKey(order);

    expect(await dropKey(order)).toEqual({ ok: true });
    expect(await dropKey(order)).toEqual({ ok: true });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says which folder is not there', async () => {
    const keyPath = join(folder, 'nowhere', 'jane.request.key');

    expect(await newKeptKey({ ...order, keyPath })).toEqual({
      ok: false,
      error: `FileUnwritable: ${keyPath}: ENOENT`,
    });
  });
});

describe('the kubeconfig', () => {
  it('is written for its user alone, and then holds the key alone', async () => {
    const made = await newKeptKey(order);
    const keyPem = made.ok ? made.value.keyPem : '';

    expect(await keepKubeconfig(order, textWith(keyPem))).toEqual({ ok: true });

    expect(await readdir(folder)).toEqual(['jane.kubeconfig']);
    expect(await modeOf(order.kubeconfigPath)).toBe(0o600);
    const found = await readKeptKeys(order);
    expect(found).toMatchObject({ ok: true, value: { pending: undefined, inUse: { keyPem } } });
  });

  it('is replaced when it is of this request, whoever could read it before', async () => {
    await writeFile(order.kubeconfigPath, textWith(newKey().keyPem));
    await chmod(order.kubeconfigPath, 0o644);
    const next = textWith(newKey().keyPem);

    await keepKubeconfig(order, next);

    expect(await readFile(order.kubeconfigPath, 'utf8')).toBe(next);
    expect(await modeOf(order.kubeconfigPath)).toBe(0o600);
  });

  it("is refused where it is somebody else's", async () => {
    await writeFile(order.kubeconfigPath, 'apiVersion: v1\nkind: Config\n');

    const found = await readKeptKeys(order);

    expect(found).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^FileExists: .*\/jane\.kubeconfig is there already /,
      ) as unknown,
    });
  });

  it('is refused where it cannot be read', async () => {
    await mkdir(order.kubeconfigPath);

    expect(await readKeptKeys(order)).toEqual({
      ok: false,
      error: `FileUnreadable: ${order.kubeconfigPath}: EISDIR`,
    });
  });
});
