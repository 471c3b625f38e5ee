// SPDX-License-Identifier: Apache-2.0
// The two files of csr-approver request: the key while there is no certificate, and the kubeconfig. Nobody else's is replaced.

import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { errorCode } from '../kube/error-code.js';
import { keyOfLoginKubeconfig } from '../review/login-kubeconfig.js';
import type { KeptKey } from '../review/login-request.js';
import { requestKeyOf } from '../review/request-key.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { RequestOrder } from './request-order.js';

/** Whoever reads these files is the user. */
const MODE = 0o600;

/** What an earlier run has left. */
export interface KeptKeys {
  /** Of a request that has no certificate yet. */
  readonly pending: KeptKey | undefined;
  /** In the kubeconfig. */
  readonly inUse: KeptKey | undefined;
}

/** Reads both; refuses a kubeconfig that this command did not write for this request, before anybody is asked. */
export async function readKeptKeys(order: RequestOrder): Promise<Result<KeptKeys, string>> {
  const { keyPath, kubeconfigPath, wish } = order;
  const keyText = await textOf(keyPath, refuseIfKnown);
  if (!keyText.ok) return keyText;
  const kubeconfig = await textOf(kubeconfigPath);
  if (!kubeconfig.ok) return kubeconfig;
  const pending = keyText.value === undefined ? undefined : keptKey(keyText.value);
  if (keyText.value !== undefined && pending === undefined) {
    return fail(`KeyUnusable: ${keyPath} holds no private key that can ask; move it away`);
  }
  if (kubeconfig.value === undefined) return ok({ pending, inUse: undefined });
  const inUse = keyOfLoginKubeconfig(kubeconfig.value, wish.name);
  if (inUse === undefined) {
    return fail(
      `FileExists: ${kubeconfigPath} is there already and was not written for request ${wish.name}; move it away, or take another --out`,
    );
  }
  return ok({ pending, inUse: keptKey(inUse) });
}

/** Makes a P-256 key and writes it down before anybody is told of it. */
export async function newKeptKey({ keyPath }: RequestOrder): Promise<Result<KeptKey, string>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const requestKey = requestKeyOf(privateKey);
  if (requestKey === undefined) throw new TypeError('P-256 signs nothing');
  const written = await writeNew(keyPath, keyPem);
  return written.ok ? ok({ keyPem, requestKey }) : written;
}

/** Puts the kubeconfig in its place in one step; then the key stands in it and nowhere else. */
export async function keepKubeconfig(
  { kubeconfigPath, keyPath }: RequestOrder,
  text: string,
): Promise<Result<void, string>> {
  const beside = `${kubeconfigPath}.${randomBytes(6).toString('hex')}`;
  const written = await writeNew(beside, text);
  if (!written.ok) return written;
  return attempt(kubeconfigPath, async () => {
    await rename(beside, kubeconfigPath);
    await rm(keyPath, { force: true });
  });
}

/** For a request that will never have a certificate. */
export const dropKey = ({ keyPath }: RequestOrder): Promise<Result<void, string>> =>
  attempt(keyPath, () => rm(keyPath, { force: true }));

function keptKey(keyPem: string): KeptKey | undefined {
  try {
    const requestKey = requestKeyOf(createPrivateKey(keyPem));
    return requestKey === undefined ? undefined : { keyPem, requestKey };
  } catch {
    // Encrypted, cut short, or something else.
    return undefined;
  }
}

const writeNew = (path: string, text: string): Promise<Result<void, string>> =>
  attempt(path, async () => {
    const file = await open(path, 'wx', MODE);
    try {
      await file.writeFile(text);
      // A key that asks for a certificate is there after a power cut, too.
      await file.sync();
    } finally {
      await file.close();
    }
  });

async function attempt(path: string, write: () => Promise<void>): Promise<Result<void, string>> {
  try {
    await write();
    return ok(undefined);
  } catch (error) {
    return fail(`FileUnwritable: ${path}: ${errorCode(error)}`);
  }
}

/** Why a file may not be read on. */
type Check = (file: FileHandle, path: string) => Promise<string | undefined>;

/** In a folder of many, a key that lies ready may be one that its giver knows: the certificate would be theirs, too. */
const refuseIfKnown: Check = async (file, path) => {
  const { uid, mode } = await file.stat();
  if (uid === userInfo().uid && (mode & ~MODE & 0o777) === 0) return undefined;
  return `KeyUnusable: ${path} is not yours alone, so others may know this key; move it away`;
};

/** Undefined where there is no file. */
async function textOf(path: string, check?: Check): Promise<Result<string | undefined, string>> {
  try {
    const file = await open(path);
    try {
      const refusal = await check?.(file, path);
      return refusal === undefined ? ok(await file.readFile('utf8')) : fail(refusal);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? ok(undefined) : fail(`FileUnreadable: ${path}: ${code}`);
  }
}
