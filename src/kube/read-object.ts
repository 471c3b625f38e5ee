// SPDX-License-Identifier: Apache-2.0
// Reads one object or list of the API, for what is needed too seldom to be watched.

import type { Transport } from './transport.js';

/** Absent is an answer; not to be had is none. */
export type ReadAnswer =
  | { readonly kind: 'found'; readonly object: unknown }
  /** 404: no such object, or no such API on this server. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** GETs `path` (absolute, with its query). Never throws. */
export async function readObject(
  transport: Pick<Transport, 'request'>,
  path: string,
  signal: AbortSignal,
): Promise<ReadAnswer> {
  const answer = await transport.request({ method: 'GET', path, signal });
  if (answer.kind === 'ok') return { kind: 'found', object: answer.body };
  if (answer.kind === 'refused' && answer.status === 404) return { kind: 'absent' };
  return { kind: 'unavailable', why: answer.message };
}
