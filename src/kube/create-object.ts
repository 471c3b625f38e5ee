// SPDX-License-Identifier: Apache-2.0
// The one way to make an object that is kept right afterwards: a POST behind the fence; what is there is never replaced.

import { FIELD_MANAGER, outcomeOf, type WriteOutcome, type WriterOptions } from './locked-patch.js';

/** Labels of what this program makes. */
export const MANAGED: Readonly<Record<string, string>> = {
  'app.kubernetes.io/managed-by': 'kube-csr-approver',
};

/** The cause by which the API server refuses whatever is new in a namespace that ends. */
const ENDING = 'metadata.namespace: NamespaceTerminating';

/**
 * POSTs `body` to the collection at `path`. `conflict`: there is one already; `gone`: there is no such namespace, it
 * ends, or there is no such API. Never throws.
 */
export async function createObject(
  { transport, fence, signal }: WriterOptions,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<WriteOutcome> {
  if (!fence.isHeld()) return { kind: 'fenced' };
  const answer = await transport.request({
    method: 'POST',
    path,
    query: { fieldManager: FIELD_MANAGER },
    body,
    signal,
  });
  if (answer.kind === 'refused' && answer.causes.includes(ENDING)) return { kind: 'gone' };
  return outcomeOf(answer);
}
