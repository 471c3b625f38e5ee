// SPDX-License-Identifier: Apache-2.0
// Everything that explain needs, from the cluster: the request by its name, and evidence as `run` gets it.

import type { CompiledPolicy } from '../decide/rule.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { readRequest } from '../request/read-request.js';
import { explain } from '../review/explain.js';
import type { Explanation } from '../review/explanation.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { ClusterQuestions } from './cluster-questions.js';
import { CSR_COLLECTION } from './requests.js';

/** What a policy is put to. */
export interface ClusterCase {
  readonly cluster: ClusterQuestions;
  readonly policy: CompiledPolicy;
  readonly nowMs: number;
}

/** The explanation of the request `name`; the error says why there is none, for the user. */
export async function explainByName(
  name: string,
  { cluster, policy, nowMs }: ClusterCase,
): Promise<Result<Explanation, string>> {
  const answer = await cluster.read(`${CSR_COLLECTION}/${encodeURIComponent(name)}`);
  if (answer.kind === 'absent') return fail(notFound(name));
  if (answer.kind === 'unavailable') return fail(`ApiUnavailable: ${answer.why}`);
  return explainObject(answer.object, { cluster, policy, nowMs });
}

/** The explanation of a CertificateSigningRequest of the cluster. */
export async function explainObject(
  object: unknown,
  { cluster, policy, nowMs }: ClusterCase,
): Promise<Result<Explanation, string>> {
  const csr = parseCsrObject(object);
  if (!csr.ok) return fail(`${csr.error.code}: ${csr.error.at}: ${csr.error.detail}`);
  const { resolve, missingRights } = cluster;
  // The controller has seen it since it was created, unless it was down; nobody else knows since when it waits.
  const waitingSinceMs = csr.value.createdAtMs;
  const subject = { csr: csr.value, reading: readRequest(csr.value), waitingSinceMs };
  return ok(await explain(subject, { policy, resolve, nowMs, object, missingRights }));
}

const notFound = (name: string): string =>
  [
    `NotFound: there is no CertificateSigningRequest "${printable(name)}".`,
    'Kubernetes deletes them: decided ones after an hour, pending ones after a day. What this program decided stands in',
    `its log, in the line "certificate request decided" with "csr": "${printable(name)}".`,
  ].join('\n');
