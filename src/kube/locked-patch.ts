// SPDX-License-Identifier: Apache-2.0
// The one way to change an object: a merge patch, locked on uid and resourceVersion, behind the fence, never forced.

import type { ApiAnswer, Refused } from './api-answer.js';
import type { Transport } from './transport.js';

/** Who wrote what, in managedFields. */
export const FIELD_MANAGER = 'kube-csr-approver';

/** What a write came to. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly object: unknown }
  /** Somebody else was first, or the object was made anew: look again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  /** This process may not write now; nothing was sent. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** Whether this process may still write. */
export interface WriteFence {
  isHeld(): boolean;
}

/** What every writer is made of. */
export interface WriterOptions {
  readonly transport: Pick<Transport, 'request'>;
  /** Asked right before each write. */
  readonly fence: WriteFence;
  readonly signal: AbortSignal;
}

/** One change of one object, in the state in which it was read. */
export interface LockedPatch {
  /** Of the object or its subresource, escaped. */
  readonly path: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** What changes beside the metadata. */
  readonly change: Readonly<Record<string, unknown>>;
}

/** Sends the patch once. Never throws. */
export async function sendLockedPatch(
  { transport, fence, signal }: WriterOptions,
  { path, uid, resourceVersion, change }: LockedPatch,
): Promise<WriteOutcome> {
  if (!fence.isHeld()) return { kind: 'fenced' };
  const answer = await transport.request({
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid, resourceVersion }, ...change },
    signal,
  });
  return outcomeOf(answer);
}

/** What the answer to a write means for it. */
export function outcomeOf(answer: ApiAnswer): WriteOutcome {
  if (answer.kind === 'ok') return { kind: 'written', object: answer.body };
  if (answer.kind === 'unreachable') {
    return { kind: 'failed', code: answer.code, message: answer.message };
  }
  if (answer.status === 404) return { kind: 'gone' };
  if (answer.status === 409 || isOvertaken(answer)) return { kind: 'conflict' };
  if (answer.status === 403) return { kind: 'forbidden', message: answer.message };
  const { status, reason, message, retryAfterMs } = answer;
  return {
    kind: 'failed',
    code: reason === '' ? `Http${status}` : reason,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** 422s that say that the object is no longer the one, or no longer in the state, that was written to. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  // The object was deleted and made anew.
  'metadata.uid: FieldValueInvalid',
  // A condition would be removed, or Approved and Denied would both stand.
  'status.conditions: FieldValueForbidden',
  'status.conditions: FieldValueInvalid',
  // Another certificate is there already.
  'status.certificate: FieldValueForbidden',
]);

const isOvertaken = ({ status, causes }: Refused): boolean =>
  status === 422 && causes.length > 0 && causes.every((cause) => OVERTAKEN.has(cause));
