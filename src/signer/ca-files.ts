// SPDX-License-Identifier: Apache-2.0
// The files of a CA on disk; they change under us, and a mounted Secret changes by a symbolic link.

import { open, stat } from 'node:fs/promises';

import { MAX_CA_FILE_BYTES } from '../vocabulary/limits.js';
import type { CaFileAccess } from './ca-store.js';

/** Reads the real files; of a file that is larger than any key it reads nothing. */
export const caFilesOnDisk: CaFileAccess = {
  version: async (path) => {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [ino, size, mtimeMs, ctimeMs].join();
  },
  read: async (path) => {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_CA_FILE_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_CA_FILE_BYTES) throw new RangeError('a file of a CA is too large');
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  },
};
