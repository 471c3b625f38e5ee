// SPDX-License-Identifier: Apache-2.0
// Asks the API server whether somebody may do something.

import { field } from '../vocabulary/json.js';
import type { Transport } from './transport.js';

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

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

/** Asks once. Never throws. */
export async function createSubjectAccessReview(
  transport: Pick<Transport, 'request'>,
  spec: AccessReviewSpec,
  signal: AbortSignal,
): Promise<AccessReviewAnswer> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const answer = await transport.request({ method: 'POST', path: PATH, body, signal });
  if (answer.kind !== 'ok') return { kind: 'unavailable', message: answer.message };
  const allowed = field(field(answer.body, 'status'), 'allowed');
  if (typeof allowed === 'boolean') return { kind: 'known', allowed };
  return { kind: 'unavailable', message: 'the access review has no status.allowed' };
}
