// SPDX-License-Identifier: Apache-2.0
// Reads files of one folder and below, and nothing else: a policy test file may come from anybody's pull request.

import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { errorCode } from '../kube/error-code.js';
import type { ReadBeside, Unread } from '../review/policy-test-files.js';
import { MAX_OBJECT_FILE_BYTES } from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** Reads files by their names in `folder`; no `..`, no absolute name, no link that leads out, only plain files. */
export const confinedReader =
  (folder: string): ReadBeside =>
  async (name) => {
    if (!isPlainName(name)) return outside(name);
    try {
      const root = await realpath(folder);
      const path = await realpath(join(root, name));
      const isInside = path.startsWith(root.endsWith(sep) ? root : root + sep);
      return isInside ? await readPlainFile(path, name) : outside(name);
    } catch (error) {
      return unreadable(name, errorCode(error));
    }
  };

/** A name that means the same file everywhere, and none above the folder. */
const isPlainName = (name: string): boolean =>
  name !== '' && !isAbsolute(name) && !/[\\\0]/.test(name) && !name.split('/').includes('..');

async function readPlainFile(path: string, name: string): Promise<Result<Uint8Array, Unread>> {
  // Neither a link that appears now is followed, nor a pipe waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return unreadable(name, 'not a file');
    if (stat.size > MAX_OBJECT_FILE_BYTES) {
      return unreadable(name, `more than ${MAX_OBJECT_FILE_BYTES} bytes`);
    }
    return ok(await file.readFile());
  } finally {
    await file.close();
  }
}

const outside = (name: string): Result<never, Unread> =>
  fail({
    code: 'FileOutside',
    message: `${quoted(name)} is not in the folder of the test file or below`,
  });

const unreadable = (name: string, why: string): Result<never, Unread> =>
  fail({ code: 'FileUnreadable', message: `${quoted(name)}: ${why}` });
