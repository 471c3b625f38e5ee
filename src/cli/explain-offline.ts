// SPDX-License-Identifier: Apache-2.0
// Everything that explain needs, from files: the request, the policy, the evidence.

import { offlineResolver } from '../evidence/files.js';
import { parseYamlDocuments } from '../policy/object-documents.js';
import { formatProblem } from '../policy/problem.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { readRequest } from '../request/read-request.js';
import { USAGES } from '../request/usages.js';
import { requiredUsages } from '../request/well-known-signers.js';
import { explain } from '../review/explain.js';
import type { Explanation } from '../review/explanation.js';
import { field, isRecord } from '../vocabulary/json.js';
import { MAX_OBJECT_FILE_BYTES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { readInput, shownName } from './files.js';
import { policyOfFiles } from './given-policy.js';
import { readAccess, readDns, readObjects } from './offline-evidence.js';

/** What was asked on the command line. */
export interface OfflineQuestion {
  readonly file: string;
  /** Files; several are the keys of one ConfigMap. */
  readonly policy: readonly string[];
  readonly objects: readonly string[];
  /** `NAME=allowed|denied`. */
  readonly access: readonly string[];
  /** `NAME=ADDRESS[,ADDRESS]`. */
  readonly dns: readonly string[];
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
  const unknown = question.usages.find((usage) => !USAGES.has(usage));
  if (unknown !== undefined) {
    const known = [...USAGES.keys()].join(', ');
    return fail(`UsageError: --usage ${JSON.stringify(unknown)} is no usage; there are ${known}`);
  }
  const loaded = await policyOfFiles(question.policy);
  if (!loaded.ok) return loaded;
  const read = await readCsr(question);
  if (!read.ok) return read;
  const { csr, object } = read.value;
  const objects = await readObjects(question.objects);
  if (!objects.ok) return objects;
  const access = readAccess(question.access);
  if (!access.ok) return access;
  const dns = readDns(question.dns);
  if (!dns.ok) return dns;

  const resolve = offlineResolver({
    objects: objects.value,
    access: access.value,
    ...(dns.value.size === 0 ? {} : { dns: dns.value }),
  });
  const subject = { csr, reading: readRequest(csr), waitingSinceMs: nowMs };
  return ok(await explain(subject, { policy: loaded.value.policy, resolve, nowMs, object }));
}

/** Tools such as certtool write text before the block; a manifest cannot have such a line. */
const IS_PEM = /^-----BEGIN /m;

/** An API server finds no PEM behind a byte order mark, so what would be decided about it is no question. */
const IS_MARKED_PEM = /^\uFEFF-----BEGIN /;

/** For signers whose contract requires none. */
const DEFAULT_USAGES = ['client auth', 'digital signature'];

async function readCsr(
  question: OfflineQuestion,
): Promise<Result<{ readonly csr: CsrObject; readonly object: unknown }, string>> {
  const text = await readInput(question.file, MAX_OBJECT_FILE_BYTES);
  if (!text.ok) return text;
  const object = IS_PEM.test(text.value)
    ? fromPem(text.value, question)
    : fromManifest(text.value, shownName(question.file));
  if (!object.ok) return object;
  const csr = parseCsrObject(withRequester(object.value, question));
  if (csr.ok) return ok({ csr: csr.value, object: object.value });
  return fail(
    `${csr.error.code}: ${shownName(question.file)}: ${csr.error.at}: ${csr.error.detail}`,
  );
}

function fromPem(pem: string, question: OfflineQuestion): Result<unknown, string> {
  if (question.signerName === undefined) {
    return fail(`UsageError: ${shownName(question.file)} is PEM, so --signer-name NAME is needed`);
  }
  return ok({
    metadata: { name: shownName(question.file).split('/').at(-1) },
    spec: {
      request: Buffer.from(pem).toString('base64'),
      signerName: question.signerName,
      usages: question.usages.length > 0 ? question.usages : usualUsages(question.signerName),
    },
  });
}

const usualUsages = (signerName: string): readonly string[] =>
  requiredUsages(signerName) ?? DEFAULT_USAGES;

/** The tag of a SEQUENCE, and a length of several octets, which is no character of UTF-8. */
const IS_DER = /^0\uFFFD/;

const EXPECTED = 'expected a CertificateSigningRequest as YAML or JSON, or the PEM of a PKCS#10';

function fromManifest(text: string, file: string): Result<unknown, string> {
  if (IS_MARKED_PEM.test(text)) {
    const hint = 'a byte order mark stands before the PEM; save the file without it';
    return fail(`ObjectFileInvalid: ${file}: ${hint}`);
  }
  if (IS_DER.test(text)) {
    const hint = 'openssl req -inform DER -in FILE writes PEM';
    return fail(`ObjectFileInvalid: ${file}: this is binary, as DER is; ${EXPECTED}; ${hint}`);
  }
  const documents = parseYamlDocuments(text, file);
  if (!documents.ok) return fail(documents.error.map(formatProblem).join('\n'));
  const [only, ...others] = documents.value;
  if (others.length === 0 && only !== undefined && !isRecord(only)) {
    return fail(`ObjectFileInvalid: ${file}: this is no object; ${EXPECTED}`);
  }
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
