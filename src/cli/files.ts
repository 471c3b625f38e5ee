// SPDX-License-Identifier: Apache-2.0
// Reads the files that a user names, with an error that says which and why.

import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** The bytes of `path`; the error is one line for the user, with the code of the system. */
export async function readBytes(path: string): Promise<Result<Uint8Array, string>> {
  try {
    return ok(await readFile(path));
  } catch (error) {
    const code = error instanceof Object && 'code' in error ? String(error.code) : 'unreadable';
    return fail(`FileUnreadable: ${path}: ${code}`);
  }
}

/** The text of `path` in UTF-8. */
export async function readText(path: string): Promise<Result<string, string>> {
  const bytes = await readBytes(path);
  return bytes.ok ? ok(Buffer.from(bytes.value).toString('utf8')) : bytes;
}

/** What a user names instead of a file. */
export const STANDARD_INPUT = '-';

/** The text of the standard input in UTF-8; of more than `mostBytes` only as much as shows that it is more. */
export async function readStandardInput(mostBytes: number): Promise<Result<string, string>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stdin) {
      const read = Buffer.from(chunk);
      chunks.push(read);
      bytes += read.length;
      if (bytes > mostBytes) break;
    }
  } catch (error) {
    return fail(`FileUnreadable: stdin: ${stringAt(error, 'code') ?? 'unreadable'}`);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}
