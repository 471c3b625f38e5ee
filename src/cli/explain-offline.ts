// SPDX-License-Identifier: Apache-2.0
// Everything that explain needs, from files: the request, the policy, the evidence.

import type { AccessReviewNeed } from '../decide/evidence.js';
import { offlineResolver } from '../evidence/files.js';
import { loadPolicy } from '../policy/load-policy.js';
import { parseYamlDocuments } from '../policy/object-documents.js';
import { formatProblem } from '../policy/problem.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { readRequest } from '../request/read-request.js';
import { explain, type Explanation } from '../review/explain.js';
import { field, isRecord } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { readText } from './files.js';

/** What was asked on the command line. */
export interface OfflineQuestion {
  readonly file: string;
  readonly policy: string;
  readonly objects: readonly string[];
  /** `NAME=allowed|denied`. */
  readonly access: readonly string[];
  readonly as: string | undefined;
  readonly asGroups: readonly string[];
  readonly signerName: string | undefined;
  readonly usages: readonly string[];
}

/** The explanation, or one line (or several) that says what could not be read. */
export async function decideOffline(
  question: OfflineQuestion,
  nowMs: number,
): Promise<Result<Explanation, string>> {
  const policyText = await readText(question.policy);
  if (!policyText.ok) return policyText;
  const loaded = loadPolicy(policyText.value, question.policy);
  if (!loaded.ok) return fail(loaded.error.map(formatProblem).join('\n'));
  const csr = await readCsr(question);
  if (!csr.ok) return csr;
  const objects = await readObjects(question.objects);
  if (!objects.ok) return objects;
  const access = readAccess(question.access);
  if (!access.ok) return access;

  const resolve = offlineResolver({ objects: objects.value, access: access.value });
  const subject = { csr: csr.value, reading: readRequest(csr.value), waitingSinceMs: nowMs };
  return ok(await explain(subject, loaded.value.policy, resolve, nowMs));
}

/** Tools such as certtool write text before the block; a manifest cannot have such a line. */
const IS_PEM = /^-----BEGIN /m;

const DEFAULT_USAGES = ['client auth', 'digital signature'];

async function readCsr(question: OfflineQuestion): Promise<Result<CsrObject, string>> {
  const text = await readText(question.file);
  if (!text.ok) return text;
  const object = IS_PEM.test(text.value)
    ? fromPem(text.value, question)
    : fromManifest(text.value, question.file);
  if (!object.ok) return object;
  const csr = parseCsrObject(withRequester(object.value, question));
  if (csr.ok) return csr;
  return fail(`${csr.error.code}: ${question.file}: ${csr.error.at}: ${csr.error.detail}`);
}

function fromPem(pem: string, question: OfflineQuestion): Result<unknown, string> {
  if (question.signerName === undefined) {
    return fail(`UsageError: ${question.file} is PEM, so --signer-name NAME is needed`);
  }
  return ok({
    metadata: { name: question.file.split('/').at(-1) },
    spec: {
      request: Buffer.from(pem).toString('base64'),
      signerName: question.signerName,
      usages: question.usages.length > 0 ? question.usages : DEFAULT_USAGES,
    },
  });
}

function fromManifest(text: string, file: string): Result<unknown, string> {
  const documents = parseYamlDocuments(text, file);
  if (!documents.ok) return fail(documents.error.map(formatProblem).join('\n'));
  const [only, ...others] = documents.value;
  if (only !== undefined && others.length === 0) return ok(only);
  return fail(
    `ObjectFileInvalid: ${file}: ${documents.value.length} objects, exactly one is needed`,
  );
}

/** A manifest does not say who asks: the API server writes that. The flags say it where the file does not. */
function withRequester(object: unknown, { as, asGroups }: OfflineQuestion): unknown {
  const spec = field(object, 'spec');
  if (!isRecord(object) || !isRecord(spec)) return object;
  const username = spec['username'] ?? as;
  const groups = spec['groups'] ?? (asGroups.length > 0 ? asGroups : undefined);
  return { ...object, spec: { ...spec, username, groups } };
}

async function readObjects(files: readonly string[]): Promise<Result<readonly unknown[], string>> {
  const objects: unknown[] = [];
  for (const file of files) {
    // One after the other, so that the first bad file is the one that is named.
    const text = await readText(file);
    if (!text.ok) return text;
    const documents = parseYamlDocuments(text.value, file);
    if (!documents.ok) return fail(documents.error.map(formatProblem).join('\n'));
    objects.push(...documents.value);
  }
  return ok(objects);
}

type Assumption = AccessReviewNeed['assumption'];

const ASSUMPTIONS: readonly string[] = ['nodeclient', 'selfnodeclient', 'everything'];

const isAssumption = (name: string): name is Assumption => ASSUMPTIONS.includes(name);

function readAccess(texts: readonly string[]): Result<ReadonlyMap<Assumption, boolean>, string> {
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
