// SPDX-License-Identifier: Apache-2.0
// Makes a Secret. What is there already is never changed: the API server itself refuses, so nothing has to be read.

import type { Transport } from './transport.js';

/** A Secret of type kubernetes.io/tls. */
export interface NewSecret {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** By key; kept as UTF-8. */
  readonly texts: Readonly<Record<string, string>>;
}

/** `exists`: a Secret of that name is there, and stays as it is. */
export type CreateOutcome =
  { readonly kind: 'created' | 'exists' } | { readonly kind: 'failed'; readonly message: string };

/** POSTs it. Never throws. */
export async function createTlsSecret(
  transport: Pick<Transport, 'request'>,
  { namespace, name, labels, annotations, texts }: NewSecret,
  signal: AbortSignal,
): Promise<CreateOutcome> {
  const answer = await transport.request({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`,
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, labels, annotations },
      type: 'kubernetes.io/tls',
      stringData: texts,
    },
    signal,
  });
  if (answer.kind === 'ok') return { kind: 'created' };
  if (answer.kind === 'refused' && answer.status === 409) return { kind: 'exists' };
  return { kind: 'failed', message: answer.message };
}
