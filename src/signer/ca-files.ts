// SPDX-License-Identifier: Apache-2.0
// The files of a CA on disk; they change under us, and a mounted Secret changes by a symbolic link.

import { open, stat } from 'node:fs/promises';

import { MAX_CA_FILE_BYTES } from '../vocabulary/limits.js';
import type { CaTexts } from './signing-authority.js';

/** The two files of a CA. */
export interface CaFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A text that changes whenever one of the files does; rejects when one is not there. */
export async function versionOfCaFiles({ certFile, keyFile }: CaFiles): Promise<string> {
  return JSON.stringify(await Promise.all([versionOf(certFile), versionOf(keyFile)]));
}

/** Their texts; of a file that is larger than any key nothing is read. Rejects when one cannot be read. */
export async function readCaFiles({ certFile, keyFile }: CaFiles): Promise<CaTexts> {
  const [certificates, key] = await Promise.all([textOf(certFile), textOf(keyFile)]);
  return { certificates, key, roots: undefined };
}

async function versionOf(path: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return [ino, size, mtimeMs, ctimeMs].join();
}

async function textOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_CA_FILE_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_CA_FILE_BYTES) throw new RangeError('a file of a CA is too large');
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
