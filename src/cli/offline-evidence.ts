// SPDX-License-Identifier: Apache-2.0
// Evidence from the command line: files of Kubernetes objects, and answers of access reviews and of DNS.

import type { AccessReviewNeed } from '../decide/evidence.js';
import { isKubernetesObject, parseYamlDocuments } from '../policy/object-documents.js';
import { formatProblem } from '../policy/problem.js';
import { canonicalAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { MAX_OBJECT_FILE_BYTES } from '../vocabulary/limits.js';
import { readText } from './files.js';

/** The objects of `files` in their order; the error is a line for each problem of the first bad file. */
export async function readObjects(
  files: readonly string[],
): Promise<Result<readonly unknown[], string>> {
  const objects: unknown[] = [];
  for (const file of files) {
    // One after the other, so that the first bad file is the one that is named.
    const text = await readText(file, MAX_OBJECT_FILE_BYTES);
    if (!text.ok) return text;
    const documents = parseYamlDocuments(text.value, file);
    if (!documents.ok) return fail(documents.error.map(formatProblem).join('\n'));
    const wrong = documents.value.findIndex((object) => !isKubernetesObject(object));
    if (wrong >= 0) {
      const why = 'has no "kind" or no "metadata", so it is no Kubernetes object';
      return fail(`ObjectFileInvalid: ${file}: object ${wrong + 1} ${why}`);
    }
    // Thousands of Nodes are more than a call takes as arguments.
    for (const object of documents.value) objects.push(object);
  }
  return ok(objects);
}

type Assumption = AccessReviewNeed['assumption'];

const ASSUMPTIONS: readonly string[] = ['nodeclient', 'selfnodeclient', 'everything'];

const isAssumption = (name: string): name is Assumption => ASSUMPTIONS.includes(name);

/** Reads `NAME=allowed|denied` texts; the error is one line for the user. */
export function readAccess(
  texts: readonly string[],
): Result<ReadonlyMap<Assumption, boolean>, string> {
  const access = new Map<Assumption, boolean>();
  for (const text of texts) {
    const [name = '', answer] = text.split('=');
    if (!isAssumption(name) || (answer !== 'allowed' && answer !== 'denied')) {
      return fail(`UsageError: --access ${text}: it takes ${ASSUMPTIONS.join('|')}=allowed|denied`);
    }
    access.set(name, answer === 'allowed');
  }
  return ok(access);
}

/**
 * Reads `NAME=ADDRESS[,ADDRESS]` texts, all that the names have in DNS; `NAME=` has none. Names and addresses come out
 * canonical; the error is one line for the user.
 */
export function readDns(
  texts: readonly string[],
): Result<ReadonlyMap<string, readonly string[]>, string> {
  const dns = new Map<string, readonly string[]>();
  for (const text of texts) {
    const [nameText = '', addressText, ...rest] = text.split('=');
    const name = canonicalDnsName(nameText);
    const addresses = (addressText ?? '')
      .split(',')
      .filter((each) => each !== '')
      .map(canonicalAddress);
    const known = addresses.filter((address) => address !== undefined);
    const isRead = addressText !== undefined && known.length === addresses.length;
    if (name === undefined || !isRead || rest.length > 0) {
      return fail(`UsageError: --dns ${text}: it takes NAME=ADDRESS[,ADDRESS]`);
    }
    dns.set(name, [...new Set([...(dns.get(name) ?? []), ...known])].sort());
  }
  return ok(dns);
}
