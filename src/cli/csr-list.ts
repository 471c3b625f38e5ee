// SPDX-License-Identifier: Apache-2.0
// Reads requests that were exported before, as `kubectl get csr -o yaml` or `-o json` writes them.

import { parseYamlDocuments } from '../policy/object-documents.js';
import { formatProblem } from '../policy/problem.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { field, listAt, stringAt } from '../vocabulary/json.js';
import { MAX_OBJECT_FILE_BYTES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { readInput, shownName } from './files.js';

/** The requests of a file (`-`: of the standard input) in their order; the error is a line for each problem. */
export async function readCsrList(path: string): Promise<Result<readonly CsrObject[], string>> {
  const source = shownName(path);
  const text = await readInput(path, MAX_OBJECT_FILE_BYTES);
  if (!text.ok) return text;
  const objects = objectsOf(text.value, source);
  if (!objects.ok) return objects;
  return parseCsrList(objects.value, source);
}

/** Each object of a list parsed; the error names the first that is no CertificateSigningRequest. */
export function parseCsrList(
  objects: readonly unknown[],
  source: string,
): Result<readonly CsrObject[], string> {
  const requests: CsrObject[] = [];
  for (const [index, object] of objects.entries()) {
    const csr = parseCsrObject(object);
    if (!csr.ok) {
      const { code, at, detail } = csr.error;
      return fail(`${code}: ${source}: item ${index + 1}: ${at}: ${detail}`);
    }
    requests.push(csr.value);
  }
  return ok(requests);
}

/** JSON is read as JSON: it is YAML too, but its own parser is fifty times as fast. */
function objectsOf(text: string, path: string): Result<readonly unknown[], string> {
  if (text.trimStart().startsWith('{')) {
    const json = parsedJson(text);
    if (json !== undefined) return found(itemsOf(json), stringAt(json, 'kind'), path);
  }
  const objects = itemsInBatches(text, path);
  if (objects !== undefined) return ok(objects);
  const documents = parseYamlDocuments(text, path);
  if (!documents.ok) return fail(documents.error.map(formatProblem).join('\n'));
  return found(documents.value, /^kind: *(\w+)/m.exec(text)?.[1], path);
}

/** What an API server or kubectl calls a list of requests; such a list may be empty. */
const LIST_KINDS: readonly (string | undefined)[] = ['List', 'CertificateSigningRequestList'];

/** A file in which there is nothing says why; of one in which there is something, each object is looked at. */
function found(
  objects: readonly unknown[],
  kind: string | undefined,
  path: string,
): Result<readonly unknown[], string> {
  if (objects.length > 0 || LIST_KINDS.includes(kind)) return ok(objects);
  const what = kind === undefined ? 'the file is empty' : `found an empty ${kind}`;
  return fail(
    `ObjectFileInvalid: ${path}: ${what}, expected CertificateSigningRequests as kubectl get csr -o yaml prints them`,
  );
}

/** The head of what kubectl writes; every item then begins with a dash in the first column, and nothing else does. */
const LIST_HEAD = /^apiVersion: v1\nitems:\n(?=- )/;
const LIST_TAIL = /^[a-zA-Z]/m;
const BATCH_ITEMS = 200;

/**
 * The items of a list as kubectl writes it, read some at a time: a tree of the whole text would be 25 times its size.
 * Undefined for every other text, and for one with a fault, of which reading the whole tells the line.
 */
function itemsInBatches(text: string, path: string): readonly unknown[] | undefined {
  const head = LIST_HEAD.exec(text);
  if (head === null) return undefined;
  const rest = text.slice(head[0].length);
  const end = rest.search(LIST_TAIL);
  const items = rest.slice(0, end === -1 ? rest.length : end).split(/^(?=- )/m);
  if (end !== -1 && !/^kind: List\n(metadata:\n {2}[^\n]*\n?)?$/.test(rest.slice(end)))
    return undefined;
  const objects: unknown[] = [];
  for (let at = 0; at < items.length; at += BATCH_ITEMS) {
    const batch = `kind: List\nitems:\n${items.slice(at, at + BATCH_ITEMS).join('')}`;
    const parsed = parseYamlDocuments(batch, path);
    if (!parsed.ok) return undefined;
    objects.push(...parsed.value);
  }
  return objects;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Several documents, or none: the other parser says where.
    return undefined;
  }
}

const itemsOf = (json: unknown): readonly unknown[] =>
  stringAt(json, 'kind')?.endsWith('List') === true && Array.isArray(field(json, 'items'))
    ? listAt(json, 'items')
    : [json];
