// SPDX-License-Identifier: Apache-2.0
// Asks the API server whether somebody, or this program itself, may do something.

import { field } from '../vocabulary/json.js';
import type { ApiAnswer } from './api-answer.js';
import type { Transport } from './transport.js';

const GROUP = '/apis/authorization.k8s.io/v1';

/** `spec` of a SubjectAccessReview (authorization.k8s.io/v1). */
export interface AccessReviewSpec {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly resourceAttributes: {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly subresource?: string;
  };
}

/** Only `status.allowed` is believed; what cannot be had is our trouble and no answer. */
export type AccessReviewAnswer =
  | { readonly kind: 'known'; readonly allowed: boolean }
  | { readonly kind: 'unavailable'; readonly message: string };

/** `spec.resourceAttributes` of a SelfSubjectAccessReview; what is left out means all of them. */
export interface SelfAccess {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Asks once. Never throws. */
export async function createSubjectAccessReview(
  transport: Pick<Transport, 'request'>,
  spec: AccessReviewSpec,
  signal: AbortSignal,
): Promise<AccessReviewAnswer> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const path = `${GROUP}/subjectaccessreviews`;
  return readAnswer(await transport.request({ method: 'POST', path, body, signal }));
}

/** May this program do it? `refused`: it may not even ask. Asks once. Never throws. */
export async function createSelfSubjectAccessReview(
  transport: Pick<Transport, 'request'>,
  resourceAttributes: SelfAccess,
  signal: AbortSignal,
): Promise<AccessReviewAnswer | { readonly kind: 'refused'; readonly message: string }> {
  const spec = { resourceAttributes };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
  const path = `${GROUP}/selfsubjectaccessreviews`;
  const answer = await transport.request({ method: 'POST', path, body, signal });
  const isRefused = answer.kind === 'refused' && [403, 404].includes(answer.status);
  return isRefused ? { kind: 'refused', message: answer.message } : readAnswer(answer);
}

function readAnswer(answer: ApiAnswer): AccessReviewAnswer {
  if (answer.kind !== 'ok') return { kind: 'unavailable', message: answer.message };
  const allowed = field(field(answer.body, 'status'), 'allowed');
  if (typeof allowed === 'boolean') return { kind: 'known', allowed };
  return { kind: 'unavailable', message: 'the access review has no status.allowed' };
}
