// SPDX-License-Identifier: Apache-2.0
// Reads the files that a user names, up to a bound, with an error that says which file and why.

import { createReadStream } from 'node:fs';
import { stdin } from 'node:process';
import { errorCode } from '../kube/error-code.js';
import { asKeys, partOfBytes, type PolicyPart, type PolicyParts } from '../policy/policy-part.js';
import { MAX_POLICY_BYTES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** What a user names instead of a file. */
const STANDARD_INPUT = '-';

/** The file as messages name it. */
export const shownName = (path: string): string => (path === STANDARD_INPUT ? 'stdin' : path);

/** The bytes of `path`; the error is one line for the user: the code of the system, or that there are more bytes. */
export async function readBytes(
  path: string,
  mostBytes: number,
): Promise<Result<Uint8Array, string>> {
  return withinBound(await startOf(createReadStream(path, { end: mostBytes }), path, mostBytes), {
    path,
    mostBytes,
  });
}

/** The text of `path` in UTF-8. */
export async function readText(path: string, mostBytes: number): Promise<Result<string, string>> {
  return asText(await readBytes(path, mostBytes));
}

/** The text of `path`, or of the standard input where that is named. */
export async function readInput(path: string, mostBytes: number): Promise<Result<string, string>> {
  if (path !== STANDARD_INPUT) return readText(path, mostBytes);
  return asText(withinBound(await startOf(stdin, path, mostBytes), { path, mostBytes }));
}

/** The policy document in `path`, or on the standard input; one that is too long is cut so that it is still seen to be. */
export async function readPolicyPart(path: string): Promise<Result<PolicyPart, string>> {
  const stream =
    path === STANDARD_INPUT ? stdin : createReadStream(path, { end: MAX_POLICY_BYTES });
  const bytes = await startOf(stream, path, MAX_POLICY_BYTES);
  return bytes.ok ? ok(partOfBytes(bytes.value, { name: path, source: shownName(path) })) : bytes;
}

/** The policy documents in `paths`: several are the keys of one ConfigMap. The error is a line for each bad file. */
export async function readPolicyParts(
  paths: readonly string[],
): Promise<Result<PolicyParts, string>> {
  const read = await Promise.all(paths.map(readPolicyPart));
  const unread = read.flatMap((part) => (part.ok ? [] : [part.error]));
  const [first, ...others] = read.flatMap((part) => (part.ok ? [part.value] : []));
  if (first === undefined || unread.length > 0) return fail(unread.join('\n'));
  const keys = asKeys([first, ...others]);
  return keys.ok ? keys : fail(`UsageError: ${keys.error}`);
}

const asText = (bytes: Result<Uint8Array, string>): Result<string, string> =>
  bytes.ok ? ok(Buffer.from(bytes.value).toString('utf8')) : bytes;

/** What the stream has first; of more than `mostBytes` only as much as shows that it is more. */
async function startOf(
  stream: NodeJS.ReadableStream,
  path: string,
  mostBytes: number,
): Promise<Result<Uint8Array, string>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const read = Buffer.from(chunk);
      chunks.push(read);
      bytes += read.length;
      if (bytes > mostBytes) break;
    }
  } catch (error) {
    return fail(`FileUnreadable: ${shownName(path)}: ${errorCode(error)}`);
  }
  return ok(Buffer.concat(chunks));
}

const withinBound = (
  read: Result<Uint8Array, string>,
  { path, mostBytes }: { readonly path: string; readonly mostBytes: number },
): Result<Uint8Array, string> =>
  read.ok && read.value.length > mostBytes
    ? fail(
        `FileTooLarge: ${shownName(path)}: larger than ${mostBytes} bytes; split it, or name another file`,
      )
    : read;
