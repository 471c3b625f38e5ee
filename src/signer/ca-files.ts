// SPDX-License-Identifier: Apache-2.0
// The files of a CA on disk; they change under us, and a mounted Secret changes by a symbolic link.

import { open, stat } from 'node:fs/promises';

import { stringAt } from '../vocabulary/json.js';
import { MAX_CA_FILE_BYTES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { ReadCa } from './ca-access.js';

/** The two files of a CA. */
export interface CaFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Files that changed while they were read are read again so often; kubelets change a mount once a minute. */
const ATTEMPTS = 3;

/** A text that changes whenever one of the files does, or why it is not known. Never rejects. */
export async function versionOfCaFiles({
  certFile,
  keyFile,
}: CaFiles): Promise<Result<string, string>> {
  const [cert, key] = await Promise.all([versionOf(certFile), versionOf(keyFile)]);
  if (!cert.ok) return cert;
  return key.ok ? ok(JSON.stringify([cert.value, key.value])) : key;
}

/**
 * Their texts, of one and the same version; of a file that is larger than any key nothing is given. Fails with the
 * reason in words. Never rejects.
 */
export async function readCaFiles(files: CaFiles): Promise<Result<ReadCa, string>> {
  for (let attempt = 1; ; attempt += 1) {
    const version = await versionOfCaFiles(files);
    if (!version.ok) return version;
    const [certificates, key] = await Promise.all([textOf(files.certFile), textOf(files.keyFile)]);
    if (!certificates.ok) return certificates;
    if (!key.ok) return key;
    // The certificate of one CA beside the key of another would look like a mistake of the operator.
    const after = await versionOfCaFiles(files);
    if (attempt < ATTEMPTS && (!after.ok || after.value !== version.value)) continue;
    const texts = { certificates: certificates.value, key: key.value, roots: undefined };
    return ok({ ...texts, version: version.value });
  }
}

async function versionOf(path: string): Promise<Result<string, string>> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return ok([ino, size, mtimeMs, ctimeMs].join());
  } catch (error) {
    return fail(unreadable(path, error));
  }
}

async function textOf(path: string): Promise<Result<string, string>> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_CA_FILE_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_CA_FILE_BYTES) {
        return fail(`the file ${path} has more than ${MAX_CA_FILE_BYTES} bytes`);
      }
      return ok(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    return fail(unreadable(path, error));
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EACCES: 'may not be read by this process',
  EISDIR: 'is a folder',
};

function unreadable(path: string, error: unknown): string {
  const code = stringAt(error, 'code') ?? 'unknown';
  return `the file ${path} ${WHY[code] ?? `cannot be read (${code})`}`;
}
